/// Makes text of what a ``KeyScanner`` comes by.
struct LabelReader {
    let text: RawText
    private var parts: [KeyScanner.Part] = []
    private var labelCount = 0

    init(_ text: RawText) {
        self.text = text
    }

    /// Takes a part, to be read later: whether there are too many is known when all have been seen.
    mutating func visit(_ part: KeyScanner.Part) {
        if case .label = part { labelCount += 1 }
        if labelCount <= SeriesKey.maximumLabels { parts.append(part) }
    }

    /// The metric's name; empty when there was none.
    func name() throws(ExpositionFailure) -> String {
        for case .name(let range, let isQuoted) in parts { return try string(range, isEscaped: isQuoted) }
        return ""
    }

    /// The labels in the order of the text, each name as often as it stands there.
    func labels() throws(ExpositionFailure) -> [Label] {
        guard labelCount <= SeriesKey.maximumLabels else {
            throw ExpositionFailure(
                position: 0, message: "the series has more than \(SeriesKey.maximumLabels) labels")
        }
        var labels: [Label] = []
        labels.reserveCapacity(labelCount)
        for case .label(let name, let isQuoted, let value) in parts {
            labels.append(
                Label(name: try string(name, isEscaped: isQuoted), value: try string(value, isEscaped: true)))
        }
        return labels
    }

    /// Throws when two of `labels`, which are sorted by name, have the same.
    func checkNames(of labels: [Label]) throws(ExpositionFailure) {
        for (label, next) in zip(labels, labels.dropFirst()) where label.name == next.name {
            var isSecond = false
            for case .label(let range, let isQuoted, _) in parts
            where try string(range, isEscaped: isQuoted) == label.name {
                guard isSecond else {
                    isSecond = true
                    continue
                }
                throw ExpositionFailure(
                    position: range.lowerBound, message: "the label \"\(label.name)\" is here twice")
            }
        }
    }

    private func string(_ range: Range<Int>, isEscaped: Bool) throws(ExpositionFailure) -> String {
        let bytes = text.slice(range.lowerBound, range.upperBound)
        let string = isEscaped ? ExpositionText.plain(bytes) : ExpositionText.valid(bytes)
        guard let string else {
            throw ExpositionFailure(position: range.lowerBound, message: "the text is not valid UTF-8")
        }
        return string
    }
}
