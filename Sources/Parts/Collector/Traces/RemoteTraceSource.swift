import HTTPTransport
import JSONWire
package import SystemIO
package import TraceModel

/// The traces of another meshtop that runs elsewhere. Servers of other makers are asked by ``TraceServer``.
package struct RemoteTraceSource: TraceSource {
    package let address: SocketAddress
    /// For one answer.
    package let deadline: Duration

    package init(address: SocketAddress, deadline: Duration = .seconds(5)) {
        self.address = address
        self.deadline = deadline
    }

    package func find(_ query: TraceQuery) throws(TraceSourceFailure) -> [TraceSummary] {
        try traces(query).map(\.summary)
    }

    package func traces(_ query: TraceQuery) throws(TraceSourceFailure) -> [Trace] {
        // An older one knows fewer parameters; what it sends too much is left out here.
        try traces(at: TraceSearch.target(for: query)).filter { query.matches($0) }.sorted { $0.start > $1.start }
    }

    package func trace(_ id: TraceID) throws(TraceSourceFailure) -> Trace? {
        try traces(at: "/api/traces/\(id)").first { $0.id == id }
    }

    package func serviceNames() throws(TraceSourceFailure) -> [String] {
        let response = try get("/api/services")
        guard let document = try? JSONValue.parse(response.body), let names = try? JaegerJSON.services(in: document)
        else { throw refusal("status \(response.status), and the body is no list of services") }
        return names.sorted()
    }

    /// None when the collector says that there is nothing (404).
    private func traces(at target: String) throws(TraceSourceFailure) -> [Trace] {
        let response = try get(target)
        guard response.status != 404 else { return [] }
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue.parse(response.body)
        } catch {
            throw refusal("status \(response.status), and the body is no JSON: \(error)")
        }
        do throws(JaegerJSONError) {
            return try JaegerJSON.traces(in: document)
        } catch {
            throw refusal(error.description)
        }
    }

    private func get(_ target: String) throws(TraceSourceFailure) -> HTTPResponse {
        // A client of its own for each call: searches are rare, come from any thread, and a client belongs to one.
        let client: BlockingHTTPClient
        do throws(SystemError) {
            client = try BlockingHTTPClient()
        } catch {
            throw refusal(error.description)
        }
        do throws(HTTPClientError) {
            return try client.send(HTTPRequest(target), to: address, deadline: deadline)
        } catch {
            throw refusal(error.description)
        }
    }

    private func refusal(_ reason: String) -> TraceSourceFailure {
        TraceSourceFailure(message: "no traces from the collector at \(address): \(reason)")
    }
}
