package import JSONWire

/// How many requests may pass a listener or a route: Envoy's `local_ratelimit.v3.LocalRateLimit`, with one bucket for
/// all.
package struct LocalRateLimit: Hashable, Sendable {
    package struct Bucket: Hashable, Sendable {
        /// At least 1.
        package var maximumTokens: UInt32
        /// Envoy's default is 1.
        package var tokensPerFill: UInt32
        /// At least 50 ms, for Envoy.
        package var fillInterval: Duration

        package init(maximumTokens: UInt32, tokensPerFill: UInt32 = 1, fillInterval: Duration) {
            self.maximumTokens = maximumTokens
            self.tokensPerFill = tokensPerFill
            self.fillInterval = fillInterval
        }
    }

    package var statPrefix: String
    /// Nothing limits nothing; a route must have one.
    package var bucket: Bucket?
    /// How many requests ask the bucket; nothing means none.
    package var enabled: FractionalPercent?
    /// How many of those that get no token are refused; nothing means none.
    package var enforced: FractionalPercent?
    /// What refusals have besides.
    package var responseAdditions: [HeaderOperations.Addition]
    /// Nothing means 429.
    package var status: Int?
    package var isResourceExhausted: Bool
    /// `enable_x_ratelimit_headers`: responses tell of the limit.
    package var tellsLimits: Bool

    package init(
        statPrefix: String, bucket: Bucket? = nil, enabled: FractionalPercent? = nil,
        enforced: FractionalPercent? = nil, responseAdditions: [HeaderOperations.Addition] = [], status: Int? = nil,
        isResourceExhausted: Bool = false, tellsLimits: Bool = false
    ) {
        self.statPrefix = statPrefix
        self.bucket = bucket
        self.enabled = enabled
        self.enforced = enforced
        self.responseAdditions = responseAdditions
        self.status = status
        self.isResourceExhausted = isResourceExhausted
        self.tellsLimits = tellsLimits
    }
}

extension LocalRateLimit: DiscoveryMessage {
    static let typeURL = "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL,
            [
                "stat_prefix", "token_bucket", "filter_enabled", "filter_enforced", "response_headers_to_add",
                "status", "rate_limited_as_resource_exhausted", "enable_x_ratelimit_headers",
            ],
            unsupported: [
                "request_headers_to_add_when_not_enforced", "descriptors", "stage",
                "local_rate_limit_per_downstream_connection", "local_cluster_rate_limit", "vh_rate_limits",
                "always_consume_default_token_bucket", "rate_limits", "max_dynamic_descriptors",
            ])
        statPrefix = try fields.required("stat_prefix").nonEmptyString()
        bucket = try fields["token_bucket"].map(Self.bucket)
        enabled = try fields["filter_enabled"].map(FractionalPercent.readRuntime)
        enforced = try fields["filter_enforced"].map(FractionalPercent.readRuntime)
        responseAdditions = try fields["response_headers_to_add"]?.each(HeaderOperations.addition) ?? []
        status = try fields["status"]?.fields(["code"])["code"].map(Self.status)
        isResourceExhausted = try fields["rate_limited_as_resource_exhausted"]?.bool() ?? false
        tellsLimits =
            try fields["enable_x_ratelimit_headers"]?.choice(["OFF": false, "DRAFT_VERSION_03": true]) ?? false
    }

    private static func bucket(_ reader: SchemaReader) throws(SchemaError) -> Bucket {
        let fields = try reader.fields(["max_tokens", "tokens_per_fill", "fill_interval"])
        let interval = try fields.required("fill_interval")
        let bucket = Bucket(
            maximumTokens: UInt32(
                clamping: try fields.required("max_tokens").integer(in: 1...Int(UInt32.max))),
            tokensPerFill: UInt32(clamping: try fields["tokens_per_fill"]?.integer(in: 1...Int(UInt32.max)) ?? 1),
            fillInterval: try interval.duration())
        guard bucket.fillInterval >= .milliseconds(50) else { throw interval.error("must be at least 50ms") }
        return bucket
    }

    /// Envoy takes the number or its own name for it; below 400 it answers 429.
    private static func status(_ reader: SchemaReader) throws(SchemaError) -> Int {
        if reader.value.string == "TooManyRequests" { return 429 }
        if reader.value.string == "ServiceUnavailable" { return 503 }
        let code = try reader.integer(in: 0...599)
        return code < 400 ? 429 : code
    }

    package var json: JSONValue {
        .message([
            "stat_prefix": .string(statPrefix),
            "token_bucket": bucket.map { bucket in
                .message([
                    "max_tokens": .integer(Int64(bucket.maximumTokens)),
                    "tokens_per_fill": .integer(Int64(bucket.tokensPerFill)),
                    "fill_interval": .duration(bucket.fillInterval),
                ])
            },
            "filter_enabled": enabled?.runtime, "filter_enforced": enforced?.runtime,
            "response_headers_to_add": .array(unlessEmpty: responseAdditions.map(\.json)),
            "status": status.map { ["code": .integer(Int64($0))] },
            "rate_limited_as_resource_exhausted": isResourceExhausted ? true : nil,
            "enable_x_ratelimit_headers": tellsLimits ? "DRAFT_VERSION_03" : nil,
        ])
    }
}
