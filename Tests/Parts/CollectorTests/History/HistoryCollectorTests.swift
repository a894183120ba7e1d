import MeshModel
import MetricStore
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Collector

/// A collector with a history.
@Suite struct HistoryCollectorTests {
    private static var options: HistoryOptions {
        var options = HistoryOptions()
        options.step = .milliseconds(300)
        options.pause = .milliseconds(20)
        return options
    }

    @Test func `what an earlier collector saw is shown from the file, what this one saw from memory`() throws {
        try withRecordingFile { file in
            let loop = try EventLoop()
            let web = try FakeProxy(loop, "source web/v1@shop -> cart/v1@shop cart.shop x10")
            let configuration = CollectorConfiguration(
                targets: [web.address], interval: .milliseconds(100), window: .seconds(60))
            let earlier = Mailbox()
            do {
                let history = try MeshHistory(file: file, Self.options)
                let collector = try Collector(configuration, history: history) { earlier.put($0) }
                #expect(runs(loop) { web.scrapes.count >= 15 && earlier.newest?.edges.first != nil })
                collector.stop()
                #expect(history.stop().failure == nil)
            }
            let before = try #require(earlier.newest)

            let history = try MeshHistory(file: file, Self.options)
            defer { _ = history.stop() }
            let mailbox = Mailbox()
            let collector = try Collector(configuration, history: history) { mailbox.put($0) }
            defer { collector.stop() }
            let count = web.scrapes.count
            #expect(runs(loop) { web.scrapes.count >= count + 8 && mailbox.newest?.edges.first != nil })
            let now = try #require(mailbox.newest)

            let past = try #require(
                Reply<MeshSnapshot?>.answered(on: loop) {
                    try? collector.snapshot(ending: before.time, window: .seconds(10))
                })
            #expect(past.edges.map(\.id) == before.edges.map(\.id))
            #expect(past.time == before.time)
            #expect(past.structureVersion >> 62 == 3)
            let near = try #require(
                Reply<MeshSnapshot?>.answered(on: loop) { try? collector.snapshot(ending: now.time, window: nil) })
            #expect(near.structureVersion >> 62 == 2, "memory has it")

            let failure = Reply<MeshPastFailure?>.answered(on: loop) {
                do throws(MeshPastFailure) {
                    _ = try collector.snapshot(ending: before.time.advanced(by: .seconds(-3_600)), window: nil)
                    return nil
                } catch {
                    return error
                }
            }
            #expect(failure?.description == "the history begins later")
            #expect((failure?.earliest).map { $0 < before.time } == true)
        }
    }

    @Test func `a history that cannot be written is told of, and the graph goes on`() throws {
        try withRecordingFile { file in
            let loop = try EventLoop()
            // Their names alone take more than there is.
            let calls = (0..<100).map { "source web/v1@shop -> cart\($0)/v1@shop cart\($0).shop x10" }
            let web = try FakeProxy(loop, calls.joined(separator: "\n"))
            var options = Self.options
            options.maximumPages = 19
            let history = try MeshHistory(file: file, options)
            defer { _ = history.stop() }
            let mailbox = Mailbox()
            let collector = try Collector(
                CollectorConfiguration(targets: [web.address], interval: .milliseconds(100), window: .seconds(1)),
                history: history
            ) { mailbox.put($0) }
            defer { collector.stop() }

            #expect(
                runs(loop) {
                    mailbox.newest?.notices.contains { $0.hasSuffix("database or disk is full; free some space") }
                        ?? false
                })
            let count = web.scrapes.count
            #expect(runs(loop) { web.scrapes.count > count + 3 })
            #expect(mailbox.newest?.edges.isEmpty == false)
        }
    }

    @Test func `of a proxy that is scraped and sends as well, requests are counted once`() throws {
        try withRecordingFile { file in
            var kept = try KeptMesh(file)
            let recorder = try #require(kept.history.recorder)
            // The same that the proxies show is sent for them, too.
            let scraped = kept.mesh.store.observer
            kept.mesh.store.observer = { event in
                scraped?(event)
                guard case .scraped(var scrape) = event else { return }
                scrape.target += " by remote write"
                recorder.record(.scraped(scrape), at: scrape.time)
            }
            try kept.pass(39)
            #expect(kept.writes(24))

            #expect(try kept.snapshot(at: 35).rates == kept.mesh.live.last?.rates)
            _ = kept.history.stop()
        }
    }
}
