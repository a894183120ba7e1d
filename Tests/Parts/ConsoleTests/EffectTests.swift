import MeshModel
import Quantities
import Synchronization
import TestSupport
import Testing
import TraceModel

@testable import Console

@Suite struct `Questions to the world` {
    /// Collects what the feed brings until `count` events are there.
    private func events(_ feed: ConsoleFeed, _ count: Int) -> [Event] {
        var events: [Event] = []
        _ = eventually {
            events += feed.take()
            return events.count >= count
        }
        return events
    }

    @Test func `are answered through the feed, and a slow one holds up nobody`() throws {
        let gate = Mutex(false)
        let environment = ConsoleEnvironment(
            findTraces: { _ in
                _ = eventually { gate.withLock(\.self) }
                return .success([])
            },
            loadTrace: { _ in .failure(ConsoleFailure(message: "gone")) }, changeWeights: { _, _ in .validated })
        let feed = ConsoleFeed()
        let runner = EffectRunner(environment: environment, feed: feed)

        runner.start(.findTraces(TraceQuery(), question: 1))
        runner.start(.loadTrace(try #require(TraceID(high: 1, low: 2))))

        let first = events(feed, 1)
        guard case .traceLoaded(_, .failure)? = first.first else { Issue.record("\(first)"); return }
        gate.withLock { $0 = true }
        let second = events(feed, 1)
        guard case .tracesFound(question: 1, .success)? = second.first else { Issue.record("\(second)"); return }
    }

    @Test func `are refused beyond eight at once, and welcome again afterwards`() {
        let gate = Mutex(false)
        let environment = ConsoleEnvironment(
            findTraces: { _ in
                _ = eventually { gate.withLock(\.self) }
                return .success([])
            },
            loadTrace: { _ in .failure(ConsoleFailure(message: "gone")) }, changeWeights: { _, _ in .validated })
        let feed = ConsoleFeed()
        let runner = EffectRunner(environment: environment, feed: feed)

        for question in 1...9 { runner.start(.findTraces(TraceQuery(), question: question)) }
        let refused = events(feed, 1)
        guard case .tracesFound(question: 9, .failure)? = refused.first else { Issue.record("\(refused)"); return }
        gate.withLock { $0 = true }
        #expect(events(feed, 8).count == 8)

        let isWelcome = eventually {
            runner.start(.findTraces(TraceQuery(), question: 10))
            return events(feed, 1).contains {
                if case .tracesFound(question: 10, .success) = $0 { true } else { false }
            }
        }
        #expect(isWelcome)
    }

    @Test func `of snapshots only the newest is kept, and waking is prompt`() {
        let feed = ConsoleFeed()
        let wakes = Atomic<Int>(0)
        feed.publish(SampleMesh.snapshot(secondsLater: 1))
        feed.attach { wakes.add(1, ordering: .relaxed) }
        feed.publish(SampleMesh.snapshot(secondsLater: 2))
        feed.report(trouble: "the control plane is away")

        let events = feed.take()

        #expect(wakes.load(ordering: .relaxed) == 3)
        #expect(events.count == 2)
        guard case .snapshot(let snapshot)? = events.last else { Issue.record("\(events)"); return }
        #expect(snapshot.time == SampleMesh.start.advanced(by: .seconds(2)))
    }
}
