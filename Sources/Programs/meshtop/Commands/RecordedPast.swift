import Collector
import MeshModel
import Quantities
import Synchronization

/// A recording as the console's past: any moment of it, for any thread.
///
/// Unchecked: only who has the lock touches the replay.
final class RecordedPast: MeshPast, @unchecked Sendable {
    private let lock = Mutex(())
    private let replay: Replay
    private let window: Duration

    /// - Parameter window: what a snapshot covers when nobody asks for another.
    init(_ replay: Replay, window: Duration) {
        self.replay = replay
        self.window = window
    }

    func snapshot(ending time: WallTime, window: Duration?) throws(MeshPastFailure) -> MeshSnapshot {
        let result: Result<MeshSnapshot, MeshPastFailure> = lock.withLock { _ in
            do throws(RecordingError) {
                let begin = try replay.span().lowerBound
                guard time >= begin else {
                    return .failure(MeshPastFailure("the recording begins later", earliest: begin))
                }
                return .success(try replay.snapshot(at: time, window: window ?? self.window))
            } catch {
                return .failure(MeshPastFailure("\(error)"))
            }
        }
        return try result.get()
    }
}
