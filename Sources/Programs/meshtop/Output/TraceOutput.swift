import JSONWire
import TraceModel

/// What `meshtop trace` prints, in the format that is asked for.
enum TraceOutput {
    static let formats = ["text", "json", "otlp", "jaeger", "zipkin", "svg"]

    /// - Parameter traces: one, or several of a file; those are listed where the format shows one only.
    static func text(_ traces: [Trace], as format: String, criticalPath: Bool) throws(UsageError) -> String {
        switch format {
        case "otlp": return OTLPEncoding.document(traces.flatMap(\.spans), scope: "meshtop").text
        case "jaeger": return JaegerJSON.document(traces).text
        case "zipkin": return ZipkinJSON.document(traces).text
        default: break
        }
        guard let trace = traces.first, traces.count == 1 else {
            guard !criticalPath, format != "svg" else {
                throw UsageError("there are \(traces.count) traces; choose one with --id")
            }
            let list = traces.map(\.summary)
            return format == "json" ? TraceJSON.list(list).text : TraceText.list(list)
        }
        return switch (format, criticalPath) {
        case ("svg", _): TraceSVG.document(trace, onlyCriticalPath: criticalPath)
        case ("json", true): TraceJSON.criticalPath(trace).text
        case ("json", false): TraceJSON.trace(trace).text
        case (_, true): TraceText.criticalPath(trace)
        case (_, false): TraceText.waterfall(trace)
        }
    }
}
