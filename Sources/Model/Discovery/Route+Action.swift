package import Patterns

extension Route {
    /// Sends the request to a cluster: Envoy's `route.v3.RouteAction`.
    package struct Forward: Hashable, Sendable {
        package enum Target: Hashable, Sendable {
            case cluster(String)
            /// One draw per request. The sum of the weights is at least 1.
            case weighted([WeightedCluster])
        }

        package var target: Target
        /// For the whole request with all its retries. Absent is Envoy's 15 s; 0 turns it off.
        package var timeout: Duration?
        /// Has gRPC requests take as long as their `grpc-timeout` says, this at most, instead of ``timeout``; 0 is no limit.
        package var maximumGRPCTimeout: Duration?
        /// Absent means the virtual host's.
        package var retryPolicy: RetryPolicy?
        /// Replaces what the path matcher matched.
        package var prefixRewrite: String?
        /// Replaces every match in the path; not together with ``prefixRewrite``.
        package var regexRewrite: Substitution?
        /// Replaces the `host` header.
        package var hostRewrite: String?
        /// What chooses the endpoint, where the cluster balances by a hash.
        package var hashPolicies: [HashPolicy]
        /// Who gets copies of the requests.
        package var mirrors: [Mirror]
        /// Which other protocols clients may go on in, where that is not as for all requests.
        package var upgrades: [UpgradeRule] = []

        package init(
            target: Target, timeout: Duration? = nil, retryPolicy: RetryPolicy? = nil, prefixRewrite: String? = nil,
            regexRewrite: Substitution? = nil,
            hostRewrite: String? = nil, hashPolicies: [HashPolicy] = [], maximumGRPCTimeout: Duration? = nil,
            mirrors: [Mirror] = []
        ) {
            self.maximumGRPCTimeout = maximumGRPCTimeout
            self.mirrors = mirrors
            self.hashPolicies = hashPolicies
            self.target = target
            self.timeout = timeout
            self.retryPolicy = retryPolicy
            self.prefixRewrite = prefixRewrite
            self.regexRewrite = regexRewrite
            self.hostRewrite = hostRewrite
        }
    }

    /// One share of a split: Envoy's `WeightedCluster.ClusterWeight`.
    package struct WeightedCluster: Hashable, Sendable {
        package var name: String
        package var weight: UInt32
        package var headers: HeaderOperations
        /// Replaces the `host` header, where the route does not.
        package var hostRewrite: String?

        package init(
            name: String, weight: UInt32, headers: HeaderOperations = HeaderOperations(), hostRewrite: String? = nil
        ) {
            self.hostRewrite = hostRewrite
            self.name = name
            self.weight = weight
            self.headers = headers
        }
    }

    /// Answers with another place: Envoy's `route.v3.RedirectAction`.
    package struct Redirect: Hashable, Sendable {
        package enum Path: Hashable, Sendable {
            case unchanged
            case replaced(String)
            case prefixReplaced(String)
            case substituted(Substitution)
        }

        /// 301, 302, 303, 307 or 308.
        package var status: Int
        package var scheme: String?
        package var host: String?
        package var port: UInt16?
        package var path: Path
        package var stripsQuery: Bool

        package init(
            status: Int = 301, scheme: String? = nil, host: String? = nil, port: UInt16? = nil,
            path: Path = .unchanged, stripsQuery: Bool = false
        ) {
            self.status = status
            self.scheme = scheme
            self.host = host
            self.port = port
            self.path = path
            self.stripsQuery = stripsQuery
        }
    }

    /// Answers at once: Envoy's `route.v3.DirectResponseAction`.
    package struct DirectResponse: Hashable, Sendable {
        /// 200…599.
        package var status: Int
        package var body: [UInt8]

        package init(status: Int, body: String = "") {
            self.init(status: status, bytes: Array(body.utf8))
        }

        package init(status: Int, bytes: [UInt8]) {
            self.status = status
            body = bytes
        }
    }
}
