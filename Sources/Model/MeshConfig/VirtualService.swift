package import Patterns

/// Where requests and connections for some hosts go: Istio's `VirtualService`.
package struct VirtualService: Hashable, Sendable {
    /// The gateway name that means every sidecar.
    package static let meshGateway = "mesh"

    /// As written: short names belong to the object's own namespace. Empty where only others lead here.
    package var hosts: [String]
    /// `mesh`, `name` or `namespace/name`.
    package var gateways: [String]
    /// The first that matches wins.
    package var http: [HTTPRoute]
    /// For TLS connections that are passed through. The first that matches wins.
    package var tls: [ConnectionRoute]
    /// For all other connections. The first that matches wins.
    package var tcp: [ConnectionRoute]

    package init(
        hosts: [String], gateways: [String] = [meshGateway], http: [HTTPRoute] = [], tls: [ConnectionRoute] = [],
        tcp: [ConnectionRoute] = []
    ) {
        self.hosts = hosts
        self.gateways = gateways
        self.http = http
        self.tls = tls
        self.tcp = tcp
    }
}

extension VirtualService {
    package struct HTTPRoute: Hashable, Sendable {
        package enum Action: Hashable, Sendable {
            case route([RouteDestination])
            case redirect(Redirect)
            case directResponse(status: Int, body: [UInt8])
            /// Another object says; it has no hosts of its own.
            case delegate(Delegate)
        }

        package var name: String?
        /// Any of these; empty takes everything.
        package var match: [HTTPMatch]
        package var action: Action
        package var rewrite: Rewrite?
        /// Nothing, or 0: no limit.
        package var timeout: Duration?
        package var retries: Retry?
        package var headers: HeaderChanges
        package var fault: Fault?
        /// Who gets copies; in the order they stand there.
        package var mirrors: [Mirror]
        package var cors: CORSPolicy?

        package init(
            name: String? = nil, match: [HTTPMatch] = [], action: Action, rewrite: Rewrite? = nil,
            timeout: Duration? = nil, retries: Retry? = nil, headers: HeaderChanges = HeaderChanges(),
            fault: Fault? = nil, mirrors: [Mirror] = [], cors: CORSPolicy? = nil
        ) {
            self.cors = cors
            self.fault = fault
            self.mirrors = mirrors
            self.name = name
            self.match = match
            self.action = action
            self.rewrite = rewrite
            self.timeout = timeout
            self.retries = retries
            self.headers = headers
        }

        /// The destinations of a forwarding route; empty for any other.
        package var destinations: [RouteDestination] {
            if case .route(let destinations) = action { destinations } else { [] }
        }
    }

    /// Which requests: every condition that is set must hold.
    package struct HTTPMatch: Hashable, Sendable {
        package var name: String?
        package var uri: StringMatch?
        package var ignoreUriCase: Bool
        /// `http` or `https`.
        package var scheme: StringMatch?
        package var method: StringMatch?
        package var authority: StringMatch?
        /// Lower-case names; nothing means "is there".
        package var headers: [String: StringMatch?]
        /// Conditions that must not hold.
        package var withoutHeaders: [String: StringMatch?]
        /// Nothing means "is there".
        package var queryParams: [String: StringMatch?]
        /// The port that the request was sent to.
        package var port: UInt16?
        /// Only for requests of workloads with these labels.
        package var sourceLabels: [String: String]
        package var sourceNamespace: String?
        /// Overrides the VirtualService's own, for this match.
        package var gateways: [String]
        /// What a proxy's own statistics of these requests are called.
        package var statPrefix: String?

        package init(
            name: String? = nil, uri: StringMatch? = nil, ignoreUriCase: Bool = false,
            scheme: StringMatch? = nil, method: StringMatch? = nil,
            authority: StringMatch? = nil, headers: [String: StringMatch?] = [:],
            withoutHeaders: [String: StringMatch?] = [:], queryParams: [String: StringMatch?] = [:],
            port: UInt16? = nil, sourceLabels: [String: String] = [:], sourceNamespace: String? = nil,
            gateways: [String] = [], statPrefix: String? = nil
        ) {
            self.statPrefix = statPrefix
            self.name = name
            self.uri = uri
            self.ignoreUriCase = ignoreUriCase
            self.scheme = scheme
            self.method = method
            self.authority = authority
            self.headers = headers
            self.withoutHeaders = withoutHeaders
            self.queryParams = queryParams
            self.port = port
            self.sourceLabels = sourceLabels
            self.sourceNamespace = sourceNamespace
            self.gateways = gateways
        }

        /// True when no request is refused by it.
        package var matchesEverything: Bool {
            var other = self
            other.name = nil
            other.statPrefix = nil
            if other.uri == .prefix("/") { other.uri = nil }
            other.ignoreUriCase = false
            return other == HTTPMatch()
        }
    }

