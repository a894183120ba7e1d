import Collector
import JSONWire
import Quantities
import SystemIO
import TraceModel

extension Command {
    static let traces = Command(
        name: "traces", summary: "traces that a running collector or a trace server holds, newest first",
        discussion: """
            Asks the collector of a running console or demo, a Jaeger, Tempo or Zipkin, or looks into a recording.
            Filters are put into the server's own query and checked again here. Jaeger and Zipkin look for duration and
            error in the spans of the service that is named; Tempo and meshtop in the whole trace.
            """,
        options: TraceLookup.options + [TraceLookup.recordingOption] + TraceQuery.options + [
            Option(
                name: "--lookback", value: "DURATION",
                summary: "only traces that began so long ago or later (default: as far as the server looks by itself)"),
            Option(name: "--limit", value: "N", summary: "at most so many (default 20)"),
            Option(name: "--services", summary: "list the services that sent spans instead"),
            Option(name: "--operations", summary: "list what spans of --service are called instead"),
            Option(name: "--dependencies", summary: "list who calls whom instead, as spans tell"),
            Option(name: "--group", summary: "list shapes of traces instead: how many, how long, how often they fail"),
            Option(name: "--statistics", summary: "list what their spans come to instead, by service and operation"),
            Option(name: "-o", value: "FORMAT", summary: "text or json (default text)"),
        ]
    ) { invocation in
        let isJSON = try invocation.choice("-o", of: ["text", "json"]) == "json"
        let limit = invocation.value("--limit") ?? "20"
        guard let limit = Int(limit), (1...10_000).contains(limit) else {
            throw UsageError("--limit wants a whole number from 1 to 10000, not “\(limit)”")
        }
        var query = try TraceQuery(invocation)
        query.limit = limit
        if let list = try names(invocation) {
            print(isJSON ? TraceJSON.names(list).text : list.joined(separator: "\n"))
            return .success
        }
        if invocation.has("--dependencies") {
            query.limit = invocation.has("--limit") ? limit : 1000
            let links = try TraceLookup.ask(invocation) { (source) throws(TraceSourceFailure) in
                try source.dependencies(query)
            }
            print(isJSON ? TraceJSON.dependencies(links).text : TraceText.dependencies(links.value))
            return .success
        }
        if invocation.has("--group") || invocation.has("--statistics") {
            query.limit = invocation.has("--limit") ? limit : 200
            let whole = try TraceLookup.ask(invocation) { (source) throws(TraceSourceFailure) in
                TraceAnswer(try source.traces(query))
            }
            print(analysis(of: whole, asStatistics: invocation.has("--statistics"), isJSON: isJSON))
            return .success
        }
        let found = try TraceLookup.ask(invocation) { (source) throws(TraceSourceFailure) in
            try source.search(query)
        }
        print(isJSON ? TraceJSON.list(found.value, notices: found.notices).text : TraceText.list(found.value))
        return .success
    }

    private static func analysis(of answer: TraceAnswer<[Trace]>, asStatistics: Bool, isJSON: Bool) -> String {
        if asStatistics {
            let statistics = TraceStatistics(answer.value, names: SpanNames())
            return isJSON
                ? TraceJSON.statistics(statistics, notices: answer.notices).text : TraceText.statistics(statistics)
        }
        let shapes = TraceShape.all(in: answer.value, names: SpanNames())
        return isJSON ? TraceJSON.shapes(shapes, notices: answer.notices).text : TraceText.shapes(shapes)
    }

    private static func names(_ invocation: Invocation) throws -> [String]? {
        if invocation.has("--services") {
            return try TraceLookup.ask(invocation) { (source) throws(TraceSourceFailure) in
                TraceAnswer(try source.serviceNames())
            }.value
        }
        guard invocation.has("--operations") else { return nil }
        guard let service = invocation.value("--service") else {
            throw UsageError("--operations lists those of a service; name it with --service")
        }
        return try TraceLookup.ask(invocation) { (source) throws(TraceSourceFailure) in
            TraceAnswer(try source.operationNames(of: service))
        }.value
    }

    static let trace = Command(
        name: "trace", operands: "ID|FILE [ID]", summary: "one trace as a waterfall, from a collector or from a file",
        discussion: """
            A FILE, or - for standard input, may hold traces as Jaeger, OpenTelemetry (OTLP in JSON, JSON lines or
            protobuf), Tempo or Zipkin write them, packed with gzip or not; which it is shows in the content. When there are
            several, they are listed, and an ID picks one.
            """,
        options: TraceLookup.options + [
            TraceLookup.recordingOption,
            Option(name: "--id", value: "ID", summary: "which trace of a file"),
            Option(name: "--critical-path", summary: "only what the whole duration hung on, in its order"),
            Option(
                name: "-o", value: "FORMAT",
                summary: "text, json, otlp, jaeger, zipkin or svg, the waterfall as a picture (default text)"),
        ]
    ) { invocation in
        let format = try invocation.choice("-o", of: TraceOutput.formats)
        let isPath = invocation.has("--critical-path")
        guard !isPath || ["text", "json", "svg"].contains(format) else {
            throw UsageError("--critical-path is shown as text, json or svg; \(format) has no place for it")
        }
        guard let first = invocation.operands.first, invocation.operands.count <= 2 else {
            throw UsageError("meshtop trace wants a trace id, 32 hexadecimal digits, or a file with traces")
        }
        let wanted = invocation.operands.count == 2 ? invocation.operands[1] : invocation.value("--id")
        let traces: [Trace]
        if TraceInput.isFile(first) {
            traces = try TraceInput.traces(file: first, id: try wanted.map(TraceInput.id))
        } else {
            guard wanted == nil else {
                throw UsageError("“\(first)” is no file; an id beside it picks a trace of a file")
            }
            traces = [try TraceInput.trace(try TraceInput.id(first), invocation)]
        }
        print(try TraceOutput.text(traces, as: format, criticalPath: isPath))
        return .success
    }
}
