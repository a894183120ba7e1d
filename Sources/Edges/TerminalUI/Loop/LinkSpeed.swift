import Quantities

/// Tells from how long frames wait for room whether the link to the terminal is slow, as over ssh from a train.
///
/// A frame that waits is rare on a link that keeps up: a few in a short time, and it is slow for good. It does not become
/// fast again by itself: what would be switched on again is what made it slow.
struct LinkSpeed: Hashable, Sendable {
    /// A wait that a person sees.
    private static let stall = Duration.milliseconds(150)
    /// So many of the last ``memory`` frames.
    private static let stalls = 3
    private static let memory = 16

    private var recent: [Bool] = []
    private(set) var isSlow = false

    /// Takes how long a frame waited, from when it was due until the terminal took it.
    mutating func frame(waited: Duration) {
        recent.append(waited >= Self.stall)
        if recent.count > Self.memory { recent.removeFirst() }
        if recent.count(where: { $0 }) >= Self.stalls { isSlow = true }
    }
}
