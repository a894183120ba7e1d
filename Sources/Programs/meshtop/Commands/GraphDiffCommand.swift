import MeshModel
import Quantities
import SystemIO

/// `meshtop graph --diff 5m..10m`: the time from ten to five minutes ago against the last five.
///
/// A command that starts has no history, so it collects: first for the earlier window, then for the later one, ten minutes
/// in all. It says so; `--diff 10s..20s` takes twenty seconds.
struct DiffWindows: Equatable {
    /// The earlier window's length, and the later one's.
    var before: Duration
    var after: Duration

    static let option = Option(
        name: "--diff", value: "A..B",
        summary: "what changed: from B to A ago against the last A, 5m..10m; takes as long as B")

    /// Reads `5m..10m`.
    init(_ text: String) throws(UsageError) {
        let dots = text.firstIndex(of: ".").flatMap { first -> String.Index? in
            text[first...].hasPrefix("..") ? first : nil
        }
        guard let dots, let near = Duration(text: String(text[..<dots])),
            let far = Duration(text: String(text[text.index(dots, offsetBy: 2)...]))
        else { throw UsageError("--diff wants two durations like 5m..10m, not “\(text)”") }
        guard far > near else { throw UsageError("--diff wants the nearer time first, 5m..10m, not “\(text)”") }
        guard near >= .seconds(2), far - near >= .seconds(2) else {
            throw UsageError("--diff wants windows of at least 2s, like 10s..20s, not “\(text)”")
        }
        before = far - near
        after = near
    }

    /// Collects both windows, one after the other.
    func observe(_ invocation: Invocation) throws -> MeshDiff {
        let whole = HealthOutput.words(before + after)
        complain("meshtop: this takes \(whole): nobody has watched the mesh until now")
        var first: MeshSnapshot?
        var result: MeshDiff?
        var boundary = SystemClock.monotonic()
        try Observation.watch(invocation, window: before) { snapshot, change in
            guard let old = first else {
                guard snapshot.window >= before - .milliseconds(50) else { return true }
                first = snapshot
                boundary = SystemClock.monotonic()
                change(after)
                return true
            }
            // Half an interval more, so that no scrape of the earlier window is in this one.
            guard boundary.duration(to: SystemClock.monotonic()) >= after + .milliseconds(500),
                snapshot.window <= after + .seconds(2)
            else { return true }
            result = MeshDiff(from: old, to: snapshot)
            return false
        }
        guard let result else { throw CommandFailure("the mesh was not seen for \(whole)") }
        return result
    }
}
