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

    /// The same with a word on what is wrong, and where the exemplar begins: at the line's end when there is none.
    static func read(
        _ text: RawText, _ start: Int, _ end: Int, _ format: ExpositionFormat
    ) throws(ExpositionFailure) -> (SampleTail, end: Int) {
        let valueStart = text.endOfBlanks(from: start, to: end)
        let valueEnd = text.endOfToken(from: valueStart, to: end)
        guard valueStart < end else {
            throw ExpositionFailure(position: valueStart, message: "expected a value, found the end of the line")
        }
        guard text[valueStart] != UInt8(ascii: "{") else {
            throw ExpositionFailure(position: valueStart, message: ExpositionFailure.nativeHistogram)
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
        return (SampleTail(value: value, timestampMilliseconds: timestamp), next)
    }

    /// Nothing when it is no time: not finite, or beyond what 64 bits count.
    static func milliseconds(seconds: Double) -> Int64? {
        Int64(exactly: (seconds * 1000).rounded())
    }

    private static func timestamp(_ text: RawText, _ start: Int, _ end: Int, _ format: ExpositionFormat) -> Int64? {
        switch format {
        case .prometheus: text.milliseconds(start, end)
        case .openMetrics: text.number(start, end).flatMap(milliseconds(seconds:))
        }
    }
}
