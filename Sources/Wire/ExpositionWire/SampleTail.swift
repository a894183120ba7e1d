/// What follows a series' key on its line.
struct SampleTail {
    let value: Double
    let timestampMilliseconds: Int64?

    private init(value: Double, timestampMilliseconds: Int64?) {
        self.value = value
        self.timestampMilliseconds = timestampMilliseconds
    }

    /// A value, perhaps a timestamp, and nothing more; `nil` when it is not that simple.
    @inline(__always)
    init?(_ text: RawText, _ start: Int, _ end: Int, _ format: ExpositionFormat) {
        let valueStart = text.endOfBlanks(from: start, to: end)
        let valueEnd = text.endOfToken(from: valueStart, to: end)
        guard let value = text.number(valueStart, valueEnd) else { return nil }
        let next = text.endOfBlanks(from: valueEnd, to: end)
        guard next < end else {
            self.init(value: value, timestampMilliseconds: nil)
            return
        }
        let timestampEnd = text.endOfToken(from: next, to: end)
        guard let timestamp = Self.timestamp(text, next, timestampEnd, format),
            text.endOfBlanks(from: timestampEnd, to: end) == end
        else { return nil }
        self.init(value: value, timestampMilliseconds: timestamp)
    }

    /// The same with exemplars, and with a word on what is wrong.
    static func read(
        _ text: RawText, _ start: Int, _ end: Int, _ format: ExpositionFormat
    ) throws(ExpositionFailure) -> SampleTail {
        let valueStart = text.endOfBlanks(from: start, to: end)
        let valueEnd = text.endOfToken(from: valueStart, to: end)
        guard valueStart < end else {
            throw ExpositionFailure(position: valueStart, message: "expected a value, found the end of the line")
        }
        guard text[valueStart] != UInt8(ascii: "{") else {
            throw ExpositionFailure(
                position: valueStart,
                message: "native histograms are not read as text; let the target show classic buckets (le)")
        }
        guard let value = text.number(valueStart, valueEnd) else {
            throw ExpositionFailure(
                position: valueStart, message: "expected a number, found \(text.excerpt(valueStart, valueEnd))")
        }
        var next = text.endOfBlanks(from: valueEnd, to: end)
        var timestamp: Int64?
        if next < end, text[next] != UInt8(ascii: "#") {
            let timestampEnd = text.endOfToken(from: next, to: end)
            timestamp = Self.timestamp(text, next, timestampEnd, format)
            guard timestamp != nil else {
                let unit = format == .openMetrics ? "seconds" : "whole milliseconds"
                throw ExpositionFailure(
                    position: next,
                    message: "expected a timestamp in \(unit), found \(text.excerpt(next, timestampEnd))")
            }
            next = text.endOfBlanks(from: timestampEnd, to: end)
        }
        if next < end { try checkExemplar(text, next, end) }
        return SampleTail(value: value, timestampMilliseconds: timestamp)
    }

    /// `# {trace_id="4bf9"} 0.43 1520879607.789`. OpenMetrics has it; some Prometheus texts have it too.
    private static func checkExemplar(_ text: RawText, _ start: Int, _ end: Int) throws(ExpositionFailure) {
        guard text[start] == UInt8(ascii: "#") else {
            throw ExpositionFailure(
                position: start, message: "expected the end of the line, found \(text.excerpt(start, end))")
        }
        var scanner = KeyScanner(text, from: text.endOfBlanks(from: start + 1, to: end), to: end)
        try scanner.labelSet { _ in }
        let valueStart = text.endOfBlanks(from: scanner.position, to: end)
        let valueEnd = text.endOfToken(from: valueStart, to: end)
        guard text.number(valueStart, valueEnd) != nil else {
            throw ExpositionFailure(
                position: valueStart,
                message: "expected the exemplar's value, found \(text.excerpt(valueStart, valueEnd))")
        }
        let next = text.endOfBlanks(from: valueEnd, to: end)
        guard next < end else { return }
        let timestampEnd = text.endOfToken(from: next, to: end)
        guard text.number(next, timestampEnd) != nil, text.endOfBlanks(from: timestampEnd, to: end) == end else {
            throw ExpositionFailure(
                position: next, message: "expected the exemplar's timestamp, found \(text.excerpt(next, end))")
        }
    }

    private static func timestamp(_ text: RawText, _ start: Int, _ end: Int, _ format: ExpositionFormat) -> Int64? {
        switch format {
        case .prometheus: text.milliseconds(start, end)
        case .openMetrics: text.number(start, end).flatMap { Int64(exactly: ($0 * 1000).rounded()) }
        }
    }
}
