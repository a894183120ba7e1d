internal import Quantities

/// What a history keeps.
package struct HistoryOptions: Hashable, Sendable {
    /// What is older is removed.
    package var age = Duration.seconds(7 * 86_400)
    /// Bytes that the file may take; the oldest is removed beyond that. At least ``minimumSize``.
    package var size: Int64 = 1_000_000_000
    /// What a row covers, of each target.
    package var step = Duration.seconds(10)
    /// What is older than this is joined in rows of ``coarseStep``.
    package var fineAge = Duration.seconds(3_600)
    package var coarseStep = Duration.seconds(60)
    /// What is watched, in words; kept in the file.
    package var source = ""
    /// Between two looks at what is to be written.
    var pause = Duration.seconds(1)
    /// Bytes that may wait to be written.
    var queue = 64 << 20
    /// Pages that the file may have; for tests of a disk that is full.
    var maximumPages: Int64?

    package static let minimumSize: Int64 = 1_000_000
    package static let minimumAge = Duration.seconds(60)

    package init() {}

    /// An age as people write it: `90m`, `12h`, `7d` or `2w`, from a minute to ten years; nothing for anything else.
    package static func age(_ text: String) -> Duration? {
        let units: [(suffix: Character, seconds: Double)] = [("m", 60), ("h", 3_600), ("d", 86_400), ("w", 604_800)]
        guard let unit = units.first(where: { text.last == $0.suffix }), let number = Double(text.dropLast()),
            number > 0, number * unit.seconds <= 3_650 * 86_400
        else { return nil }
        let age = Duration.seconds(number * unit.seconds)
        return age >= minimumAge ? age : nil
    }

    /// A size as people write it, `500MB` or `20GB`; nothing for anything else or for less than ``minimumSize``.
    package static func size(_ text: String) -> Int64? {
        ByteSize.bytes(text).flatMap { $0 >= minimumSize ? $0 : nil }
    }
}
