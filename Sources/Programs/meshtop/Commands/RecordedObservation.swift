import Collector
import MeshModel
import Quantities

/// A look at a recording instead of at a mesh.
struct RecordedObservation {
    static let options = [
        Option(name: "--replay", value: "FILE", summary: "look at a recording instead; see meshtop record"),
        Option(
            name: "--at", value: "TIME",
            summary:
                "the moment in it: +90s from its beginning, -30s from its end (default -0s), or 2026-11-22T09:05:01Z"),
    ]

    let file: String
    let replay: Replay
    let time: WallTime

    /// Nothing when no recording was named.
    init?(_ invocation: Invocation) throws {
        guard let file = invocation.value("--replay") else {
            guard !invocation.has("--at") else {
                throw UsageError("--at is a moment in a recording; name it with --replay")
            }
            return nil
        }
        guard !invocation.has("--history") else {
            throw UsageError(
                "--replay looks at what was, and --history keeps what is; a history's file can be replayed")
        }
        let text = invocation.value("--at") ?? "-0s"
        guard let moment = Moment(text: text) else {
            throw UsageError("--at wants a time like +90s, -30s or 2026-11-22T09:05:01Z, not “\(text)”")
        }
        self.file = file
        replay = try Replay(try Recording(file: file))
        let span = try replay.span()
        guard let time = moment.time(in: span) else {
            throw CommandFailure(
                "\(text) is not in \(file): it goes from \(span.lowerBound.rfc3339) to \(span.upperBound.rfc3339)")
        }
        self.time = time
    }

    /// The graph of that moment, with all that the options ask of one.
    func snapshot(window: Duration, _ invocation: Invocation, showsIdle: Bool) throws -> MeshSnapshot {
        replay.health = HealthJudge(try HealthRules(invocation))
        let view = try GraphOptions.view(invocation, from: GraphView(showsIdle: showsIdle))
        return try replay.snapshot(at: time, window: window, view: view)
    }
}
