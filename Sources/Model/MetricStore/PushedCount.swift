/// What a counter of a target stands at, as somebody has sent it.
package struct PushedCount: Hashable, Sendable {
    /// As ``ExpositionWire/SeriesKey/spelling`` spells it.
    package var key: [UInt8]
    package var value: Double
    /// Whether the count began at zero since the target's last samples: then, should it be new, all of it counts.
    package var beginsAtZero: Bool

    package init(key: [UInt8], value: Double, beginsAtZero: Bool) {
        self.key = key
        self.value = value
        self.beginsAtZero = beginsAtZero
    }
}
