package import MeshModel

/// What a number is counted as. Small, because every tick looks at it once for every series.
package struct TrafficFacts: Hashable, Sendable {
    package var reporter: Reporter
    /// `200`, or the status of a gRPC call; `-` when no response came, and for TCP.
    package var code: String
    package var result: RequestResult
    /// Whether a request came through, as its source saw it.
    package var passage: RequestPassage
    /// Nothing when the reporter cannot tell: Istio's sources, for one.
    package var isMutualTLS: Bool?
    /// Envoy's response flags as they are written, `UF,URX`; `-` for none.
    package var flags: String
    /// Who the ends say they are, `spiffe://…`; nothing when they do not.
    package var sourcePrincipal: String?
    package var destinationPrincipal: String?
    /// What the mesh calls this kind of requests, when it was told to: Istio's `request_operation`.
    package var operation: String?

    /// What stands for a code where a mesh tells only whether a request succeeded.
    package static let codeOfSuccess = "ok"
    package static let codeOfFailure = "error"

    package init(
        reporter: Reporter, code: String, result: RequestResult, passage: RequestPassage = .arrived,
        isMutualTLS: Bool? = nil, flags: String = "-", sourcePrincipal: String? = nil,
        destinationPrincipal: String? = nil, operation: String? = nil
    ) {
        self.reporter = reporter
        self.code = code
        self.result = result
        self.passage = passage
        self.isMutualTLS = isMutualTLS
        self.flags = flags
        self.sourcePrincipal = sourcePrincipal
        self.destinationPrincipal = destinationPrincipal
        self.operation = operation
    }
}

/// What became of a request.
package enum RequestResult: Hashable, Sendable {
    case succeeded
    /// HTTP 4xx.
    case clientError
    /// HTTP 5xx.
    case serverError
    /// A gRPC status other than 0.
    case grpcError
    /// No response, and not because the client had gone.
    case noResponse
    /// The client gave up first, which is not held against anybody here.
    case clientGone

    /// - Parameters:
    ///   - response: the HTTP status, `0` when there was none.
    ///   - grpcStatus: what a gRPC call came to; nothing for other traffic.
    ///   - flags: Envoy's response flags.
    package init(response: String, grpcStatus: String?, flags: [String]) {
        if let grpcStatus, grpcStatus != "0" {
            self = .grpcError
            return
        }
        switch response.first {
        case "0": self = flags.contains("DC") ? .clientGone : .noResponse
        case "5": self = .serverError
        case "4": self = .clientError
        default: self = .succeeded
        }
    }
}

/// How far a request came, in the words of its source's response flags. What follows from it: ``FlowCounts``.
package enum RequestPassage: Hashable, Sendable {
    case arrived, neverArrived, brokeOff

    /// No healthy upstream, connection failure, overflow, no route, no cluster, fault injected, rate limited, denied.
    private static let flagsOfUnarrived: Set<String> = ["UH", "UF", "UO", "NR", "NC", "FI", "RL", "UAEX"]
    /// Timeout, connection broken there or here, stream idle, not HTTP.
    private static let flagsOfBroken: Set<String> = ["UT", "UC", "UR", "LR", "SI", "UPE"]

    package init(flags: [String]) {
        if !Self.flagsOfUnarrived.isDisjoint(with: flags) {
            self = .neverArrived
        } else {
            self = Self.flagsOfBroken.isDisjoint(with: flags) ? .arrived : .brokeOff
        }
    }
}
