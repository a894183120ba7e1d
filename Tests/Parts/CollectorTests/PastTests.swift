import MeshModel
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Collector

/// What the collector remembers.
@Suite struct PastTests {
    @Test func `a moment that is past is shown as it was, and says which moment it is`() throws {
        let loop = try EventLoop()
        let web = try FakeProxy(loop, "source web/v1@shop -> cart/v1@shop cart.shop x10")
        let mailbox = Mailbox()
        let collector = try Collector(
            CollectorConfiguration(targets: [web.address], interval: .milliseconds(100), window: .seconds(60))
        ) { mailbox.put($0) }
        defer { collector.stop() }
        #expect(runs(loop) { web.scrapes.count >= 8 && mailbox.newest?.edges.first != nil })

        let newest = try #require(mailbox.newest)
        let time = newest.time
        let asked = Reply<MeshSnapshot?>.answered(on: loop) {
            try? collector.snapshot(ending: time, window: .milliseconds(300))
        }

        let past = try #require(asked)
        #expect(past.time == time)
        #expect(past.window < newest.window, "another window than the live one")
        #expect(past.edges.map(\.id) == newest.edges.map(\.id))
        #expect(past.targets.map(\.state) == [.up])
        #expect(past.structureVersion != newest.structureVersion)
        #expect(runs(loop) { (mailbox.newest?.time).map { $0 > time } ?? false })
        #expect(
            mailbox.newest?.structureVersion == newest.structureVersion, "live graphs do not look new by a look back")
    }

    @Test func `a time before the first look is refused, with the time from which there is something`() throws {
        let loop = try EventLoop()
        let web = try FakeProxy(loop, "source web/v1@shop -> cart/v1@shop cart.shop x10")
        let mailbox = Mailbox()
        let collector = try Collector(
            CollectorConfiguration(targets: [web.address], interval: .milliseconds(100), window: .seconds(60))
        ) { mailbox.put($0) }
        defer { collector.stop() }
        #expect(runs(loop) { mailbox.newest?.edges.first != nil })
        let now = SystemClock.wall()

        let failure = Reply<MeshPastFailure?>.answered(on: loop) {
            do throws(MeshPastFailure) {
                _ = try collector.snapshot(ending: now.advanced(by: .seconds(-3_600)), window: nil)
                return nil
            } catch {
                return error
            }
        }

        #expect(failure?.description == "nothing is remembered of that time")
        let earliest = try #require(failure?.earliest)
        #expect(earliest < now)
        #expect(earliest > now.advanced(by: .seconds(-60)))
    }
}

extension Reply {
    /// What `question` answers on a thread of its own, while `loop` goes on serving.
    static func answered<Answer: Sendable>(
        on loop: EventLoop, _ question: @escaping @Sendable () -> Answer?
    ) -> Answer? where Value == Answer? {
        guard let reply = try? Reply(), let thread = try? Threads.spawn(name: "question", { reply.bring(question()) })
        else { return nil }
        defer { thread.join() }
        _ = runs(loop) { reply.wait(atMost: .milliseconds(1)) != nil }
        return reply.wait(atMost: .milliseconds(1)) ?? nil
    }
}
