import Collector
import Quantities
import SystemIO
import TraceModel

extension TraceQuery {
    static let options = [
        Option(name: "--service", value: "NAME", summary: "only traces that this service took part in"),
        Option(name: "--calls", value: "NAME", summary: "only traces in which that service calls this one"),
        Option(name: "--operation", value: "NAME", summary: "only traces with a span of that name"),
        Option(
            name: "--tag", value: "KEY=VALUE", summary: "only traces in which a span says this; may be repeated",
            mayRepeat: true),
        Option(name: "--min-duration", value: "DURATION", summary: "only traces that took at least this long"),
        Option(name: "--max-duration", value: "DURATION", summary: "only traces that took no longer than this"),
        Option(name: "--errors", summary: "only traces with an error"),
    ]

    /// What the command line asks for.
    init(_ invocation: Invocation) throws(UsageError) {
        func duration(_ option: String) throws(UsageError) -> Duration? {
            invocation.has(option) ? try invocation.duration(option, default: .zero) : nil
        }
        self.init(
            service: invocation.value("--service"), calledService: invocation.value("--calls"),
            operation: invocation.value("--operation"), minimumDuration: try duration("--min-duration"),
            maximumDuration: try duration("--max-duration"), errorsOnly: invocation.has("--errors"))
        for text in invocation.allValues("--tag") {
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                throw UsageError("--tag wants KEY=VALUE like http.status_code=500, not “\(text)”")
            }
            tags.append(
                Span.Attribute(key: String(text[..<equals]), value: String(text[text.index(after: equals)...])))
        }
        if let lookback = try duration("--lookback") { since = SystemClock.wall().advanced(by: .zero - lookback) }
    }
}

/// Where the commands look traces up, by what the command line says.
enum TraceLookup {
    static let options =
        [
            Option(
                name: "--collector", value: "ADDRESS",
                summary: "a running meshtop's collector (default \(TraceSession.defaultAddress))"),
            Option(name: "--config", value: "FILE", summary: "contexts (default ~/.config/meshtop/config.yaml)"),
            Option(name: "--context", value: "NAME", summary: "the context whose traces are meant"),
        ] + TraceServerConfiguration.options + TargetAccess.options

    static let recordingOption = Option(
        name: "--replay", value: "FILE", summary: "a recording to look into instead")

    /// The server that options name, with the credentials that they name, or the context's.
    static func server(_ invocation: Invocation) throws -> TraceServerConfiguration? {
        if var named = try TraceServerConfiguration(invocation) {
            guard !invocation.has("--collector") else {
                throw UsageError("--traces-from and --collector both say where traces are; choose one")
            }
            named.access = try named.access.adding(invocation)
            return named
        }
        guard !invocation.has("--collector") else { return nil }
        guard var configured = try ConfigFile.context(invocation)?.traces else { return nil }
        configured.access = try configured.access.adding(invocation)
        return configured
    }

    static func source(_ invocation: Invocation) throws -> any TraceSource {
        if let file = invocation.value("--replay") { return try RecordedTraces(try Recording(file: file)) }
        if let server = try server(invocation) { return TraceServer(server) }
        let text = invocation.value("--collector") ?? TraceSession.defaultAddress
        return RemoteTraceSource(address: try Source.address(text, of: "--collector"))
    }

    /// Asks, and says on standard error what is missing of the answer.
    static func ask<Answer>(
        _ invocation: Invocation, _ question: (any TraceSource) throws(TraceSourceFailure) -> TraceAnswer<Answer>
    ) throws -> TraceAnswer<Answer> {
        let source = try source(invocation)
        do throws(TraceSourceFailure) {
            let answer = try question(source)
            for notice in answer.notices { complain("meshtop: \(notice)") }
            return answer
        } catch {
            guard source is RemoteTraceSource else { throw CommandFailure(error.message) }
            throw CommandFailure(
                "\(error.message). A running console or demo holds traces; start one with meshtop demo, or name a "
                    + "Jaeger, Tempo or Zipkin with --traces-from.")
        }
    }
}
