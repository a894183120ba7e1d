import Collector
import MeshModel
import Quantities
import SystemIO
import TestSupport
import Testing

@Suite struct `A replay` {
    @Test func `shows every second as it was seen live, forward, backward and at random`() throws {
        try withRecordingFile { file in
            var mesh = RecordedMesh(try Recorder(file: file))
            for second in 0..<100 { try mesh.pass(down: (50..<58).contains(second) ? ["cart:15090"] : []) }
            #expect(mesh.recorder.stop().failure == nil)

            let replay = try Replay(try Recording(file: file))
            let begin = try replay.span().lowerBound
            var generator = Xorshift(state: 7)
            let order = Array(0..<100) + Array((0..<100).reversed()) + (0..<40).map { _ in Int(generator.next() % 100) }
            for second in order {
                let time = begin.advanced(by: .milliseconds(second * 1000 + 500))
                let snapshot = try replay.snapshot(at: time, window: .seconds(20))
                try #require(substance(snapshot) == substance(mesh.live[second]), "second \(second)")
            }
        }
    }

    @Test func `numbers the structure on over a jump, and anew only where it changes`() throws {
        try withRecordingFile { file in
            var mesh = RecordedMesh(try Recorder(file: file))
            for _ in 0..<20 { try mesh.pass() }
            _ = mesh.recorder.stop()

            let replay = try Replay(try Recording(file: file))
            let begin = try replay.span().lowerBound
            func version(_ seconds: Double) throws -> UInt64 {
                try replay.snapshot(
                    at: begin.advanced(by: .milliseconds(Int(seconds * 1000))), window: .seconds(10)
                ).structureVersion
            }
            let full = try version(15)
            #expect(try version(10) == full)
            #expect(try version(0) != full)
        }
    }

    @Test func `follows a recording that is still being written`() throws {
        try withRecordingFile { file in
            var options = Recorder.Options()
            options.pause = .milliseconds(5)
            var mesh = RecordedMesh(try Recorder(file: file, options))
            for _ in 0..<10 { try mesh.pass() }
            #expect(eventually { mesh.recorder.status.counts.scrapes == 30 })
            let replay = try Replay(try Recording(file: file))
            _ = try replay.snapshot(at: try replay.span().upperBound, window: .seconds(20))

            for _ in 0..<10 { try mesh.pass() }
            #expect(eventually { mesh.recorder.status.counts.scrapes == 60 })

            let end = try replay.span().upperBound
            let snapshot = try replay.snapshot(at: end.advanced(by: .milliseconds(300)), window: .seconds(20))
            #expect(substance(snapshot) == substance(try #require(mesh.live.last)))
            _ = mesh.recorder.stop()
        }
    }

    @Test func `knows the weights of each moment`() throws {
        try withRecordingFile { file in
            var mesh = RecordedMesh(try Recorder(file: file))
            let name = ServiceName(namespace: "shop", name: "pay")
            for second in 0..<10 {
                try mesh.pass()
                let shares = [("v1", 100 - 10 * (second / 5)), ("v2", 10 * (second / 5))].map {
                    TrafficSplit.Share(subset: $0.0, version: nil, weight: $0.1)
                }
                let split = TrafficSplit(
                    service: name, owner: name, routeIndex: 0, shares: shares, resourceVersion: "\(second / 5)")
                mesh.recorder.record([split], at: mesh.clock.now)
            }
            #expect(mesh.recorder.stop().counts.events == 3 + 3 + 2)

            let replay = try Replay(try Recording(file: file))
            let begin = try replay.span().lowerBound
            func weight(_ milliseconds: Int) throws -> Int? {
                try replay.snapshot(at: begin.advanced(by: .milliseconds(milliseconds)), window: .seconds(5))
                    .splits.first?.shares.last?.weight
            }
            #expect(try weight(100) == nil)
            #expect(try weight(4900) == 0)
            #expect(try weight(5600) == 10)
            #expect(try weight(4900) == 0)
        }
    }
}

private struct Xorshift: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
