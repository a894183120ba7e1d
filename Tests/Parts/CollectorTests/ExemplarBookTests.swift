import MeshModel
import Quantities
import Testing

@testable import Collector

@Suite struct ExemplarBookTests {
    private func exemplar(_ id: String, at second: Double, milliseconds: Double = 30) -> TraceExemplar {
        TraceExemplar(
            traceID: id, milliseconds: milliseconds, time: WallTime(secondsSinceEpoch: 1_700_000_000 + second))
    }

    private func ids(_ book: ExemplarBook, _ flow: Int32 = 1) -> Set<String> {
        Set(book.exemplars(of: flow).map(\.traceID))
    }

    @Test func `of each bucket the newest few stay, whatever order they come in`() {
        for order in [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [3, 6, 1, 5, 2, 4]] {
            var book = ExemplarBook()
            book.add(exemplar("slow", at: 0, milliseconds: 900), to: 1, upTo: 1000)

            for second in order { book.add(exemplar("\(second)", at: Double(second)), to: 1, upTo: 50) }

            #expect(ids(book) == ["slow", "3", "4", "5", "6"])
            #expect(book.count == 5)
            #expect(book.dropped == 0)
        }
    }

    @Test func `a trace that both ends tell of is there once`() {
        var book = ExemplarBook()
        book.add(exemplar("a", at: 1), to: 1, upTo: 50)
        book.add(exemplar("a", at: 2), to: 1, upTo: 50)
        book.add(exemplar("a", at: 1), to: 1, upTo: 50)

        #expect(book.exemplars(of: 1) == [exemplar("a", at: 2)])
        #expect(book.count == 1)
    }

    @Test(arguments: ["", String(repeating: "x", count: 65)])
    func `what is no trace's id is left out and counted`(_ id: String) {
        var book = ExemplarBook()
        book.add(exemplar(id, at: 1), to: 1, upTo: 50)

        #expect(book.isEmpty && book.dropped == 1)
    }

    @Test func `values that are no times are left out`() {
        var book = ExemplarBook()
        for value in [Double.nan, .infinity] {
            book.add(exemplar("a", at: 1, milliseconds: value), to: 1, upTo: 50)
        }
        book.add(exemplar("a", at: 1), to: 1, upTo: .nan)

        #expect(book.isEmpty && book.dropped == 3)
        book.add(exemplar("a", at: 1), to: 1, upTo: .infinity)
        #expect(ids(book) == ["a"])
    }

    @Test func `when it is full, only who has a place is renewed`() {
        var book = ExemplarBook()
        for flow in 0..<Int32(ExemplarBook.maximum / ExemplarBook.perBucket) {
            for number in 0..<ExemplarBook.perBucket {
                book.add(exemplar("\(number)", at: Double(number)), to: flow, upTo: 50)
            }
        }
        #expect(book.count == ExemplarBook.maximum)

        book.add(exemplar("new", at: 9), to: 1, upTo: 100)
        book.add(exemplar("new", at: 9), to: 1, upTo: 50)

        #expect(book.count == ExemplarBook.maximum)
        #expect(book.dropped == 1)
        #expect(ids(book) == ["1", "2", "3", "new"])
    }

    @Test func `flows keep theirs under new numbers, and those without one lose them`() {
        var book = ExemplarBook()
        for flow in [1, 2, 3] as [Int32] { book.add(exemplar("of \(flow)", at: 1), to: flow, upTo: 50) }
        #expect(book.takeFresh() == [1, 2, 3])
        #expect(book.takeFresh().isEmpty)

        book.renumber { $0 == 2 ? nil : $0 * 10 }

        #expect(ids(book, 10) == ["of 1"] && ids(book, 30) == ["of 3"])
        #expect(book.count == 2 && Set(book.flows) == [10, 30])
        #expect(book.takeFresh() == [10, 30])
    }

    @Test func `the newest of an edge are each trace once`() {
        let all = [exemplar("a", at: 1), exemplar("b", at: 3), exemplar("a", at: 2), exemplar("c", at: 0)]

        #expect(TraceExemplar.newest(2, of: all) == [exemplar("b", at: 3), exemplar("a", at: 2)])
    }
}
