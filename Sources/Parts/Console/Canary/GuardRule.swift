package import Quantities

/// What a guard of a canary watches: how much worse than the stable version the others may be, and for how long.
package struct GuardRule: Hashable, Sendable {
    package enum Measure: Hashable, Sendable {
        /// So many more of a version's requests fail, as a share of all.
        case errors(Ratio)
        /// A version's p99 is so much longer.
        case p99(Duration)
    }

    package var measure: Measure
    /// How long it has to be worse without a break.
    package var patience: Duration

    package init(_ measure: Measure, patience: Duration = GuardRule.usualPatience) {
        self.measure = measure
        self.patience = patience
    }

    package static let usualPatience = Duration.seconds(30)
    /// What a key arms: two of a hundred requests more, for half a minute.
    static let usual = GuardRule(.errors(Ratio(0.02)))
    static let examples = "errors 2% 30s · p99 50ms 1m · off"

    /// `errors 2% 30s`, `p99 50ms`: the time may be left out.
    package init?(_ text: String) {
        let words = text.split(separator: " ")
        guard (2...3).contains(words.count) else { return nil }
        switch words[0].lowercased() {
        case "errors", "err":
            guard words[1].hasSuffix("%"), let percent = Double(words[1].dropLast()), percent > 0, percent <= 100 else {
                return nil
            }
            measure = .errors(Ratio(percent / 100))
        case "p99":
            guard let more = Self.duration(words[1]), more > .zero else { return nil }
            measure = .p99(more)
        default: return nil
        }
        guard words.count == 3 else {
            patience = Self.usualPatience
            return
        }
        guard let time = Self.duration(words[2]), time >= .seconds(1), time <= .seconds(3_600) else { return nil }
        patience = time
    }

    private static func duration(_ word: Substring) -> Duration? {
        for (unit, milliseconds) in [("ms", 1.0), ("s", 1_000), ("m", 60_000)] where word.hasSuffix(unit) {
            guard let number = Double(word.dropLast(unit.count)), number >= 0, number <= 1e7 else { return nil }
            return .milliseconds(Int64((number * milliseconds).rounded()))
        }
        return nil
    }

    /// `fails 2 % more than v1 for 30 s`, without the version.
    var words: String {
        switch measure {
        case .errors(let ratio): "failing \(Humane.percent(ratio)) more"
        case .p99(let time): "p99 \(Humane.milliseconds(Self.milliseconds(time))) longer"
        }
    }

    static func milliseconds(_ time: Duration) -> Double {
        let parts = time.components
        return Double(parts.seconds) * 1e3 + Double(parts.attoseconds) / 1e15
    }
}
