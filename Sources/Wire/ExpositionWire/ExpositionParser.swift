/// Reads a whole scrape, fast for series that are known already.
///
///     istio_requests_total{reporter="source",…,response_code="200"} 1027 1395066363000 # {trace_id="4bf9"} 0.43
///     └─ key ────────────────────────────────────────────────────┘ └ value └ timestamp   └ exemplar
///
/// A line is cut at its last `}`, because neither value nor timestamp can have one; only a line with a `#` in it, which
/// may begin an exemplar, or one that does not come out right, is read label by label. So a mistake *inside* a key is
/// found by whoever reads the key for the first time, every other mistake here. Samples before the mistake have been
/// delivered by then.
package struct ExpositionParser: Sendable {
    package let format: ExpositionFormat

    /// The longest line, in bytes.
    package static let maximumLineLength = 64 << 10

    /// How many lines have been read.
    private var line = 0
    private var hasEnded = false
    /// The beginning of a line whose end has not come yet, at most ``maximumLineLength`` bytes.
    private var rest: [UInt8] = []
    /// Whether series of the current family may say when they began, and the name that says it.
    private var mayHaveCreated = false
    private var createdName: [UInt8] = []

    package init(format: ExpositionFormat = .prometheus) {
        self.format = format
    }

    /// Reads all of `bytes`, a text from its beginning to its end, into `sink`. The last line needs no line feed.
    package mutating func parse(
        _ bytes: UnsafeRawBufferPointer, into sink: inout some ExpositionSink
    ) throws(ExpositionError) {
        self = ExpositionParser(format: format)
        try read(bytes, into: &sink)
        try finish(into: &sink)
    }

    /// Reads all of `bytes` into `sink`.
    package mutating func parse(
        _ bytes: [UInt8], into sink: inout some ExpositionSink
    ) throws(ExpositionError) {
        try bytes.withUnsafeBufferPointer { buffer throws(ExpositionError) in
            try parse(UnsafeRawBufferPointer(buffer), into: &sink)
        }
    }

    /// Reads the lines that are whole with `chunk`, the next bytes of a text that comes in pieces. However it is cut,
    /// `sink` gets the same, and a mistake is the same.
    ///
    /// ``finish(into:)`` ends the text. After an error only ``parse(_:into:)``, which begins anew, makes sense.
    package mutating func read(
        _ chunk: UnsafeRawBufferPointer, into sink: inout some ExpositionSink
    ) throws(ExpositionError) {
        let text = RawText(chunk)
        var start = 0
        if !rest.isEmpty {
            let lineFeed = text.firstIndex(of: 0x0A, from: 0, to: text.count)
            try keep(text, 0, lineFeed ?? text.count)
            guard let lineFeed else { return }
            try readRest(&sink)
            start = lineFeed + 1
        }
        while let lineFeed = text.firstIndex(of: 0x0A, from: start, to: text.count) {
            try readLine(text, start, lineFeed, &sink)
            start = lineFeed + 1
        }
        try keep(text, start, text.count)
    }

    /// Reads the lines that are whole with `chunk`.
    package mutating func read(
        _ chunk: [UInt8], into sink: inout some ExpositionSink
    ) throws(ExpositionError) {
        try chunk.withUnsafeBufferPointer { buffer throws(ExpositionError) in
            try read(UnsafeRawBufferPointer(buffer), into: &sink)
        }
    }

    /// Reads what is left of a text that came in pieces, and sees whether it is whole.
    package mutating func finish(into sink: inout some ExpositionSink) throws(ExpositionError) {
        if !rest.isEmpty { try readRest(&sink) }
        guard format == .prometheus || hasEnded else {
            throw ExpositionError(
                line: line + 1, column: 1, "expected '# EOF', found the end of the text; it may have been cut off")
        }
    }

    private mutating func keep(_ text: RawText, _ start: Int, _ end: Int) throws(ExpositionError) {
        guard rest.count + (end - start) <= Self.maximumLineLength else { throw tooLong(line: line + 1) }
        rest.append(contentsOf: text.slice(start, end))
    }

    private mutating func readRest(_ sink: inout some ExpositionSink) throws(ExpositionError) {
        var whole: [UInt8] = []
        swap(&whole, &rest)
        try whole.withUnsafeBufferPointer { buffer throws(ExpositionError) in
            try readLine(RawText(UnsafeRawBufferPointer(buffer)), 0, buffer.count, &sink)
        }
        whole.removeAll(keepingCapacity: true)
        swap(&whole, &rest)
    }

    @inline(__always)
    private mutating func readLine(
        _ text: RawText, _ start: Int, _ lineFeed: Int, _ sink: inout some ExpositionSink
    ) throws(ExpositionError) {
        line += 1
        guard lineFeed - start <= Self.maximumLineLength else { throw tooLong(line: line) }
        let end = lineFeed > start && text[lineFeed - 1] == 0x0D ? lineFeed - 1 : lineFeed
        do throws(ExpositionFailure) {
            try readLine(text, from: start, to: end, &sink)
        } catch {
            throw ExpositionError(line: line, column: error.position - start + 1, error.message)
        }
    }

    private func tooLong(line: Int) -> ExpositionError {
        ExpositionError(line: line, column: 1, "the line is longer than \(Self.maximumLineLength >> 10) KiB")
    }

    private mutating func readLine(
        _ text: RawText, from lineStart: Int, to end: Int, _ sink: inout some ExpositionSink
    ) throws(ExpositionFailure) {
        let start = text.endOfBlanks(from: lineStart, to: end)
        guard start < end else { return }
        guard !hasEnded else {
            throw ExpositionFailure(position: start, message: "expected nothing after '# EOF'")
        }
        if text[start] == UInt8(ascii: "#") {
            try readComment(text, start, end, &sink)
            return
        }
        if text.firstIndex(of: UInt8(ascii: "#"), from: start, to: end) == nil {
            let brace = text.lastIndex(of: UInt8(ascii: "}"), from: start, to: end)
            let keyEnd = brace.map { $0 + 1 } ?? text.endOfToken(from: start, to: end)
            if keyEnd < end, text[start].canBeginKey,
                let sample = SampleTail(text, keyEnd, end, format)
            {
                _ = deliver(text.slice(start, keyEnd), sample, &sink)
                return
            }
        }
        try readExactly(text, start, end, &sink)
    }

    /// Reads a line label by label: the way to exemplars, and to a mistake's name and place.
    private func readExactly(
        _ text: RawText, _ start: Int, _ end: Int, _ sink: inout some ExpositionSink
    ) throws(ExpositionFailure) {
        var scanner = KeyScanner(text, from: start, to: end)
        try scanner.key { _ in }
        let keyEnd = scanner.position
        let (sample, next) = try SampleTail.read(text, keyEnd, end, format)
        let exemplar = next < end ? try ExemplarTail(text, next, end) : nil
        let isSample = deliver(text.slice(start, keyEnd), sample, &sink)
        if isSample, let exemplar {
            sink.exemplar(
                labels: exemplar.labels, value: exemplar.value, timestampMilliseconds: exemplar.timestampMilliseconds)
        }
    }

    /// Whether it was a sample, and not the time when a series began.
    @inline(__always)
    private func deliver(
        _ key: UnsafeRawBufferPointer, _ sample: SampleTail, _ sink: inout some ExpositionSink
    ) -> Bool {
        if mayHaveCreated, RawText(key).isKey(named: createdName) {
            // A value that is no time is of no use, but spoils nothing either.
            if let time = SampleTail.milliseconds(seconds: sample.value) {
                sink.created(key: key, timestampMilliseconds: time)
            }
            return false
        }
        sink.sample(key: key, value: sample.value, timestampMilliseconds: sample.timestampMilliseconds)
        return true
    }

    private mutating func readComment(
        _ text: RawText, _ start: Int, _ end: Int, _ sink: inout some ExpositionSink
    ) throws(ExpositionFailure) {
        switch try ExpositionComment(text, start, end) {
        case .type(let name, let type):
            createdName.removeAll(keepingCapacity: true)
            mayHaveCreated = format == .openMetrics && type.hasCreated
            if mayHaveCreated {
                createdName.append(contentsOf: name)
                createdName.append(contentsOf: "_created".utf8)
            }
            sink.family(name: name, type: type)
        case .help(let name, let help): sink.help(family: name, text: help)
        case .unit(let name, let unit): if format == .openMetrics { sink.unit(family: name, unit: unit) }
        case .endOfFile: hasEnded = format == .openMetrics
        case .other: break
        }
    }
}

extension UInt8 {
    /// A metric name's first character, or the brace before a name in quotes.
    fileprivate var canBeginKey: Bool {
        isNameStart || self == UInt8(ascii: ":") || self == UInt8(ascii: "{")
    }
}
