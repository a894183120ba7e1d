import JSONWire

/// Traces that stand in a file, whichever of the usual formats it has.
///
/// Which one is seen in the content and not in the name:
///
/// | begins with | format |
/// |---|---|
/// | `{"data": [{"traceID"` | Jaeger's answer, as its user interface saves it |
/// | `{"traceID": …, "spans"`, or a list of it | one of Jaeger's traces without the envelope |
/// | `{"resourceSpans"` | OTLP/JSON; one or several, as lines or otherwise, as the OpenTelemetry Collector's file exporter writes them |
/// | `{"batches"`, `{"trace": {…}}` | Tempo's answers |
/// | `{"result": {"resourceSpans"` | Jaeger's third API, in one piece or several |
/// | `[{"traceId"`, `[[{"traceId"` | Zipkin's spans, of either form |
/// | anything else | OTLP in protobuf: one message, or the file exporter's, each after its length in four bytes |
package struct TraceFile: Hashable, Sendable {
    package enum Format: String, Hashable, Sendable {
        case jaeger = "Jaeger JSON"
        case otlpJSON = "OTLP JSON"
        case otlpProtobuf = "OTLP protobuf"
        case tempo = "Tempo's answer"
        case zipkin = "Zipkin JSON"
    }

    package let format: Format
    /// In the order in which their first spans stand there.
    package let traces: [Trace]
    /// What is not here of what the file has, in words; empty when all is.
    package let notices: [String]

    /// Spans of one file; what comes after is left out, and a notice says so.
    package static let limits = SpanLimits(spans: 1_000_000, attributes: 1024, textBytes: 64 << 10)

    /// Reads all of it.
    ///
    /// - Parameter bytes: unpacked.
    package init(_ bytes: [UInt8], limits: SpanLimits = TraceFile.limits) throws(SpanPayloadError) {
        guard let first = bytes.first(where: { !JSONChunks.isBlank($0) && ![0xEF, 0xBB, 0xBF].contains($0) }) else {
            throw SpanPayloadError(place: "", message: "it is empty")
        }
        var reading = TraceFileReading(limits: limits)
        do throws(SpanPayloadError) {
            switch first {
            case UInt8(ascii: "{"), UInt8(ascii: "["): try reading.json(bytes)
            case UInt8(ascii: "<"):
                throw SpanPayloadError(
                    place: "", message: "it is a web page or XML; save the trace itself, as JSON")
            default: try reading.protobuf(bytes)
            }
        } catch {
            // A protobuf of spans begins with 0x0A, field 1, which is a line break, too, and then with a length, which may
            // be any of these characters, or another blank before one.
            var other = TraceFileReading(limits: limits)
            guard bytes.first == 0x0A, reading.format != .otlpProtobuf, (try? other.protobuf(bytes)) != nil else {
                throw error
            }
            reading = other
        }
        format = reading.format ?? .otlpJSON
        traces = reading.traces
        notices = reading.notices
    }
}

/// A file half read.
private struct TraceFileReading {
    let limits: SpanLimits
    var format: TraceFile.Format?
    private var order: [TraceID] = []
    private var spans: [TraceID: [Span]] = [:]
    private var count = 0
    private var leftOut = 0
    private var firstReason: String?
    private var remarks: [String] = []

    init(limits: SpanLimits) {
        self.limits = limits
    }

    var traces: [Trace] { order.compactMap { Trace(id: $0, spans: spans[$0] ?? []) } }

    var notices: [String] {
        guard leftOut > 0 else { return remarks }
        return remarks + ["\(leftOut) spans are left out: \(firstReason ?? "no reason given")"]
    }

    // MARK: JSON

    mutating func json(_ bytes: [UInt8]) throws(SpanPayloadError) {
        let chunks = JSONChunks(bytes)
        for (index, chunk) in chunks.chunks.enumerated() {
            let place = chunks.chunks.count == 1 ? "" : "text \(index + 1)"
            let document: JSONValue
            do throws(JSONError) {
                document = try JSONValue.parse(
                    Array(chunk), limits: JSONLimits(maximumDepth: 64, maximumBytes: max(1, chunk.count)))
            } catch {
                throw SpanPayloadError(place: place, message: error.description)
            }
            try within(place) { (self) throws(SpanPayloadError) in try self.document(document) }
        }
        guard let rest = chunks.rest else { return }
        // A file that is being written ends anywhere; what stands before is good.
        guard !order.isEmpty else {
            throw SpanPayloadError(place: "", message: "the JSON is cut short after \(rest.count) bytes")
        }
        remarks.append("the last \(rest.count) bytes are a text that is cut short")
    }

