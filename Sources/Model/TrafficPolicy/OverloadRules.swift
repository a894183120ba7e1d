/// What a proxy stops doing as its memory runs out, as Envoy's overload manager does: first it refuses requests, then it
/// accepts no connections. It begins anew once there is room, not at the very border.
package struct OverloadRules: Hashable, Sendable {
    package enum Level: Int, Hashable, Sendable, Comparable, CaseIterable {
        case calm
        /// Memory that is free inside the process goes back to the system.
        case shrinking
        /// New requests are answered 503.
        case refusingRequests
        /// And no connections are accepted.
        case refusingConnections

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// Bytes that the process may use.
    package var memoryLimit: UInt64

    package init(memoryLimit: UInt64) {
        self.memoryLimit = memoryLimit
    }

    /// Percent of the limit at which each level begins.
    package static let thresholds: KeyValuePairs<Level, UInt64> = [
        .shrinking: 90, .refusingRequests: 95, .refusingConnections: 98,
    ]
    /// Percent below its threshold at which a level ends.
    package static let slack: UInt64 = 2

    /// The level at so many bytes, after another one.
    package func level(bytes: UInt64, after before: Level) -> Level {
        guard memoryLimit > 0 else { return .calm }
        // In doubles: a limit may be any number.
        let percent = Double(bytes) / Double(memoryLimit) * 100
        var level = Level.calm
        for (candidate, threshold) in Self.thresholds {
            let border = Double(candidate <= before ? threshold - Self.slack : threshold)
            if percent >= border { level = candidate }
        }
        return level
    }
}
