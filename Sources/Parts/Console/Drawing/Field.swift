import MeshModel
import Quantities

/// Numbers in fields that keep their width, so that nothing beside them moves when a digit comes or goes.
enum Field {
    static let rateWidth = 6
    static let percentWidth = 6
    static let latencyWidth = 6

    /// `  96/s`
    static func rate(_ rate: RequestsPerSecond?) -> String {
        right(rate.map { Humane.rate($0) } ?? "–", rateWidth)
    }

    /// ` 0.4 %`
    static func percent(_ ratio: Ratio?) -> String {
        right(ratio.map { Humane.percent($0) } ?? "–", percentWidth)
    }

    /// ` 41 ms`
    static func latency(_ milliseconds: Double?) -> String {
        right(milliseconds.map { Humane.milliseconds($0) } ?? "–", latencyWidth)
    }

    /// `96/s`, `1.2k`, `0.4/s`: at most five cells.
    static func shortRate(_ rate: RequestsPerSecond) -> String {
        guard rate.value.isFinite else { return "–" }
        if rate.value >= 999.5 { return Humane.count(rate.value) }
        return Humane.fixed(rate.value, decimals: rate.value < 9.95 && rate.value > 0 ? 1 : 0) + "/s"
    }

    /// `9ms`, `122ms`, `1.2s`: at most five cells.
    static func shortLatency(_ milliseconds: Double?) -> String {
        guard let milliseconds, milliseconds.isFinite else { return "–" }
        return Humane.milliseconds(milliseconds >= 0.95 ? milliseconds.rounded() : milliseconds)
            .replacing(".0 ms", with: "ms").replacing(" ", with: "")
    }

    /// Whole requests: `64`, `2.9k`.
    static func samples(_ count: Double) -> String {
        count < 999.5 && count.isFinite ? Humane.fixed(count.rounded(), decimals: 0) : Humane.count(count)
    }

    /// `12.3 ms`, `1.42 s` – three digits, for spans that are compared with each other.
    static func duration(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        if milliseconds < 0.9995 { return Humane.fixed(milliseconds * 1000, decimals: 0) + " µs" }
        if milliseconds < 9.995 { return Humane.fixed(milliseconds, decimals: 2) + " ms" }
        if milliseconds < 99.95 { return Humane.fixed(milliseconds, decimals: 1) + " ms" }
        if milliseconds < 999.5 { return Humane.fixed(milliseconds, decimals: 0) + " ms" }
        if milliseconds < 9_995 { return Humane.fixed(milliseconds / 1000, decimals: 2) + " s" }
        return Humane.fixed(milliseconds / 1000, decimals: 1) + " s"
    }

    /// `1 s`, `59 s`, `12 min`, `3 h`, `2 d`: how long ago.
    static func age(_ duration: Duration) -> String {
        let seconds = max(0, Int(duration.inSeconds))
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3_600 { return "\(seconds / 60) min" }
        return seconds < 86_400 ? "\(seconds / 3_600) h" : "\(seconds / 86_400) d"
    }

    /// `-0:05`, `-12:30`, `-1:02:05`: how far back from now.
    static func ago(_ duration: Duration) -> String {
        let seconds = max(0, Int(duration.inSeconds))
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
        return hours > 0
            ? "-\(hours):\(two(minutes)):\(two(seconds % 60))" : "-\(minutes):\(two(seconds % 60))"
    }

    /// `12:00:05` on the person's clock.
    static func timeOfDay(_ time: WallTime, _ utcOffset: Duration) -> String {
        String(time.advanced(by: utcOffset).rfc3339.dropFirst(11).prefix(8))
    }

    static func right(_ text: String, _ width: Int) -> String {
        let length = text.unicodeScalars.count
        return length >= width ? text : String(repeating: " ", count: width - length) + text
    }

    static func left(_ text: String, _ width: Int) -> String {
        let length = text.unicodeScalars.count
        return length >= width ? text : text + String(repeating: " ", count: width - length)
    }
}
