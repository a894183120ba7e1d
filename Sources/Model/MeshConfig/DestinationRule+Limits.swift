import JSONWire

extension DestinationRule {
    /// The limits of Istio's `connectionPool` and `retryBudget`. Nothing means no limit, as in Istio; 0 says nothing.
    package struct ConnectionLimits: Hashable, Sendable {
        /// `retryBudget`: how many retries a share of the requests may be.
        package struct RetryBudget: Hashable, Sendable {
            package var percent: Double?
            package var minimumConcurrency: UInt32?

            package init(percent: Double? = nil, minimumConcurrency: UInt32? = nil) {
                self.percent = percent
                self.minimumConcurrency = minimumConcurrency
            }
        }

        package var connections: UInt32?
        /// `http1MaxPendingRequests`.
        package var pendingRequests: UInt32?
        /// `http2MaxRequests`, which holds for HTTP/1 as well.
        package var requests: UInt32?
        package var retries: UInt32?
        package var retryBudget: RetryBudget?

        package init(
            connections: UInt32? = nil, pendingRequests: UInt32? = nil, requests: UInt32? = nil,
            retries: UInt32? = nil, retryBudget: RetryBudget? = nil
        ) {
            self.connections = connections
            self.pendingRequests = pendingRequests
            self.requests = requests
            self.retries = retries
            self.retryBudget = retryBudget
        }

        package var isEmpty: Bool { self == ConnectionLimits() }

        func overlaid(by other: ConnectionLimits) -> ConnectionLimits {
            ConnectionLimits(
                connections: other.connections ?? connections,
                pendingRequests: other.pendingRequests ?? pendingRequests, requests: other.requests ?? requests,
                retries: other.retries ?? retries, retryBudget: other.retryBudget ?? retryBudget)
        }
    }
}

extension DestinationRule.ConnectionLimits {
    init(connections: SchemaReader?, http: SchemaReader?, budget: SchemaReader?) throws(SchemaError) {
        let http = try http?.fields(
            ["http1MaxPendingRequests", "http2MaxRequests", "maxRetries"],
            unsupported: [
                "maxRequestsPerConnection", "idleTimeout", "h2UpgradePolicy", "useClientProtocol",
                "maxConcurrentStreams",
            ])
        func limit(_ reader: SchemaReader?) throws(SchemaError) -> UInt32? {
            guard let reader else { return nil }
            let number = try reader.integer(in: 0...Int(Int32.max))
            return number > 0 ? UInt32(clamping: number) : nil
        }
        self.init(
            connections: try limit(connections), pendingRequests: try limit(http?["http1MaxPendingRequests"]),
            requests: try limit(http?["http2MaxRequests"]), retries: try limit(http?["maxRetries"]),
            retryBudget: try budget.map(RetryBudget.init))
    }
}

extension DestinationRule.ConnectionLimits.RetryBudget {
    fileprivate init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["percent", "minRetryConcurrency"], unsupported: ["budgetInterval"])
        if let percent = fields["percent"] {
            guard let number = percent.value.double, (0...100).contains(number) else {
                throw percent.error("expected a number from 0 to 100")
            }
            self.percent = number
        } else {
            percent = nil
        }
        minimumConcurrency = try fields["minRetryConcurrency"].map { (field) throws(SchemaError) in
            UInt32(clamping: try field.integer(in: 0...Int(UInt32.max)))
        }
    }
}
