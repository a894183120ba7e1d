import Collector
import JSONWire
import Quantities
import SystemIO
import TraceModel

extension Command {
    static let traces = Command(
        name: "traces", summary: "traces that a running collector holds, newest first",
        discussion: "Asks the collector of a running console or demo, or looks into a recording.",
        options: [
            collectorOption, recordingOption,
            Option(name: "--service", value: "NAME", summary: "only traces that this service took part in"),
            Option(name: "--calls", value: "NAME", summary: "only traces in which that service calls this one"),
            Option(name: "--min-duration", value: "DURATION", summary: "only traces that took at least this long"),
            Option(name: "--errors", summary: "only traces with an error"),
            Option(name: "--limit", value: "N", summary: "at most so many (default 20)"),
            Option(name: "-o", value: "FORMAT", summary: "text or json (default text)"),
        ]
    ) { invocation in
        let format = try invocation.choice("-o", of: ["text", "json"])
        let limit = invocation.value("--limit") ?? "20"
        guard let limit = Int(limit), (1...10_000).contains(limit) else {
            throw UsageError("--limit wants a whole number from 1 to 10000, not “\(limit)”")
        }
        let query = TraceQuery(
            service: invocation.value("--service"), calledService: invocation.value("--calls"),
            minimumDuration: invocation.has("--min-duration")
                ? try invocation.duration("--min-duration", default: .zero) : nil,
            errorsOnly: invocation.has("--errors"), limit: limit)
        let found = try ask(invocation) { (source) throws(TraceSourceFailure) in try source.find(query) }
        print(format == "json" ? TraceJSON.list(found).text : TraceText.list(found))
        return .success
    }

    static let trace = Command(
        name: "trace", operands: "ID", summary: "one trace as a waterfall",
        options: [
            collectorOption, recordingOption,
            Option(name: "-o", value: "FORMAT", summary: "text or json (default text)"),
        ]
    ) { invocation in
        let format = try invocation.choice("-o", of: ["text", "json"])
        guard invocation.operands.count == 1, let text = invocation.operands.first else {
            throw UsageError("meshtop trace wants one trace id, 32 hexadecimal digits")
        }
        guard let id = TraceID(hexadecimal: text) else {
            throw UsageError("“\(text)” is not a trace id: 32 hexadecimal digits, not all zero")
        }
        let trace = try ask(invocation) { (source) throws(TraceSourceFailure) in try source.trace(id) }
        guard let trace else {
            throw CommandFailure("there is no trace \(id); meshtop traces lists those there are")
        }
        print(format == "json" ? TraceJSON.trace(trace).text : TraceText.waterfall(trace))
        return .success
    }

    private static let collectorOption = Option(
        name: "--collector", value: "ADDRESS", summary: "a running collector (default \(TraceSession.defaultAddress))")

    private static let recordingOption = Option(
        name: "--replay", value: "FILE", summary: "a recording to look into instead")

    private static func ask<Answer>(
        _ invocation: Invocation, _ question: (any TraceSource) throws(TraceSourceFailure) -> Answer
    ) throws -> Answer {
        if let file = invocation.value("--replay") {
            return try question(try RecordedTraces(try Recording(file: file)))
        }
        let text = invocation.value("--collector") ?? TraceSession.defaultAddress
        let address = try Source.address(text, of: "--collector")
        do throws(TraceSourceFailure) {
            return try question(RemoteTraceSource(address: address))
        } catch {
            throw CommandFailure(
                "\(error.message). A running console or demo holds traces; start one with meshtop demo.")
        }
    }
}
