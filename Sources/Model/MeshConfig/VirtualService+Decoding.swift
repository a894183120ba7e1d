import JSONWire
import Patterns

extension VirtualService {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["hosts", "gateways", "http", "tls", "tcp"], unsupported: ["exportTo"])
        hosts = try fields["hosts"]?.each(Self.host) ?? []
        let place: JSONPointer = "/spec/hosts"
        var seen: Set<String> = []
        for (index, host) in hosts.enumerated() where !seen.insert(host).inserted {
            throw SchemaError(at: place.appending(index), "host \"\(host)\" stands here twice; remove one")
        }

        gateways = try fields["gateways"]?.each(Self.gateway) ?? []
        if hosts.isEmpty, let named = fields["gateways"], !gateways.isEmpty {
            throw named.error(
                "has no effect without \"hosts\": who delegates to this one says where its requests come in")
        }
        if gateways.isEmpty { gateways = [Self.meshGateway] }
        if gateways.contains(Self.meshGateway) {
            for (index, host) in hosts.enumerated() where host.hasPrefix("*") {
                throw SchemaError(
                    at: place.appending(index),
                    "wildcard host \"\(host)\" cannot be bound to \"mesh\"; name the service, or set gateways")
            }
        }

        // None of the three is what somebody forgets who writes of HTTP.
        if fields.present("tls", "tcp").isEmpty { _ = try fields.required("http") }
        for name in fields.present("http", "tls", "tcp") {
            if let list = fields[name], try list.items().isEmpty { throw list.error("must hold at least one route") }
        }
        let hostNames = self.hosts
        http = try fields["http"]?.each(HTTPRoute.init) ?? []
        tls =
            try fields["tls"]?.each { (route) throws(SchemaError) in
                try ConnectionRoute(tls: route, hosts: hostNames)
            } ?? []
        tcp = try fields["tcp"]?.each { (route) throws(SchemaError) in try ConnectionRoute(tcp: route) } ?? []
        for (index, route) in http.enumerated() where hosts.isEmpty {
            guard case .delegate = route.action else { continue }
            throw SchemaError(
                at: JSONPointer("/spec/http").appending(index).appending("delegate"),
                "what was delegated to this object cannot be delegated on")
        }
    }

    private static func host(_ reader: SchemaReader) throws(SchemaError) -> String {
        let host = try reader.nonEmptyString().lowercased()
        guard host.isWildcardDNSName else {
            throw reader.error("\"\(host)\" is not a host; use a DNS name, \"*.\" and a DNS name, or \"*\"")
        }
        return host
    }

    private static func gateway(_ reader: SchemaReader) throws(SchemaError) -> String {
        let name = try reader.nonEmptyString()
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ String($0).isDNSName }) else {
            throw reader.error("\"\(name)\" is not a gateway; use \"mesh\", \"name\" or \"namespace/name\"")
        }
        return name
    }
}

extension VirtualService.HTTPRoute {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "name", "match", "route", "redirect", "directResponse", "rewrite", "timeout", "retries", "headers",
                "fault", "corsPolicy", "delegate",
            ] + VirtualService.Mirror.fieldNames)
        name = try fields["name"]?.string()
        match = try fields["match"]?.each(VirtualService.HTTPMatch.init) ?? []
        rewrite = try fields["rewrite"].map(VirtualService.Rewrite.init)
        timeout = try fields["timeout"]?.positiveDuration()
        retries = try fields["retries"].map(VirtualService.Retry.init)
        headers = try fields["headers"].map(VirtualService.HeaderChanges.init) ?? .init()
        fault = try fields["fault"].map(VirtualService.Fault.init)
        mirrors = try VirtualService.Mirror.all(fields)
        cors = try fields["corsPolicy"].map(VirtualService.CORSPolicy.init)

        switch try fields.one(of: "route", "redirect", "directResponse", "delegate") {
        case ("route", let route)?: action = .route(try VirtualService.RouteDestination.list(route))
        case ("redirect", let redirect)?: action = .redirect(try VirtualService.Redirect(redirect))
        case ("delegate", let delegate)?: action = .delegate(try VirtualService.Delegate(delegate))
        case (_, let response)?:
            let response = try response.fields(["status", "body"])
            action = .directResponse(
                status: try response.required("status").integer(in: 200...599),
                body: try response["body"].map(Self.body) ?? [])
        case nil:
            throw fields.error("one of \"route\", \"redirect\", \"directResponse\" and \"delegate\" is required")
        }
        switch action {
        case .route, .delegate: return
        case .redirect, .directResponse: break
        }
        for name in fields.present("rewrite", "retries", "timeout", "fault", "mirror", "mirrors") {
            throw fields[name]?.error("has no effect without \"route\"; remove it") ?? fields.error(name)
        }
    }

    private static func body(_ reader: SchemaReader) throws(SchemaError) -> [UInt8] {
        let fields = try reader.fields(["string", "bytes"])
        let body: [UInt8]
        switch try fields.one(of: "string", "bytes") {
        case ("string", let text)?: body = Array(try text.string().utf8)
        case (_, let bytes)?: body = try bytes.bytes()
        case nil: throw fields.error("either \"string\" or \"bytes\" is required")
        }
        guard body.count < 1_000_000 else { throw reader.error("must be shorter than 1 MB") }
        return body
    }
}

