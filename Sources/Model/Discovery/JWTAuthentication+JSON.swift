package import JSONWire
import JWTWire

extension JWTAuthentication: DiscoveryMessage {
    static let typeURL = "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.anyFields(
            Self.typeURL, ["providers", "rules", "bypass_cors_preflight"],
            unsupported: ["filter_state_rules", "requirement_map", "strip_failure_response", "stat_prefix"])
        providers = [:]
        for (name, provider) in try fields["providers"]?.entries() ?? [] {
            providers[name] = try Provider(provider)
        }
        let names = Set(providers.keys)
        rules =
            try fields["rules"]?.each { (rule) throws(SchemaError) in
                let fields = try rule.fields(["match", "requires"], unsupported: ["requirement_name"])
                return Rule(
                    match: try Route.Match(fields.required("match")),
                    requirement: try fields["requires"].map { (reader) throws(SchemaError) in
                        try Requirement(reader, providers: names)
                    })
            } ?? []
        bypassesCORSPreflight = try fields["bypass_cors_preflight"]?.bool() ?? false
    }

    package var json: JSONValue {
        .message([
            "providers": .object(JSONObject(providers.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })),
            "rules": .array(
                unlessEmpty: rules.map { .message(["match": $0.match.json, "requires": $0.requirement?.json]) }),
            "bypass_cors_preflight": bypassesCORSPreflight ? true : nil,
        ])
    }
}

extension JWTAuthentication.Provider {
    fileprivate init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "issuer", "audiences", "remote_jwks", "local_jwks", "forward", "from_headers", "from_params",
                "from_cookies", "forward_payload_header", "pad_forward_payload_header", "payload_in_metadata",
                "normalize_payload_in_metadata", "claim_to_headers", "clock_skew_seconds", "jwt_cache_config",
                "clear_route_cache",
            ],
            unsupported: [
                "subjects", "require_expiration", "max_lifetime", "header_in_metadata", "failed_status_in_metadata",
            ])
        issuer = try fields["issuer"]?.string() ?? ""
        audiences = try fields["audiences"]?.strings() ?? []
        switch try fields.one(of: "remote_jwks", "local_jwks") {
        case ("remote_jwks", let remote)?: keys = .remote(try JWTAuthentication.RemoteKeys(remote))
        case (_, let local)?:
            let source = try DataSource(local)
            // A file is read later, and may change by then.
            if case .inline(let text) = source {
                do throws(JSONWebKeySet.Failure) { _ = try JSONWebKeySet(Array(text.utf8)) } catch {
                    throw local.error("holds no keys: \(error.rawValue)")
                }
            }
            keys = .local(source)
        case nil: throw fields.error("either \"remote_jwks\" or \"local_jwks\" is required")
        }
        forwardsToken = try fields["forward"]?.bool() ?? false
        headers =
            try fields["from_headers"]?.each { (place) throws(SchemaError) in
                let fields = try place.fields(["name", "value_prefix"])
                return JWTAuthentication.HeaderPlace(
                    name: try fields.required("name").nonEmptyString().lowercased(),
                    prefix: try fields["value_prefix"]?.string() ?? "")
            } ?? []
        parameters = try fields["from_params"]?.strings() ?? []
        cookies = try fields["from_cookies"]?.strings() ?? []
        payloadHeader = try fields["forward_payload_header"]?.string()
        if payloadHeader == "" { payloadHeader = nil }
        padsPayloadHeader = try fields["pad_forward_payload_header"]?.bool() ?? false
        payloadInMetadata = try fields["payload_in_metadata"]?.string()
        if payloadInMetadata == "" { payloadInMetadata = nil }
        spaceDelimitedClaims =
            try fields["normalize_payload_in_metadata"]?.fields(["space_delimited_claims"])["space_delimited_claims"]?
            .strings() ?? []
        claimHeaders =
            try fields["claim_to_headers"]?.each { (item) throws(SchemaError) in
                let fields = try item.fields(["header_name", "claim_name"])
                return JWTAuthentication.ClaimHeader(
                    header: try fields.required("header_name").nonEmptyString(),
                    claim: try fields.required("claim_name").nonEmptyString())
            } ?? []
        let skew = try fields["clock_skew_seconds"]?.integer(in: 0...Int(UInt32.max)) ?? 0
        clockSkew = skew == 0 ? nil : skew
        // We always keep verified tokens, and match routes once: neither changes an answer.
        _ = try fields["jwt_cache_config"]?.fields(["jwt_cache_size"], unsupported: ["jwt_max_token_size"])
        try fields["clear_route_cache"]?.mustBe(false, because: "routes are chosen before tokens are verified")
    }

    fileprivate var json: JSONValue {
        let source: (name: String, value: JSONValue) =
            switch keys {
            case .local(let source): ("local_jwks", source.json)
            case .remote(let remote): ("remote_jwks", remote.json)
            }
        var object = JSONObject()
        object["issuer"] = issuer.isEmpty ? nil : .string(issuer)
        object["audiences"] = .strings(unlessEmpty: audiences)
        object[source.name] = source.value
        object["forward"] = forwardsToken ? true : nil
        object["from_headers"] = .array(
            unlessEmpty: headers.map {
                .message(["name": .string($0.name), "value_prefix": $0.prefix.isEmpty ? nil : .string($0.prefix)])
            })
        object["from_params"] = .strings(unlessEmpty: parameters)
        object["from_cookies"] = .strings(unlessEmpty: cookies)
        object["forward_payload_header"] = payloadHeader.map { .string($0) }
        object["pad_forward_payload_header"] = padsPayloadHeader ? true : nil
        object["payload_in_metadata"] = payloadInMetadata.map { .string($0) }
        object["normalize_payload_in_metadata"] = JSONValue.strings(unlessEmpty: spaceDelimitedClaims)
            .map { ["space_delimited_claims": $0] }
        object["claim_to_headers"] = .array(
            unlessEmpty: claimHeaders.map { ["header_name": .string($0.header), "claim_name": .string($0.claim)] })
        object["clock_skew_seconds"] = clockSkew.map { .integer(Int64($0)) }
        return .object(object)
    }
}

