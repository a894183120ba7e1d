package import Quantities

/// A short message that leaves by itself.
package struct Toast: Hashable, Sendable {
    package enum Level: Hashable, Sendable {
        case info, success, warning, failure
    }

    package var level: Level
    package var text: String
    /// When it leaves.
    package var end: WallTime

    /// Long enough to be read: 4 s, and for bad news 8 s.
    init(_ level: Level, _ text: String, at time: WallTime) {
        self.level = level
        self.text = text
        end = time.advanced(by: level == .failure || level == .warning ? .seconds(8) : .seconds(4))
    }
}