extension VirtualService.RouteDestination {
    /// The destinations of one route.
    static func list(_ reader: SchemaReader) throws(SchemaError) -> [VirtualService.RouteDestination] {
        let destinations = try reader.each(VirtualService.RouteDestination.init)
        guard !destinations.isEmpty else { throw reader.error("must name at least one destination") }
        guard destinations.count > 1 else { return destinations }
        let total = destinations.reduce(0) { $0 &+ ($1.weight ?? 0) }
        guard total > 0 else { throw reader.error("the weights sum to 0; give at least one destination a weight") }
        guard total <= Int(UInt32.max) else { throw reader.error("the weights sum to more than \(UInt32.max)") }
        return destinations
    }

    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["destination", "weight", "headers"])
        self.init(
            try VirtualService.Destination(fields.required("destination")),
            weight: try fields["weight"]?.integer(in: 0...Int(Int32.max)),
            headers: try fields["headers"].map(VirtualService.HeaderChanges.init) ?? .init())
    }
}

extension VirtualService.Delegate {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["name", "namespace"])
        self.init(
            name: try fields.required("name").nonEmptyString(), namespace: try fields["namespace"]?.nonEmptyString())
    }
}

extension VirtualService.Destination {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["host", "subset", "port"])
        let host = try fields.required("host")
        self.init(
            host: try host.nonEmptyString().lowercased(), subset: try fields["subset"]?.nonEmptyString(),
            port: try fields["port"]?.fields(["number"]).required("number").port())
        guard self.host.isDNSName else { throw host.error("\"\(self.host)\" is not the name of one service") }
    }
}

extension VirtualService.Rewrite {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["uri", "uriRegexRewrite", "authority"])
        _ = try fields.one(of: "uri", "uriRegexRewrite")
        self.init(
            uri: try fields["uri"]?.nonEmptyString(), uriRegex: try fields["uriRegexRewrite"].map(Substitution.init),
            authority: try fields["authority"]?.nonEmptyString())
        guard uri != nil || uriRegex != nil || authority != nil else {
            throw reader.error("needs \"uri\", \"uriRegexRewrite\" or \"authority\"")
        }
    }
}

extension VirtualService.Redirect {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "uri", "prefixRewrite", "uriRegexRewrite", "authority", "scheme", "port", "derivePort", "redirectCode",
            ])
        _ = try fields.one(of: "port", "derivePort")
        let path: Path? =
            switch try fields.one(of: "uri", "prefixRewrite", "uriRegexRewrite") {
            case ("uri", let text)?: .replaced(try text.nonEmptyString())
            case ("prefixRewrite", let text)?: .prefixReplaced(try text.nonEmptyString())
            case (_, let value)?: .substituted(try Substitution(value))
            case nil: nil
            }
        self.init(
            path: path, authority: try fields["authority"]?.nonEmptyString(),
            scheme: try fields["scheme"]?.choice(["http": "http", "https": "https"]),
            port: try fields["port"]?.port(),
            keepsRequestPort: try fields["derivePort"]?.choice([
                "FROM_PROTOCOL_DEFAULT": false, "FROM_REQUEST_PORT": true,
            ]) ?? false)
        if let code = fields["redirectCode"] {
            self.code = try code.integer(in: 300...399)
            guard [301, 302, 303, 307, 308].contains(self.code) else {
                throw code.error("\(self.code) is not supported; use 301, 302, 303, 307 or 308")
            }
        }
        guard path != nil || keepsRequestPort || !fields.present("authority", "scheme", "port").isEmpty else {
            throw reader.error("leads nowhere; set \"uri\", \"authority\", \"scheme\" or \"port\"")
        }
    }
}

