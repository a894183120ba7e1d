/// `# {trace_id="4bf9"} 0.43 1520879607.789` at a line's end, the time in seconds. OpenMetrics has it; some Prometheus
/// texts have it too.
struct ExemplarTail {
    /// With their braces.
    let labels: UnsafeRawBufferPointer
    let value: Double
    let timestampMilliseconds: Int64?

    init(_ text: RawText, _ start: Int, _ end: Int) throws(ExpositionFailure) {
        guard text[start] == UInt8(ascii: "#") else {
            throw ExpositionFailure(
                position: start, message: "expected the end of the line, found \(text.excerpt(start, end))")
        }
        let labelStart = text.endOfBlanks(from: start + 1, to: end)
        var scanner = KeyScanner(text, from: labelStart, to: end)
        try scanner.labelSet { _ in }
        labels = text.slice(labelStart, scanner.position)
        let valueStart = text.endOfBlanks(from: scanner.position, to: end)
        let valueEnd = text.endOfToken(from: valueStart, to: end)
        guard let value = text.number(valueStart, valueEnd) else {
            throw ExpositionFailure(
                position: valueStart,
                message: "expected the exemplar's value, found \(text.excerpt(valueStart, valueEnd))")
        }
        self.value = value
        let next = text.endOfBlanks(from: valueEnd, to: end)
        guard next < end else {
            timestampMilliseconds = nil
            return
        }
        let timestampEnd = text.endOfToken(from: next, to: end)
        guard let time = text.number(next, timestampEnd).flatMap(SampleTail.milliseconds(seconds:)),
            text.endOfBlanks(from: timestampEnd, to: end) == end
        else {
            throw ExpositionFailure(
                position: next, message: "expected the exemplar's timestamp, found \(text.excerpt(next, end))")
        }
        timestampMilliseconds = time
    }
}
