/// Takes what a parser finds, in the order of the text. The bytes are only there during the call.
package protocol ExpositionSink {
    /// One sample. `key` is the series as it stands in the text, `name{labels}`; the same series has the same bytes in
    /// every scrape of a target, so that labels need to be read, with ``SeriesKey/parse(_:)``, only on first sight.
    mutating func sample(key: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?)

    /// What `# TYPE` says of the samples that follow.
    mutating func family(name: UnsafeRawBufferPointer, type: MetricType)
}

/// The two texts in which a target may show its metrics.
package enum ExpositionFormat: Hashable, Sendable {
    /// [Prometheus text 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/): timestamps in
    /// milliseconds.
    case prometheus
    /// [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/): timestamps in seconds, and
    /// `# EOF` at the end.
    case openMetrics

    /// The format that a response's `Content-Type` names; Prometheus' own when it names neither.
    package init(contentType: String) {
        let type = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
        self = type == "application/openmetrics-text" ? .openMetrics : .prometheus
    }
}

/// Reads a whole scrape, fast for series that are known already.
///
///     istio_requests_total{reporter="source",…,response_code="200"} 1027 1395066363000 # {trace_id="4bf9"} 0.43
///     └─ key ────────────────────────────────────────────────────┘ └ value └ timestamp  └ exemplar: checked, dropped
///
/// A line is cut at its last `}`, because neither value nor timestamp can have one; only a line with a `#` in it, which
/// may begin an exemplar, or one that does not come out right, is read label by label. So a mistake *inside* a key is
/// found by whoever reads the key for the first time, every other mistake here. Samples before the mistake have been
/// delivered by then.
package struct ExpositionParser: Sendable {
    package let format: ExpositionFormat

    /// The longest line, in bytes.
    package static let maximumLineLength = 64 << 10

    private var line = 0
    private var hasEnded = false

    package init(format: ExpositionFormat = .prometheus) {
        self.format = format
    }

    /// Reads all of `bytes` into `sink`. The last line needs no line feed.
    package mutating func parse(
        _ bytes: UnsafeRawBufferPointer, into sink: inout some ExpositionSink
    ) throws(ExpositionError) {
        let text = RawText(bytes)
        line = 0
        hasEnded = false
        var start = 0
        while start < text.count {
            line += 1
            let lineFeed = text.firstIndex(of: 0x0A, from: start, to: text.count) ?? text.count
            guard lineFeed - start <= Self.maximumLineLength else {
                throw ExpositionError(
                    line: line, column: 1, "the line is longer than \(Self.maximumLineLength >> 10) KiB")
            }
            let end = lineFeed > start && text[lineFeed - 1] == 0x0D ? lineFeed - 1 : lineFeed
            do throws(ExpositionFailure) {
                try readLine(text, start, end, &sink)
            } catch {
                throw ExpositionError(line: line, column: error.position - start + 1, error.message)
            }
            start = lineFeed + 1
        }
        guard format == .prometheus || hasEnded else {
            throw ExpositionError(
                line: line + 1, column: 1, "expected '# EOF', found the end of the text; it may have been cut off")
        }
    }

    /// Reads all of `bytes` into `sink`.
    package mutating func parse(
        _ bytes: [UInt8], into sink: inout some ExpositionSink
    ) throws(ExpositionError) {
        try bytes.withUnsafeBufferPointer { buffer throws(ExpositionError) in
            try parse(UnsafeRawBufferPointer(buffer), into: &sink)
        }
    }

    private mutating func readLine(
        _ text: RawText, _ lineStart: Int, _ end: Int, _ sink: inout some ExpositionSink
    ) throws(ExpositionFailure) {
        let start = text.endOfBlanks(from: lineStart, to: end)
        guard start < end else { return }
        guard !hasEnded else {
            throw ExpositionFailure(position: start, message: "expected nothing after '# EOF'")
        }
        if text[start] == UInt8(ascii: "#") {
            switch try ExpositionComment(text, start, end) {
            case .type(let name, let type): sink.family(name: name, type: type)
            case .endOfFile: hasEnded = format == .openMetrics
            case .other: break
            }
            return
        }
        if text.firstIndex(of: UInt8(ascii: "#"), from: start, to: end) == nil {
            let brace = text.lastIndex(of: UInt8(ascii: "}"), from: start, to: end)
            let keyEnd = brace.map { $0 + 1 } ?? text.endOfToken(from: start, to: end)
            if keyEnd < end, text[start].canBeginKey,
                let sample = SampleTail(text, keyEnd, end, format)
            {
                sink.sample(
                    key: text.slice(start, keyEnd), value: sample.value,
                    timestampMilliseconds: sample.timestampMilliseconds)
                return
            }
        }
        try readExactly(text, start, end, &sink)
    }

    /// Reads a line label by label: the way for exemplars, and to a mistake's name and place.
    private func readExactly(
        _ text: RawText, _ start: Int, _ end: Int, _ sink: inout some ExpositionSink
    ) throws(ExpositionFailure) {
        var scanner = KeyScanner(text, from: start, to: end)
        try scanner.key { _ in }
        let keyEnd = scanner.position
        let sample = try SampleTail.read(text, keyEnd, end, format)
        sink.sample(
            key: text.slice(start, keyEnd), value: sample.value, timestampMilliseconds: sample.timestampMilliseconds)
    }
}

extension UInt8 {
    /// A metric name's first character, or the brace before a name in quotes.
    fileprivate var canBeginKey: Bool {
        isNameStart || self == UInt8(ascii: ":") || self == UInt8(ascii: "{")
    }
}
