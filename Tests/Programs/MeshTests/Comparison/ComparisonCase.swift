import Quantities

/// One row of the table: the same resources and the same bytes go to Envoy and to `meshtop-proxy`, and what clients and
/// upstreams see of both must be equal but for the differences that the row declares.
///
/// Resources are YAML in Envoy's words. In all texts `$host` is the domain of the row's virtual host, `$port` the port of
/// its listener, `$upstreamport` that of its endpoints, and `$a` the name of its cluster `a`: every row has a domain, ports and clusters of its own, so that
/// one process of each proxy serves all of them.
struct ComparisonCase: Sendable {
    /// A claim about both proxies.
    var name: String
    /// The route list of the row's virtual host.
    var routes = ""
    /// More fields of the virtual host: `retry_policy: …`.
    var host = ""
    var domains = ["$host"]
    /// More fields of the HTTP connection manager. A row with some has a listener of its own.
    var manager: String?
    /// HTTP filters before the router; a row with some has a listener of its own.
    var filters: String?
    /// Fields of the listener in place of an HTTP connection manager: `filter_chains: …`.
    var listener: String?
    var upstreams = [ComparedUpstream("a")]
    var calls: [ComparedCall]
    /// Whether it matters which endpoint of a cluster got a request.
    var comparesEndpoints = false
    /// Whether requests reach upstreams in no certain order.
    var hasUnorderedUpstreams = false
    var differences: [DeclaredDifference] = []

    init(
        _ name: String, domains: [String] = ["$host"], routes: String = ComparisonCase.forwarding, host: String = "",
        manager: String? = nil, filters: String? = nil, listener: String? = nil,
        upstreams: [ComparedUpstream] = [ComparedUpstream("a")],
        comparesEndpoints: Bool = false, hasUnorderedUpstreams: Bool = false, _ calls: [ComparedCall],
        except differences: [DeclaredDifference] = []
    ) {
        self.name = name
        self.routes = routes
        self.host = host
        self.domains = domains
        self.manager = manager
        self.filters = filters
        self.listener = listener
        self.upstreams = upstreams
        self.comparesEndpoints = comparesEndpoints
        self.hasUnorderedUpstreams = hasUnorderedUpstreams
        self.calls = calls
        self.differences = differences
    }

    /// Everything to cluster `a`.
    static let forwarding = "- {match: {prefix: /}, route: {cluster: $a}}"

    var hasOwnListener: Bool { manager != nil || filters != nil || listener != nil }
}

/// What one client does on one connection.
struct ComparedCall: Sendable {
    enum Part: Sendable {
        case bytes(String)
        /// Waits until this has come from the proxy.
        case until(String)
        /// Waits until upstreams have got so many requests in all.
        case arrived(Int)
        /// Waits until the proxy has ended the connection.
        case untilClosed
        /// Waits until it has ended all of its connections to upstreams.
        case untilUpstreamEnds
        /// Ends the client's direction.
        case end
        /// Leaves, with a reset.
        case reset
    }

    enum Wait: Sendable, Equatable {
        /// For all answers.
        case answered
        /// Until upstreams have got so many requests in all; the answers are waited for at the row's end, when upstreams
        /// that hold an answer let it go.
        case arrived(Int)
        /// For nothing: as ``arrived`` with no request to come.
        case sent
    }

    var parts: [Part]
    /// The methods of the requests, each of which has an answer.
    var methods: [String]
    var wait = Wait.answered
    /// Goes over the connection of the call before.
    var keepsConnection = false
    /// Brings the proxies into a state; neither its answers nor what reaches upstreams is compared.
    var isPreparation = false
    /// Arguments of curl, for what is not HTTP/1.1; ``parts`` are empty then.
    var curl: [String] = []

    /// Over HTTP/2 from the first byte.
    static func http2(
        _ method: String = "GET", _ target: String = "/", _ fields: String..., body: String? = nil
    ) -> ComparedCall {
        var words = ["--http2-prior-knowledge", "--path-as-is", method == "HEAD" ? "-I" : "-X"]
        words += method == "HEAD" ? [] : [method]
        for field in ["host: $host", "user-agent:", "accept:"] + fields { words += ["-H", field] }
        if let body {
            words += ["--data-binary", body]
            if !fields.contains(where: { $0.hasPrefix("content-type:") }) {
                words += ["-H", "content-type: text/plain"]
            }
        }
        var call = ComparedCall(parts: [], methods: [method])
        call.curl = words + ["http://$address:$port\(target)"]
        return call
    }

    /// Bytes as they stand, but every line break is sent as CRLF.
    static func raw(_ text: String, methods: [String] = ["GET"]) -> ComparedCall {
        ComparedCall(parts: [.bytes(text.replacing("\n", with: "\r\n"))], methods: methods)
    }

    /// Exactly these bytes.
    static func exact(_ text: String, methods: [String] = ["GET"]) -> ComparedCall {
        ComparedCall(parts: [.bytes(text)], methods: methods)
    }

    static func parts(_ parts: [Part], methods: [String] = ["GET"]) -> ComparedCall {
        ComparedCall(parts: parts, methods: methods)
    }

    static func get(_ target: String = "/", _ fields: String..., host: String = "$host") -> ComparedCall {
        request("GET", target, fields, host: host)
    }

    static func head(_ target: String = "/", _ fields: String...) -> ComparedCall {
        request("HEAD", target, fields)
    }

    static func post(_ target: String = "/", _ fields: String..., body: String) -> ComparedCall {
        request("POST", target, fields + ["content-length: \(body.utf8.count)"], body: body)
    }

    static func request(
        _ method: String, _ target: String, _ fields: [String] = [], host: String = "$host", body: String = ""
    ) -> ComparedCall {
        let lines = ["\(method) \(target) HTTP/1.1", "host: \(host)"] + fields + ["", body]
        return ComparedCall(parts: [.bytes(lines.joined(separator: "\r\n"))], methods: [method])
    }

    /// The same over the connection of the call before.
    var again: ComparedCall {
        var call = self
        call.keepsConnection = true
        return call
    }

    /// The same, waiting only until upstreams have got `count` requests.
    func arriving(_ count: Int) -> ComparedCall {
        var call = self
        call.wait = .arrived(count)
        return call
    }

    /// The same, waiting for nothing but its being sent.
    var sent: ComparedCall {
        var call = self
        call.wait = .sent
        return call
    }

    var preparing: ComparedCall {
        var call = self
        call.isPreparation = true
        return call
    }
}

/// A difference between the proxies that is meant, with its reason.
struct DeclaredDifference: Sendable {
    /// What differs, as the table names it: `answer 1: header x-a`.
    var key: String
    /// What is there with each; nothing where it is absent.
    var envoy: String?
    var ours: String?
    /// A section of an RFC, or what is wrong with Envoy's way.
    var reason: String
    /// Whether all else about that answer, and what reached upstreams, follows from it.
    var isWholeOutcome = false

    /// Another status, or none, and with it another answer; the request may have reached the upstream or not.
    static func outcome(_ answer: Int, envoy: String?, ours: String?, because reason: String) -> DeclaredDifference {
        DeclaredDifference(
            key: "answer \(answer): status", envoy: envoy, ours: ours, reason: reason, isWholeOutcome: true)
    }

    static func differs(
        _ key: String, envoy: String?, ours: String?, because reason: String
    ) -> DeclaredDifference {
        DeclaredDifference(key: key, envoy: envoy, ours: ours, reason: reason)
    }
}
