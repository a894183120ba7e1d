import Quantities

/// A moment as people type it.
enum TimeWords {
    static let examples = "5m, 90s, 1h30m ago, 14:03 or 14:03:20"

    enum Moment: Hashable {
        case live
        case at(WallTime)
    }

    /// `5m`, `-90s`, `1h30m`: so long ago. `14:03`, `14:03:20`: the last time when the person's clock showed that.
    /// `live` and `now`. Nothing for anything else.
    static func moment(_ text: String, now: WallTime, utcOffset: Duration) -> Moment? {
        var text = text.trimmingSpaces().lowercased()[...]
        if text == "live" || text == "now" { return .live }
        if text.hasSuffix(" ago") { text = text.dropLast(4) }
        if text.first == "-" || text.first == "−" { text = text.dropFirst() }
        if text.contains(":") { return timeOfDay(text, now, utcOffset).map { .at($0) } }
        return ago(text).map { .at(now.advanced(by: .zero - $0)) }
    }

    private static func ago(_ text: Substring) -> Duration? {
        var seconds = 0
        var number: Int?
        var units = Set<Character>()
        for character in text where character != " " {
            if let digit = character.wholeNumberValue, character.isASCII {
                let grown = (number ?? 0) * 10 + digit
                guard grown < 1_000_000 else { return nil }
                number = grown
                continue
            }
            let factors: [Character: Int] = ["s": 1, "m": 60, "h": 3_600]
            guard let factor = factors[character], let amount = number, units.insert(character).inserted else {
                return nil
            }
            seconds += amount * factor
            number = nil
        }
        guard number == nil, !units.isEmpty else { return nil }
        return .seconds(seconds)
    }

    private static func timeOfDay(_ text: Substring, _ now: WallTime, _ utcOffset: Duration) -> WallTime? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3 else { return nil }
        let limits = [24, 60, 60]
        var second = 0
        for (part, limit) in zip(parts, limits) {
            guard part.count <= 2, let value = Int(part), value >= 0, value < limit else { return nil }
            second = second * 60 + value
        }
        if parts.count == 2 { second *= 60 }
        let local = now.advanced(by: utcOffset)
        let day = 86_400_000_000_000 as Int64
        let sinceMidnight = ((local.nanosecondsSinceEpoch % day) + day) % day
        let midnight = now.advanced(by: .nanoseconds(-sinceMidnight))
        let found = midnight.advanced(by: .seconds(second))
        // What is still to come today was meant for yesterday.
        return found <= now ? found : found.advanced(by: .seconds(-86_400))
    }
}
