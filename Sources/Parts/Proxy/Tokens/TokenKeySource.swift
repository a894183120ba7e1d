import Discovery
import JWTWire
import Quantities
import Synchronization

/// Where one provider's keys come from, and those that are at hand. Shared by all workers.
final class TokenKeySource: Sendable {
    /// How long keys are used when the configuration does not say; Envoy's.
    private static let usualLifetime = Duration.seconds(600)
    /// How long after a failure no other attempt is made; Envoy's pause for fetching ahead.
    private static let failurePause = Duration.seconds(1)

    private struct State {
        var keys: TokenKeys?
        var failure: TokenFailure?
        /// Until when neither changes; nothing for ever.
        var end: MonotonicTime?
    }

    /// Nothing when the keys stand in the configuration.
    let remote: JWTAuthentication.RemoteKeys?
    private let state: Mutex<State>

    /// - Parameter read: the bytes of a local source; nothing when they cannot be had.
    init(_ keys: JWTAuthentication.Keys, read: (DataSource) -> [UInt8]?) {
        switch keys {
        case .local(let source):
            remote = nil
            // Without good keys no token is good: the configuration's mistake opens no door.
            let keys = read(source).flatMap { try? TokenKeys($0) }
            state = Mutex(State(keys: keys, failure: keys == nil ? .noKeys : nil))
        case .remote(let remote):
            self.remote = remote
            state = Mutex(State(failure: .fetchFailed, end: MonotonicTime(nanoseconds: 0)))
        }
    }

    /// Whether tokens can be judged now, with keys or without; otherwise the keys must be fetched.
    func isSettled(now: MonotonicTime) -> Bool {
        state.withLock { state in state.end.map { now < $0 } ?? true }
    }

    /// Takes what a fetch has brought; nothing when it failed. Keys that are there stay until a fetch succeeds, but are
    /// asked for again soon.
    ///
    /// - Returns: whether other keys are in force now.
    func settle(_ text: [UInt8]?, now: MonotonicTime) -> Bool {
        let keys = text.flatMap { try? TokenKeys($0) }
        return state.withLock { state in
            guard let keys else {
                state.failure = state.keys == nil ? .fetchFailed : nil
                state.end = now.advanced(by: Self.failurePause)
                return false
            }
            state = State(keys: keys, end: now.advanced(by: remote?.cacheDuration ?? Self.usualLifetime))
            return true
        }
    }

    /// Why no key has signed the token; nothing when one has.
    func failure(of token: JSONWebToken) -> TokenFailure? {
        let (keys, failure) = state.withLock { ($0.keys, $0.failure) }
        return keys?.failure(of: token) ?? failure
    }
}
