package import JSONWire

extension RetryPolicy: DiscoveryMessage {
    private static let previousHosts = "envoy.retry_host_predicates.previous_hosts"
    private static let previousPriorities = "envoy.retry_priorities.previous_priorities"
    private static let previousPrioritiesType =
        "type.googleapis.com/envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig"
    private static let previousHostsType =
        "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"

    /// The conditions that can be decided here. Envoy's others look at bodies or trailers, or speak HTTP/3.
    private static let knownConditions: Set<String> = [
        "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "retriable-4xx", "refused-stream",
        "retriable-status-codes", "envoy-ratelimited", "cancelled", "deadline-exceeded", "internal",
        "resource-exhausted", "unavailable", "retriable-headers",
    ]

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "retry_on", "num_retries", "per_try_timeout", "retriable_status_codes", "retry_host_predicate",
                "host_selection_retry_max_attempts", "retry_back_off", "retriable_headers", "retriable_request_headers",
                "retry_priority",
            ],
            unsupported: [
                "per_try_idle_timeout", "retry_options_predicates", "rate_limited_retry_back_off",
            ])
        if let field = fields["retry_on"] {
            conditions = try field.string().split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
            for condition in conditions where !Self.knownConditions.contains(condition) {
                let near = nearestName(to: condition, among: Self.knownConditions.sorted())
                throw field.error(
                    "retry condition \"\(condition)\" is not supported"
                        + (near.map { "; did you mean \"\($0)\"?" }
                            ?? "; supported: \(Self.knownConditions.sorted().joined(separator: ", "))"))
            }
        } else {
            conditions = []
        }
        retries = try fields["num_retries"]?.integer(in: 0...Int(UInt32.max)) ?? 1
        perTryTimeout = try fields["per_try_timeout"]?.duration()
        statusCodes =
            try fields["retriable_status_codes"]?.each { (code) throws(SchemaError) in
                try code.integer(in: 100...599)
            } ?? []
        let predicates =
            try fields["retry_host_predicate"]?.each { (predicate) throws(SchemaError) in
                let fields = try predicate.fields(["name", "typed_config"])
                let name = try fields.required("name")
                guard name.value.string == Self.previousHosts else {
                    throw name.error("\(name.value.text) is not supported; only \"\(Self.previousHosts)\"")
                }
                return try fields["typed_config"]?.anyFields(Self.previousHostsType, []) != nil
            } ?? []
        avoidsPreviousHosts = !predicates.isEmpty
        hostSelectionAttempts = try fields["host_selection_retry_max_attempts"]?.integer(in: 0...1000) ?? 1
        headers = try fields["retriable_headers"]?.each(Route.HeaderMatcher.init) ?? []
        requestHeaders = try fields["retriable_request_headers"]?.each(Route.HeaderMatcher.init) ?? []
        avoidsPreviousPriorities = try fields["retry_priority"].map(Self.readPriority) ?? false
        if let fields = try fields["retry_back_off"]?.fields(["base_interval", "max_interval"]) {
            backOff = BackOff(
                base: try fields.required("base_interval").duration(),
                maximum: try fields["max_interval"]?.duration())
        } else {
            backOff = nil
        }
    }

    /// Envoy's only kind; how often it looks again at what is left does not matter to a few retries.
    private static func readPriority(_ reader: SchemaReader) throws(SchemaError) -> Bool {
        let fields = try reader.fields(["name", "typed_config"])
        let name = try fields.required("name")
        guard name.value.string == previousPriorities else {
            throw name.error("\(name.value.text) is not supported; only \"\(previousPriorities)\"")
        }
        let config = try fields["typed_config"]?.anyFields(previousPrioritiesType, ["update_frequency"])
        _ = try config?["update_frequency"]?.integer(in: 1...Int(Int32.max))
        return true
    }

    package var json: JSONValue {
        let priority: JSONValue = [
            "name": .string(Self.previousPriorities),
            "typed_config": JSONValue.message(["update_frequency": 2]).typed(Self.previousPrioritiesType),
        ]
        let predicate: JSONValue = [
            "name": .string(Self.previousHosts),
            "typed_config": JSONValue.message([:]).typed(Self.previousHostsType),
        ]
        return .message([
            "retry_on": .string(conditions.joined(separator: ",")),
            "num_retries": .integer(Int64(retries)),
            "per_try_timeout": perTryTimeout.map { .duration($0) },
            "retry_host_predicate": avoidsPreviousHosts ? [predicate] : nil,
            "host_selection_retry_max_attempts": hostSelectionAttempts == 1
                ? nil : .string(String(hostSelectionAttempts)),
            "retriable_status_codes": .array(unlessEmpty: statusCodes.map { .integer(Int64($0)) }),
            "retry_priority": avoidsPreviousPriorities ? priority : nil,
            "retriable_headers": .array(unlessEmpty: headers.map(\.json)),
            "retriable_request_headers": .array(unlessEmpty: requestHeaders.map(\.json)),
            "retry_back_off": backOff.map {
                .message([
                    "base_interval": .duration($0.base), "max_interval": $0.maximum.map { .duration($0) },
                ])
            },
        ])
    }
}

extension Substring {
    /// Without the spaces around it.
    fileprivate var trimmed: String {
        var rest = self
        while rest.first == " " { rest = rest.dropFirst() }
        while rest.last == " " { rest = rest.dropLast() }
        return String(rest)
    }
}