extension VirtualService.Retry {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields([
            "attempts", "perTryTimeout", "retryOn", "retryIgnorePreviousHosts", "backoff", "retryRemoteLocalities",
        ])
        self.init(
            attempts: try fields["attempts"]?.integer(in: 0...Int(Int32.max)) ?? 0,
            perTryTimeout: try fields["perTryTimeout"]?.positiveDuration(),
            ignoresPreviousHosts: try fields["retryIgnorePreviousHosts"]?.bool() ?? true,
            backoff: try fields["backoff"]?.positiveDuration(),
            reachesRemoteLocalities: try fields["retryRemoteLocalities"]?.bool() ?? false)
        guard attempts > 0 || fields.present("perTryTimeout", "retryOn").isEmpty else {
            throw reader.error("\"attempts\" is 0, so the other fields have no effect; set it, or remove them")
        }
        guard let retryOn = fields["retryOn"] else { return }
        for word in try retryOn.string().split(separator: ",") {
            let word = String(word.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            guard !word.isEmpty else { continue }
            // A number in the list is a status code: Istio's shorthand.
            if let code = Int(word) {
                guard (100...599).contains(code) else { throw retryOn.error("\(code) is not a status code") }
                statusCodes.append(code)
            } else if Self.knownConditions.contains(word) {
                conditions.append(word)
            } else {
                let near = nearestName(to: word, among: Self.knownConditions)
                throw retryOn.error(
                    "\"\(word)\" is not a retry condition; "
                        + (near.map { "did you mean \"\($0)\"?" }
                            ?? "supported: \(Self.knownConditions.joined(separator: ", "))"))
            }
        }
        if !statusCodes.isEmpty, !conditions.contains("retriable-status-codes") {
            conditions.append("retriable-status-codes")
        }
    }

    private static let knownConditions = [
        "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "envoy-ratelimited",
        "retriable-4xx", "refused-stream", "retriable-status-codes", "cancelled", "deadline-exceeded", "internal",
        "resource-exhausted", "unavailable", "retriable-headers",
    ]
}

extension VirtualService.HeaderChanges {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["request", "response"])
        self.init(
            request: try fields["request"].map { (value) throws(SchemaError) in
                try Operations(value, isRequest: true)
            } ?? Operations(),
            response: try fields["response"].map { (value) throws(SchemaError) in
                try Operations(value, isRequest: false)
            } ?? Operations())
    }
}

extension VirtualService.HeaderChanges.Operations {
    /// - Parameter isRequest: requests may have another host, under either of its names; nothing else may.
    init(_ reader: SchemaReader, isRequest: Bool) throws(SchemaError) {
        let fields = try reader.fields(["set", "add", "remove"])
        self.init(remove: try fields["remove"]?.each(Self.name) ?? [])
        set = try fields["set"].map { (value) throws(SchemaError) in try values(value, isRequest) } ?? [:]
        add = try fields["add"].map { (value) throws(SchemaError) in try values(value, isRequest) } ?? [:]
    }

    private mutating func values(
        _ reader: SchemaReader, _ isRequest: Bool
    ) throws(SchemaError) -> [String: FormatString] {
        var values: [String: FormatString] = [:]
        for (name, value) in try reader.entries() {
            if isRequest, [":authority", "host"].contains(name.lowercased()) {
                guard authority == nil else { throw value.error("the host is set twice; remove one") }
                authority = try value.nonEmptyString()
                guard authority?.isHeaderValue == true else {
                    throw value.error("holds a control character, which no header may")
                }
                continue
            }
            try Self.check(name, value)
            let text = try value.string()
            guard text.isHeaderValue else { throw value.error("holds a control character, which no header may") }
            do throws(PatternError) { values[name] = try FormatString(text) } catch {
                throw value.error(error.description)
            }
        }
        return values
    }

    private static func name(_ reader: SchemaReader) throws(SchemaError) -> String {
        let name = try reader.string()
        try check(name, reader)
        return name
    }

    private static func check(_ name: String, _ reader: SchemaReader) throws(SchemaError) {
        guard name.lowercased() != "host", !name.hasPrefix(":") else {
            throw reader.error("\"\(name)\" may only be set, and only in requests")
        }
        guard name.isHeaderName else { throw reader.error("\"\(name)\" is not a header name") }
    }
}

extension SchemaReader {
    /// A duration that is 0 (off) or at least a millisecond.
    func positiveDuration() throws(SchemaError) -> Duration {
        let duration = try duration()
        guard duration == .zero || duration >= .milliseconds(1) else { throw error("must be at least 1ms") }
        return duration
    }
}
