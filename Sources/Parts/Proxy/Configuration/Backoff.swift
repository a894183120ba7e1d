/// The waits between attempts at something that fails: doubling, capped, with jitter, so that proxies which lost the
/// control plane together do not return together.
///
/// Attempt 1 waits 50…100 ms, 2 waits 100…200, … up to 0.5…1 s: a control plane that is back is found within a second.
struct Backoff: Hashable, Sendable {
    private(set) var failures = 0

    static let base: Duration = .milliseconds(100)
    static let maximum: Duration = .seconds(1)

    mutating func succeeded() { failures = 0 }

    /// The wait after one more failure; `draw` is a random number.
    mutating func failed(draw: UInt64) -> Duration {
        failures = min(failures + 1, 16)
        let full = min(Self.base * (1 << min(failures - 1, 10)), Self.maximum)
        return full / 2 + full / 2 * (Double(draw >> 11) / Double(1 << 53))
    }
}
