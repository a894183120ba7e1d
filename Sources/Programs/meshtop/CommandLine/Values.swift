extension Duration {
    /// Reads `30s`, `500ms`, `5m` or `1h`; nothing for anything else, or for nothing at all.
    init?(text: String) {
        let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let number = Double(text.dropLast(unit.suffix.count)), number > 0, number * unit.seconds <= 86_400
        else { return nil }
        self = .milliseconds(Int64((number * unit.seconds * 1000).rounded()))
    }
}

extension Invocation {
    /// The duration an option gives, or `standard`.
    func duration(_ option: String, default standard: Duration) throws(UsageError) -> Duration {
        guard let text = value(option) else { return standard }
        guard let duration = Duration(text: text) else {
            throw UsageError("\(option) wants a duration like 30s, 500ms or 5m, not “\(text)”")
        }
        return duration
    }

    /// The one of `choices` that an option names, or the first.
    func choice(_ option: String, of choices: [String]) throws(UsageError) -> String {
        guard let text = value(option) else { return choices[0] }
        guard choices.contains(text) else {
            throw UsageError("\(option) wants \(choices.joined(separator: ", ")), not “\(text)”")
        }
        return text
    }
}
