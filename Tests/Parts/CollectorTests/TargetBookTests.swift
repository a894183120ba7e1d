import MeshModel
import Quantities
import SystemIO
import Testing

@testable import Collector

@Suite struct TargetBookTests {
    private func address(_ last: UInt16) throws -> SocketAddress {
        try #require(SocketAddress(ip: "127.0.0.1", port: last))
    }

    private func entry(_ last: UInt16) throws -> TargetList.Entry {
        TargetList.Entry(address: try address(last), path: "/m", workload: nil)
    }

    @Test func `new targets are to be scraped once`() throws {
        var book = TargetBook()
        #expect(book.follow([try entry(1), try entry(2), try entry(2)]).new.count == 2)
        #expect(book.follow([try entry(1), try entry(2)]).new.isEmpty)
        let change = book.follow([try entry(2), try entry(3)])
        #expect(change.new.map(\.address) == [try address(3)])
        #expect(change.gone == [try address(1)])
    }

    @Test func `a scrape that ends after its target has gone and come counts for nothing`() throws {
        var book = TargetBook()
        let first = try #require(book.follow([try entry(1)]).new.first)
        book.follow([try entry(2)])
        let second = try #require(book.follow([try entry(1)]).new.first)
        book.succeed(first, at: WallTime(nanosecondsSinceEpoch: 1))

        #expect(book.path(of: first) == nil)
        #expect(book.path(of: second) == "/m")
        #expect(book.report { _ in 0 }.map(\.state) == [.pending])
    }

    @Test func `one empty list is not believed, three are`() throws {
        var book = TargetBook()
        book.follow([try entry(1)])
        #expect(book.follow([]).gone.isEmpty)
        #expect(book.follow([]).gone.isEmpty)
        #expect(book.follow([]).gone == [try address(1)])
    }

    @Test func `no list takes a pinned target out`() throws {
        var book = TargetBook()
        #expect(book.pin(try address(1)) != nil)
        #expect(book.pin(try address(1)) == nil)
        #expect(book.follow([try entry(1), try entry(2)]).new.map(\.address) == [try address(2)])
        #expect(book.follow([try entry(3)]).gone == [try address(2)])
        #expect(book.isHere(try address(1)))
    }

    @Test func `a target that fails is asked less often, one that never answered more often at first`() throws {
        var book = TargetBook()
        let stay = try #require(book.pin(try address(1)))
        let second = Duration.seconds(1)
        #expect(book.pause(of: stay, interval: second) == second)
        book.fail(stay, reason: "refused")
        #expect(book.pause(of: stay, interval: second) == .milliseconds(250))
        book.succeed(stay, at: WallTime(nanosecondsSinceEpoch: 1))
        var pauses: [Duration] = []
        for _ in 0..<6 {
            book.fail(stay, reason: "refused")
            pauses.append(book.pause(of: stay, interval: second))
        }
        #expect(pauses == [1, 2, 4, 5, 5, 5].map { .seconds($0) })
        book.succeed(stay, at: WallTime(nanosecondsSinceEpoch: 2))
        #expect(book.pause(of: stay, interval: second) == second)
        #expect(book.pause(of: stay, interval: .seconds(30)) == .seconds(30))
    }

    @Test func `targets beyond the bound are left out and counted`() throws {
        var book = TargetBook()
        let list = try (0..<TargetBook.capacity + 5).map { try entry(UInt16($0 + 1)) }
        #expect(book.follow(list).new.count == TargetBook.capacity)
        #expect(book.leftOut == 5)
    }

    @Test func `phases spread over the interval and are kept`() throws {
        let interval = Duration.seconds(1)
        var places: [UInt64] = []
        for port in 1...200 {
            let phase = ScrapePhase(of: try address(UInt16(port)), interval: interval)
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

    @Test(arguments: [
        ("", "1:1"), ("{}", "expected a list, found an object"), ("[{}]", "[0].targets: expected a list of addresses"),
        ("[{\"targets\":[\"nowhere\"]}]", "[0].targets[0]: expected an address like \"127.0.1.7:15090\""),
        ("[{\"targets\":[7]}]", "[0].targets[0]"), ("[1]", "[0].targets"),
    ])
    func `a list that cannot be read says where`(text: String, message: String) {
        #expect { try TargetList.parse(Array(text.utf8)) } throws: { error in
            (error as? TargetList.Failure)?.message.contains(message) ?? false
        }
    }

    @Test func `a list names targets and who runs there`() throws {
        let list = try TargetList.parse(
            Array(
                """
                [{"targets":["127.0.1.7:15090","[::1]:1"],"labels":{"namespace":"payments","workload":"payment-v1"}},
                 {"targets":["127.0.1.8:15090"],"labels":{"__metrics_path__":"bad path"}},{"targets":[]}]
                """.utf8))

        #expect(list.map(\.address.description) == ["127.0.1.7:15090", "[::1]:1", "127.0.1.8:15090"])
        #expect(list[0].workload?.app == "payment-v1")
        #expect(list[2].workload == nil)
        #expect(list.allSatisfy { $0.path == "/stats/prometheus" })
    }
}