    package enum StringMatch: Hashable, Sendable {
        case exact(String)
        case prefix(String)
        /// RE2, the whole of it.
        case regex(Pattern)
    }

    /// A VirtualService without hosts that takes a rule's requests over.
    package struct Delegate: Hashable, Sendable {
        package var name: String
        /// Nothing means the namespace of who delegates.
        package var namespace: String?

        package init(name: String, namespace: String? = nil) {
            self.name = name
            self.namespace = namespace
        }
    }

    /// A service, or a subset of it.
    package struct Destination: Hashable, Sendable {
        package var host: String
        package var subset: String?
        package var port: UInt16?

        package init(host: String, subset: String? = nil, port: UInt16? = nil) {
            self.host = host
            self.subset = subset
            self.port = port
        }
    }

    /// A destination and its share.
    package struct RouteDestination: Hashable, Sendable {
        package var destination: Destination
        /// Nothing counts as 0, unless the destination is the only one: that takes every request.
        package var weight: Int?
        package var headers: HeaderChanges

        package init(_ destination: Destination, weight: Int? = nil, headers: HeaderChanges = HeaderChanges()) {
            self.destination = destination
            self.weight = weight
            self.headers = headers
        }
    }

    package struct Rewrite: Hashable, Sendable {
        /// Replaces the path, or the prefix of it that matched.
        package var uri: String?
        /// Replaces every match in the path; not together with ``uri``.
        package var uriRegex: Substitution?
        package var authority: String?

        package init(uri: String? = nil, uriRegex: Substitution? = nil, authority: String? = nil) {
            self.uri = uri
            self.uriRegex = uriRegex
            self.authority = authority
        }
    }

    package struct Redirect: Hashable, Sendable {
        /// What becomes of the path; unsaid, it stays.
        package enum Path: Hashable, Sendable {
            case replaced(String)
            case prefixReplaced(String)
            case substituted(Substitution)
        }

        package var path: Path?
        package var authority: String?
        package var scheme: String?
        package var port: UInt16?
        /// `derivePort: FROM_REQUEST_PORT`: the port that the request was sent to.
        package var keepsRequestPort: Bool
        package var code: Int

        package init(
            path: Path? = nil, authority: String? = nil, scheme: String? = nil, port: UInt16? = nil,
            keepsRequestPort: Bool = false, code: Int = 301
        ) {
            self.path = path
            self.keepsRequestPort = keepsRequestPort
            self.authority = authority
            self.scheme = scheme
            self.port = port
            self.code = code
        }
    }

    package struct Retry: Hashable, Sendable {
        /// Attempts after the first; 0 turns retries off.
        package var attempts: Int
        package var perTryTimeout: Duration?
        /// Envoy's words; empty means Istio's default.
        package var conditions: [String]
        package var statusCodes: [Int]
        package var ignoresPreviousHosts: Bool
        /// The base of the back-off.
        package var backoff: Duration?
        /// Whether retries may leave the locality for others.
        package var reachesRemoteLocalities: Bool

        package init(
            attempts: Int, perTryTimeout: Duration? = nil, conditions: [String] = [], statusCodes: [Int] = [],
            ignoresPreviousHosts: Bool = true, backoff: Duration? = nil, reachesRemoteLocalities: Bool = false
        ) {
            self.reachesRemoteLocalities = reachesRemoteLocalities
            self.attempts = attempts
            self.perTryTimeout = perTryTimeout
            self.conditions = conditions
            self.statusCodes = statusCodes
            self.ignoresPreviousHosts = ignoresPreviousHosts
            self.backoff = backoff
        }
    }

    /// Istio's `Headers`: changes to the request and to its response.
    package struct HeaderChanges: Hashable, Sendable {
        package struct Operations: Hashable, Sendable {
            package var set: [String: FormatString]
            package var add: [String: FormatString]
            package var remove: [String]
            /// What the `host` header becomes; of requests only.
            package var authority: String?

            package init(
                set: [String: FormatString] = [:], add: [String: FormatString] = [:], remove: [String] = [],
                authority: String? = nil
            ) {
                self.authority = authority
                self.set = set
                self.add = add
                self.remove = remove
            }
        }

        package var request: Operations
        package var response: Operations

        package init(request: Operations = Operations(), response: Operations = Operations()) {
            self.request = request
            self.response = response
        }
    }
}
