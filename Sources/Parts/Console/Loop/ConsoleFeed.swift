package import MeshModel
import Synchronization

/// Where news for the console arrives, from any thread.
///
/// Bounded by nature: of snapshots only the newest is kept, and answers to questions are as many as there are questions
/// under way.
package final class ConsoleFeed: Sendable {
    private struct State {
        var snapshot: MeshSnapshot?
        /// The newest word about trouble: none, or one that may be "all is well again".
        var trouble: String??
        var answers: [Event] = []
        var wake: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    package init() {}

    /// Shows the mesh as it was seen now. A snapshot that was not shown yet is dropped for this one.
    package func publish(_ snapshot: MeshSnapshot) {
        change { $0.snapshot = snapshot }
    }

    /// Tells in words why there is nothing new, or with nothing that all is well again.
    package func report(trouble: String?) {
        change { $0.trouble = .some(trouble) }
    }

    func answer(_ event: Event) {
        change { $0.answers.append(event) }
    }

    /// Calls `wake` whenever there is news, at once if there is some already; with nothing, no more.
    func attach(_ wake: (@Sendable () -> Void)?) {
        change { $0.wake = wake }
    }

    /// Everything since the last time, in the order in which it is to be handled.
    func take() -> [Event] {
        state.withLock { state in
            var events = state.answers
            state.answers = []
            if let trouble = state.trouble { events.append(.trouble(trouble)) }
            state.trouble = nil
            if let snapshot = state.snapshot { events.append(.snapshot(snapshot)) }
            state.snapshot = nil
            return events
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let wake = state.withLock { state in
            body(&state)
            return state.wake
        }
        // Outside the lock: what it calls is not ours.
        wake?()
    }
}