extension JWTAuthentication.RemoteKeys {
    fileprivate init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["http_uri", "cache_duration", "async_fetch"], unsupported: ["retry_policy"])
        let place = try fields.required("http_uri").fields(["uri", "cluster", "timeout"])
        uri = try place.required("uri").nonEmptyString()
        cluster = try place.required("cluster").nonEmptyString()
        timeout = try place.required("timeout").duration()
        cacheDuration = try fields["cache_duration"]?.duration()
        // When keys are fetched changes no answer; that they are fetched before they are needed is what async means.
        _ = try fields["async_fetch"]?.fields(["fast_listener", "failed_refetch_duration"])
    }

    fileprivate var json: JSONValue {
        .message([
            "http_uri": ["uri": .string(uri), "cluster": .string(cluster), "timeout": .duration(timeout)],
            "cache_duration": cacheDuration.map { .duration($0) },
        ])
    }
}

extension JWTAuthentication.Requirement {
    /// How deep requirements may nest; they are evaluated recursively.
    private static let maximumDepth = 8

    fileprivate init(_ reader: SchemaReader, providers: Set<String>, depth: Int = 0) throws(SchemaError) {
        guard depth < Self.maximumDepth else {
            throw reader.error("requirements nest deeper than \(Self.maximumDepth) levels")
        }
        func known(_ reader: SchemaReader) throws(SchemaError) -> String {
            let name = try reader.nonEmptyString()
            guard providers.contains(name) else { throw reader.error("no provider has the name \"\(name)\"") }
            return name
        }
        func list(_ reader: SchemaReader) throws(SchemaError) -> [Self] {
            let items = try reader.fields(["requirements"]).required("requirements")
            let list = try items.each { (item) throws(SchemaError) in
                try Self(item, providers: providers, depth: depth + 1)
            }
            guard list.count >= 2 else { throw items.error("must hold at least two") }
            return list
        }
        let fields = try reader.fields([
            "provider_name", "provider_and_audiences", "requires_any", "requires_all", "allow_missing_or_failed",
            "allow_missing",
        ])
        switch try fields.one(
            of: "provider_name", "provider_and_audiences", "requires_any", "requires_all", "allow_missing_or_failed",
            "allow_missing")
        {
        case ("provider_name", let name)?: self = .provider(try known(name))
        case ("provider_and_audiences", let both)?:
            let fields = try both.fields(["provider_name", "audiences"])
            self = .providerAndAudiences(
                try known(fields.required("provider_name")), try fields["audiences"]?.strings() ?? [])
        case ("requires_any", let items)?: self = .any(try list(items))
        case ("requires_all", let items)?: self = .all(try list(items))
        case ("allow_missing", let empty)?:
            _ = try empty.fields([])
            self = .allowMissing
        case (_, let empty)?:
            _ = try empty.fields([])
            self = .allowMissingOrFailed
        case nil: self = .none
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .provider(let name): ["provider_name": .string(name)]
        case .providerAndAudiences(let name, let audiences):
            [
                "provider_and_audiences": .message([
                    "provider_name": .string(name), "audiences": .strings(unlessEmpty: audiences),
                ])
            ]
        case .any(let list): ["requires_any": ["requirements": .array(list.map(\.json))]]
        case .all(let list): ["requires_all": ["requirements": .array(list.map(\.json))]]
        case .allowMissing: ["allow_missing": [:]]
        case .allowMissingOrFailed: ["allow_missing_or_failed": [:]]
        case .none: [:]
        }
    }
}
