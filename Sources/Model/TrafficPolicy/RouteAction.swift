package import Patterns

/// What becomes of a request that a rule took.
package enum RouteAction: Sendable, Hashable {
    case forward(Forward)
    case redirect(Redirect)
    /// Answered at once; `status` is 200…599.
    case direct(status: Int, body: [UInt8])

    package struct Forward: Sendable, Hashable {
        /// One cluster and its share. A single share takes every request, whatever its weight.
        package struct Share: Sendable, Hashable {
            package var cluster: String
            package var weight: UInt32
            package var headerChanges: HeaderChanges
            /// Replaces the `host` header, where the rule does not.
            package var hostRewrite: [UInt8]?

            package init(
                cluster: String, weight: UInt32 = 1, headerChanges: HeaderChanges = HeaderChanges(),
                hostRewrite: [UInt8]? = nil
            ) {
                self.hostRewrite = hostRewrite
                self.cluster = cluster
                self.weight = weight
                self.headerChanges = headerChanges
            }
        }

        package var shares: [Share]
        /// For the whole request with all its retries; nothing means no limit.
        package var timeout: Duration?
        /// Where set, requests of gRPC take as long as ``GRPCRules/limit(asked:maximum:)`` lets them instead.
        package var maximumGRPCTimeout: Duration?
        package var retry: RetryRules
        package var pathRewrite: PathRewrite?
        /// Replaces the `host` header.
        package var hostRewrite: [UInt8]?
        /// What chooses the endpoint in clusters with consistent hashing.
        package var hashKeys: [HashKey]
        package var mirrors: [MirrorRule]
        /// Which protocols its requests may go on in, where that is not as for all.
        package var upgrades = UpgradeRules()

        package init(
            shares: [Share], timeout: Duration? = nil, retry: RetryRules = .none, pathRewrite: PathRewrite? = nil,
            hostRewrite: [UInt8]? = nil, hashKeys: [HashKey] = [], mirrors: [MirrorRule] = []
        ) {
            self.mirrors = mirrors
            self.hashKeys = hashKeys
            self.shares = shares
            self.timeout = timeout
            self.retry = retry
            self.pathRewrite = pathRewrite
            self.hostRewrite = hostRewrite
        }
    }

    package struct Redirect: Sendable, Hashable {
        package enum Path: Sendable, Hashable {
            case unchanged
            case replaced([UInt8])
            case prefixReplaced([UInt8])
            /// Every match in the path is replaced.
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
}

/// Changes to the headers of a request and of its response, in the order: remove, then replace or add. An addition
/// whose value comes out empty does nothing.
package struct HeaderChanges: Sendable, Hashable {
    package struct Addition: Sendable, Hashable {
        package var name: String
        /// What is the same for every request; nothing when ``template`` makes it.
        package var literal: String?
        package var template: FormatString
        /// True keeps what is there and adds a field; false replaces it.
        package var appends: Bool

        package init(name: String, template: FormatString, appends: Bool) {
            self.name = name
            literal = template.literal
            self.template = template
            self.appends = appends
        }
    }

    package var requestAdditions: [Addition]
    package var requestRemovals: [String]
    package var responseAdditions: [Addition]
    package var responseRemovals: [String]

    package init(
        requestAdditions: [Addition] = [], requestRemovals: [String] = [], responseAdditions: [Addition] = [],
        responseRemovals: [String] = []
    ) {
        self.requestAdditions = requestAdditions
        self.requestRemovals = requestRemovals
        self.responseAdditions = responseAdditions
        self.responseRemovals = responseRemovals
    }

    package var isEmpty: Bool {
        requestAdditions.isEmpty && requestRemovals.isEmpty && responseAdditions.isEmpty && responseRemovals.isEmpty
    }
}