    private mutating func document(_ document: JSONValue) throws(SpanPayloadError) {
        if let list = document.array { return try self.list(list, of: document) }
        if document["resourceSpans"] != nil {
            format = format ?? .otlpJSON
            return add(try OTLPDecoding.batch(document: document, limits: limits))
        }
        if let result = document["result"], result["resourceSpans"] != nil {
            format = format ?? .otlpJSON
            return add(try OTLPDecoding.batch(document: result, limits: limits))
        }
        if document["batches"] != nil || document["trace"]?.object != nil {
            format = format ?? .tempo
            let answer = try TempoAnswer(document: document, limits: limits)
            if let partiality = answer.partiality { remarks.append("the trace is partial: \(partiality)") }
            return add(answer.batch)
        }
        if document["data"] != nil || document["errors"] != nil {
            format = format ?? .jaeger
            return try jaeger { () throws(JaegerJSONError) in try JaegerJSON.answer(in: document) }
        }
        if document["traceID"] != nil, document["spans"] != nil {
            format = format ?? .jaeger
            return try jaeger { () throws(JaegerJSONError) in
                (try JaegerJSON.traces(list: [document], at: ""), [])
            }
        }
        throw unknown(document)
    }

    private mutating func list(_ list: [JSONValue], of document: JSONValue) throws(SpanPayloadError) {
        guard let first = list.first else { return }
        if first["resourceSpans"] != nil {
            for element in list { try self.document(element) }
        } else if first["spans"] != nil, first["traceID"] != nil {
            format = format ?? .jaeger
            try jaeger { () throws(JaegerJSONError) in (try JaegerJSON.traces(list: list, at: ""), []) }
        } else if first.array != nil || first["traceId"] != nil {
            format = format ?? .zipkin
            add(try ZipkinJSON.batch(document: document, limits: limits))
        } else {
            throw unknown(first)
        }
    }

    private func unknown(_ value: JSONValue) -> SpanPayloadError {
        if let schema = value["schema"]?.string, schema.hasPrefix("meshtop/") {
            return SpanPayloadError(
                place: "", message: "it is \(schema), which is for programs; save traces with -o otlp or -o jaeger")
        }
        let keys = (value.object?.keys ?? []).prefix(4).map { $0.clipped(toUTF8: 32) }
        let found = keys.isEmpty ? value.kindInWords : "an object with \(keys.joined(separator: ", "))"
        return SpanPayloadError(
            place: "",
            message:
                "expected traces of Jaeger (data), OpenTelemetry (resourceSpans), Tempo (batches, trace) or Zipkin "
                + "(a list of spans), found \(found)")
    }

    private mutating func jaeger(
        _ read: () throws(JaegerJSONError) -> (traces: [Trace], errors: [String])
    ) throws(SpanPayloadError) {
        do throws(JaegerJSONError) {
            let (traces, errors) = try read()
            remarks += errors.map { "Jaeger says: \($0)" }
            for span in traces.flatMap(\.spans) { add(span) }
        } catch {
            throw SpanPayloadError(place: "", message: error.description)
        }
    }

    // MARK: Protobuf

    mutating func protobuf(_ bytes: [UInt8]) throws(SpanPayloadError) {
        format = .otlpProtobuf
        if let messages = Self.messagesWithLengths(bytes) {
            for message in messages { add(try OTLPDecoding.batch(protobuf: Array(message), limits: limits)) }
            return
        }
        guard bytes.first == 0x0A else {
            throw SpanPayloadError(
                place: "", message: "neither JSON nor OTLP in protobuf; unpack it if anything but gzip packed it")
        }
        let plain = Result { () throws(SpanPayloadError) in try OTLPDecoding.batch(protobuf: bytes, limits: limits) }
        if case .success(let batch) = plain, !batch.spans.isEmpty { return add(batch) }
        // Tempo's answer has a message more around it.
        let wrapped = Result { () throws(SpanPayloadError) in
            try TempoAnswer(wrappedProtobuf: bytes, limits: limits)
        }
        if case .success(let answer) = wrapped, !answer.batch.spans.isEmpty {
            format = .tempo
            if let partiality = answer.partiality { remarks.append("the trace is partial: \(partiality)") }
            return add(answer.batch)
        }
        add(try plain.get())
    }

    /// Messages that each stand after their length in four bytes, the highest first; nothing unless all of the file is.
    private static func messagesWithLengths(_ bytes: [UInt8]) -> [ArraySlice<UInt8>]? {
        var messages: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard rest.count > 4 else { return nil }
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard length <= rest.count, length > 0, rest.first == 0x0A else { return nil }
            messages.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return messages
    }

    // MARK: Taking spans

    private mutating func add(_ batch: SpanBatch) {
        for span in batch.spans { add(span) }
        if batch.rejectedCount > 0 {
            leftOut += batch.rejectedCount
            firstReason = firstReason ?? batch.firstRejection
        }
    }

    private mutating func add(_ span: Span) {
        guard count < limits.spans else {
            leftOut += 1
            firstReason = firstReason ?? "a file is read up to \(limits.spans) spans"
            return
        }
        count += 1
        if spans[span.trace] == nil { order.append(span.trace) }
        spans[span.trace, default: []].append(span)
    }

    private mutating func within(
        _ place: String, _ body: (inout TraceFileReading) throws(SpanPayloadError) -> Void
    ) throws(SpanPayloadError) {
        do throws(SpanPayloadError) {
            try body(&self)
        } catch {
            let inner = [place, error.place].filter { !$0.isEmpty }.joined(separator: ", ")
            throw SpanPayloadError(place: inner, message: error.message)
        }
    }
}
