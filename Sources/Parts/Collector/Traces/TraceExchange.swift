internal import HTTPTransport
internal import JSONWire
internal import Quantities
internal import SystemIO
internal import TraceModel

/// Sends requests to one trace server and waits for the answers. Any thread may; each call has a loop of its own.
struct TraceExchange: Sendable {
    /// What to ask for.
    struct Request: Hashable {
        var path: String
        var parameters: [Parameter] = []
        var accept = "application/json"

        struct Parameter: Hashable {
            var name: String
            var value: String
        }

        init(_ path: String, _ parameters: [(name: String, value: String)] = [], accept: String = "application/json") {
            self.path = path
            self.parameters = parameters.map { Parameter(name: $0.name, value: $0.value) }
            self.accept = accept
        }
    }

    /// How many of several requests are under way at once.
    private static let width = 4

    let configuration: TraceServerConfiguration

    /// Why something came to nothing, as a sentence that names the server.
    func refusal(_ reason: String) -> TraceSourceFailure {
        TraceSourceFailure(message: "no traces from \(configuration.url): \(reason)")
    }

    /// The answers with status 200 or 404, in the order of the requests; any other fails all of them.
    func responses(to requests: [Request]) throws(TraceSourceFailure) -> [HTTPResponse] {
        try results(of: requests).map { (result) throws(TraceSourceFailure) in
            let response = try result.get()
            guard response.status == 200 || response.status == 404 else {
                throw refusal(TraceServerWords.words(for: response))
            }
            return response
        }
    }

    /// The answers, whatever their status.
    func results(of requests: [Request]) throws(TraceSourceFailure) -> [Result<HTTPResponse, TraceSourceFailure>] {
        guard !requests.isEmpty else { return [] }
        let loop: EventLoop
        do throws(SystemError) {
            loop = try EventLoop()
        } catch {
            throw refusal(error.description)
        }
        let errands = Errands(name: "trace query", width: 1, loop: loop.handle)
        let names = TargetNames(loop: loop, errands: errands, server: configuration.dnsServer)
        let asking = TargetAsking(configuration.access, loop: loop, names: names, errands: errands)
        defer { asking.close() }
        var results = [Result<HTTPResponse, TraceSourceFailure>?](repeating: nil, count: requests.count)
        var next = 0
        var left = requests.count
        func askNext() {
            guard next < requests.count else { return }
            let index = next
            next += 1
            let request = requests[index]
            asking.get(
                configuration.url(of: request.path, request.parameters.map { ($0.name, $0.value) }),
                accept: request.accept, headers: configuration.headers, deadline: configuration.deadline,
                maximumBody: configuration.bodyBytes, attempt: 0
            ) {
                results[index] = $0.mapError { refusal(words(for: $0)) }
                left -= 1
                // Not at once: an answer may come before the call returns, and a thousand of them would nest.
                loop.soon { askNext() }
            }
        }
        loop.soon { asking.start { for _ in 0..<Self.width { askNext() } } }
        // Each request has its own deadline; this one is for names and keys as well.
        let rounds = (requests.count + Self.width - 1) / Self.width
        let deadline = loop.now.advanced(by: configuration.deadline * (rounds + 1) + .seconds(2))
        guard loop.run(until: deadline, { left == 0 }) else {
            throw refusal("no answer in time; give it more with --traces-timeout")
        }
        return results.compactMap(\.self)
    }

    /// The JSON of an answer.
    func document(_ response: HTTPResponse) throws(TraceSourceFailure) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue.parse(
                response.body, limits: JSONLimits(maximumDepth: 64, maximumBytes: configuration.bodyBytes))
        } catch {
            if PrometheusWords.isPage(response.body) { throw refusal(TraceServerWords.page(response.status)) }
            throw refusal("answered \(response.status), and the body is no JSON: \(error)")
        }
    }

    /// The JSON of one answer with status 200; nothing for 404.
    func document(_ request: Request) throws(TraceSourceFailure) -> JSONValue? {
        guard let response = try responses(to: [request]).first, response.status == 200 else { return nil }
        return try document(response)
    }

    private func words(for failure: TargetAsking.Failure) -> String {
        guard case .client(let error) = failure else { return failure.description }
        switch error {
        case .deadlineExceeded:
            return
                "no answer within \(Int(configuration.deadline.milliseconds)) ms; give it more with --traces-timeout, "
                + "or ask for less with --limit or --lookback"
        case .bodyTooLarge(let limit):
            return "its answer has more than \(limit) bytes; ask for less with --limit"
        case .upstream: return "\(error); is a trace server running there, and is the address right?"
        case .malformedBody, .system: return error.description
        }
    }
}
