import MeshModel
import Quantities
import SystemIO
import Testing

@testable import Collector

@Suite struct TargetBookTests {
    private func name(_ port: UInt16) -> String { "127.0.0.1:\(port)" }

    private func entry(_ port: UInt16, path: String? = "/m", app: String? = nil) -> TargetEntry {
        TargetEntry(
            url: TargetURL(host: .address(.loopback(port: port)), path: path),
            labels: TargetLabels(app.map { ["app": $0] } ?? [:]))
    }

    private func path(of stay: TargetBook.Stay, in book: TargetBook) -> String? {
        book.question(for: stay, interval: .seconds(1))?.url.path
    }

    @Test func `new targets are to be scraped once`() {
        var book = TargetBook()
        #expect(book.follow([entry(1), entry(2), entry(2)]).new.count == 2)
        #expect(book.follow([entry(1), entry(2)]).new.isEmpty)
        let change = book.follow([entry(2), entry(3)])
        #expect(change.new.map(\.name) == [name(3)])
        #expect(change.gone == [name(1)])
        #expect(book.follow([]).gone.sorted() == [name(2), name(3)])
    }

    @Test func `a scrape that ends after its target has gone and come counts for nothing`() throws {
        var book = TargetBook()
        let first = try #require(book.follow([entry(1)]).new.first)
        let question = try #require(book.question(for: first, interval: .seconds(1)))
        _ = book.follow([entry(2)])
        let second = try #require(book.follow([entry(1)]).new.first)
        book.succeed(
            first, at: WallTime(nanosecondsSinceEpoch: 1), asked: question, took: .milliseconds(3), clockAhead: nil)

        #expect(!book.isHere(first))
        #expect(path(of: first, in: book) == nil)
        #expect(path(of: second, in: book) == "/m")
        #expect(book.report { _ in 0 }.map(\.state) == [.pending])
    }

    @Test func `two targets at one port are told apart`() {
        var book = TargetBook()
        let change = book.follow([entry(1), entry(1, path: "/other")])
        #expect(change.new.map(\.name) == [name(1), "http://127.0.0.1:1/other"])
    }

    @Test func `who a target is said to be may change`() throws {
        var book = TargetBook()
        let stay = try #require(book.follow([entry(1, app: "cart")]).new.first)
        #expect(book.identity(of: stay)?.app == "cart")
        #expect(book.follow([entry(1, app: "cart")]).renamed.isEmpty)
        #expect(book.follow([entry(1, app: "order")]).renamed == [name(1)])
        #expect(book.identities(of: [name(1)])[name(1)]?.app == "order")
    }

    @Test func `a guessed path that is not there gives way to the next, until one has answered`() throws {
        var book = TargetBook()
        let stay = try #require(book.follow([entry(1, path: nil)]).new.first)
        var asked: [String?] = []
        for _ in 0..<3 {
            asked.append(path(of: stay, in: book))
            book.missPath(stay)
        }
        #expect(asked == ["/stats/prometheus", "/metrics", "/stats/prometheus"])

        book.succeed(
            stay, at: WallTime(nanosecondsSinceEpoch: 1),
            asked: try #require(book.question(for: stay, interval: .seconds(1))), took: .milliseconds(3),
            clockAhead: nil)
        book.missPath(stay)
        #expect(path(of: stay, in: book) == "/metrics")
    }

    @Test func `a target has its own interval and deadline`() throws {
        var book = TargetBook()
        var slow = entry(1)
        slow.interval = .seconds(30)
        var patient = entry(2)
        patient.interval = .seconds(30)
        patient.timeout = .seconds(25)
        let stays = book.follow([slow, patient, entry(3)]).new
        let questions = stays.compactMap { book.question(for: $0, interval: .seconds(1)) }

        #expect(questions.map(\.interval) == [.seconds(30), .seconds(30), .seconds(1)])
        #expect(questions.map(\.deadline) == [.seconds(10), .seconds(25), .milliseconds(900)])
        #expect(book.pause(of: stays[0], interval: .seconds(1)) == .seconds(30))
    }

    @Test func `a target that fails is asked less often, one that never answered more often at first`() throws {
        var book = TargetBook()
        let stay = try #require(book.follow([entry(1)]).new.first)
        let second = Duration.seconds(1)
        #expect(book.pause(of: stay, interval: second) == second)
        book.fail(stay, reason: "refused")
        #expect(book.pause(of: stay, interval: second) == .milliseconds(250))
        book.succeed(
            stay, at: WallTime(nanosecondsSinceEpoch: 1),
            asked: try #require(book.question(for: stay, interval: .seconds(1))), took: .milliseconds(3),
            clockAhead: nil)
        var pauses: [Duration] = []
        for _ in 0..<6 {
            book.fail(stay, reason: "refused")
            pauses.append(book.pause(of: stay, interval: second))
        }
        #expect(pauses == [1, 2, 4, 5, 5, 5].map { .seconds($0) })
        book.succeed(
            stay, at: WallTime(nanosecondsSinceEpoch: 2),
            asked: try #require(book.question(for: stay, interval: .seconds(1))), took: .milliseconds(3),
            clockAhead: nil)
        #expect(book.pause(of: stay, interval: second) == second)
        #expect(book.pause(of: stay, interval: .seconds(30)) == .seconds(30))
    }

    @Test func `targets beyond the bound are left out and counted`() {
        var book = TargetBook()
        let list = (0..<TargetBook.capacity + 5).map { entry(UInt16($0 + 1)) }
        #expect(book.follow(list).new.count == TargetBook.capacity)
        #expect(book.leftOut == 5)
    }

    @Test func `phases spread over the interval and are kept`() {
        let interval = Duration.seconds(1)
        var places: [UInt64] = []
        for port in 1...200 {
            let phase = ScrapePhase(of: name(UInt16(port)), interval: interval)
            let start = MonotonicTime(nanoseconds: 5_000_000_123)
            let first = phase.next(notBefore: start)
            #expect(first >= start)
            #expect(start.duration(to: first) < interval)
            #expect(phase.next(notBefore: first) == first)
            #expect(phase.next(notBefore: first.advanced(by: .nanoseconds(1))) == first.advanced(by: interval))
            places.append(first.nanoseconds % 1_000_000_000)
        }
        let tenths = Dictionary(grouping: places) { $0 / 100_000_000 }
        #expect(tenths.count == 10)
        #expect(tenths.values.allSatisfy { $0.count < 45 })
    }
}
