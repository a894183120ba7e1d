package import JSONWire

extension ZipkinJSON {
    /// The spans of an answer of Zipkin – a list of spans, or of traces that are lists of spans – or of a file of it, in
    /// either form.
    package static func batch(
        document: JSONValue, limits: SpanLimits = .default
    ) throws(SpanPayloadError) -> SpanBatch {
        guard let elements = document.array else {
            throw SpanPayloadError(place: "", message: "expected an array of spans, found \(document.kindInWords)")
        }
        guard case .array? = elements.first else { return try batch(spans: document, limits: limits) }
        var spans: [JSONValue] = []
        for (index, element) in elements.enumerated() {
            guard let list = element.array else {
                throw SpanPayloadError(place: "[\(index)]", message: "expected a trace, found \(element.kindInWords)")
            }
            spans += list
        }
        return try batch(spans: .array(spans), limits: limits)
    }

    private static func batch(spans: JSONValue, limits: SpanLimits) throws(SpanPayloadError) -> SpanBatch {
        isFirstForm(spans.array ?? [])
            ? try batch(v1Document: spans, limits: limits) : try batch(v2Document: spans, limits: limits)
    }

    /// Whether the list is of the first form: the second has neither binary annotations nor endpoints in annotations.
    static func isFirstForm(_ spans: [JSONValue]) -> Bool {
        spans.contains { span in
            span["binaryAnnotations"] != nil || (span["annotations"]?.array ?? []).contains { $0["endpoint"] != nil }
        }
    }
}
