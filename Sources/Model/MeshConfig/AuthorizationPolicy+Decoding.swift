import JSONWire
import MeshModel

extension AuthorizationPolicy {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["selector", "rules", "action", "provider"], unsupported: ["targetRef", "targetRefs"])
        if let selector = fields["selector"] {
            let labels = try selector.fields(["matchLabels"])["matchLabels"]?.stringMap() ?? [:]
            self.selector = labels.isEmpty ? nil : labels
        }
        action = try Self.action(fields)
        rules = try fields["rules"]?.each(Rule.init) ?? []
        guard rules.isEmpty else { return }
        switch action {
        // Nothing matches, so that everybody is kept out: the shortest policy of all, and a useful one.
        case .allow: break
        case .deny, .audit, .custom:
            throw (fields["rules"] ?? reader).error(
                "\(action.name) without rules does nothing; for every request write \"rules: [{}]\"")
        }
    }

    private static func action(_ fields: SchemaFields) throws(SchemaError) -> Action {
        let name = fields["action"]
        let action: Action =
            try name?.choice([
                "ALLOW": .allow, "DENY": .deny, "AUDIT": .audit, "CUSTOM": .custom(provider: ""),
            ]) ?? .allow
        guard case .custom = action else {
            if let provider = fields["provider"] {
                throw provider.error("is for action CUSTOM; remove it, or set the action")
            }
            return action
        }
        return .custom(provider: try fields.required("provider").fields(["name"]).required("name").nonEmptyString())
    }
}

extension AuthorizationPolicy.Rule {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["from", "to", "when"])
        sources =
            try fields["from"].map { (from) throws(SchemaError) in
                try from.someOf("source") { (item) throws(SchemaError) in
                    try AuthorizationPolicy.Source(item.fields(["source"]).required("source"))
                }
            } ?? []
        operations =
            try fields["to"].map { (to) throws(SchemaError) in
                try to.someOf("operation") { (item) throws(SchemaError) in
                    try AuthorizationPolicy.Operation(item.fields(["operation"]).required("operation"))
                }
            } ?? []
        conditions = try fields["when"]?.each(AuthorizationPolicy.Condition.init) ?? []
    }
}

extension AuthorizationPolicy.Source {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields([
            "principals", "notPrincipals", "requestPrincipals", "notRequestPrincipals", "namespaces", "notNamespaces",
            "serviceAccounts", "notServiceAccounts", "trustDomains", "notTrustDomains", "ipBlocks", "notIpBlocks",
            "remoteIpBlocks", "notRemoteIpBlocks",
        ])
        self.init()
        principals = try fields.values("principals", "notPrincipals")
        requestPrincipals = try fields.values("requestPrincipals", "notRequestPrincipals")
        namespaces = try fields.values("namespaces", "notNamespaces")
        serviceAccounts = try fields.values("serviceAccounts", "notServiceAccounts", check: Self.checkAccount)
        trustDomains = try fields.values("trustDomains", "notTrustDomains")
        ipBlocks = try fields.values("ipBlocks", "notIpBlocks", check: SchemaReader.checkAddress)
        remoteIPBlocks = try fields.values("remoteIpBlocks", "notRemoteIpBlocks", check: SchemaReader.checkAddress)
        guard self != Self() else { throw reader.error("must say something; for everybody leave out \"from\"") }
        guard !serviceAccounts.isEmpty else { return }
        for name in ["serviceAccounts", "notServiceAccounts"] {
            if let list = fields[name], try list.strings().count > 16 { throw list.error("may name 16 at most") }
        }
        guard principals.isEmpty, namespaces.isEmpty else {
            throw reader.error("service accounts cannot stand beside principals or namespaces; use one or the other")
        }
    }

    private static func checkAccount(_ item: SchemaReader, _ text: String) throws(SchemaError) {
        guard !text.utf8.contains(UInt8(ascii: "*")) else {
            throw item.error("\"\(text)\": a service account is named in full; use \"principals\" for \"*\"")
        }
        guard text.utf8.count <= 320, text.split(separator: "/", omittingEmptySubsequences: false).count <= 2,
            !text.hasPrefix("/"), !text.hasSuffix("/")
        else { throw item.error("\"\(text)\" is not a service account; write \"name\" or \"namespace/name\"") }
    }
}

extension AuthorizationPolicy.Operation {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields([
            "hosts", "notHosts", "ports", "notPorts", "methods", "notMethods", "paths", "notPaths",
        ])
        self.init()
        hosts = try fields.values("hosts", "notHosts")
        ports = try fields.values("ports", "notPorts", check: SchemaReader.checkPort)
        methods = try fields.values("methods", "notMethods")
        paths = try fields.values("paths", "notPaths", check: Self.checkPath)
        guard self != Self() else { throw reader.error("must say something; for everything leave out \"to\"") }
    }

    /// `{*}` and `{**}` are whole segments, and nothing comes after the second but text.
    private static func checkPath(_ item: SchemaReader, _ text: String) throws(SchemaError) {
        guard text.contains("{*}") || text.contains("{**}") else { return }
        var rest = text[...]
        if rest.hasPrefix("/") { rest = rest.dropFirst() }
        var hasEnded = false
        for segment in rest.split(separator: "/", omittingEmptySubsequences: false) {
            let isTemplate = segment == "{*}" || segment == "{**}"
            guard isTemplate || segment.utf8.allSatisfy(\.mayStandInTemplate) else {
                throw item.error(
                    "\"\(text)\": a template is made of \"{*}\" and \"{**}\", each a whole segment, and plain text")
            }
            guard !(hasEnded && isTemplate) else {
                throw item.error("\"\(text)\": no other template may come after \"{**}\"")
            }
            if segment == "{**}" { hasEnded = true }
        }
        guard !rest.isEmpty, !"/\(rest)".dropLast().contains("//") else {
            throw item.error("\"\(text)\" has an empty segment, which no path has that was normalized")
        }
        guard text.hasPrefix("/") else { throw item.error("\"\(text)\" must begin with \"/\"") }
    }
}

extension AuthorizationPolicy.Condition {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["key", "values", "notValues"])
        key = try Key(fields.required("key"))
        let check: (SchemaReader, String) throws(SchemaError) -> Void =
            switch key {
            case .sourceIP, .remoteIP, .destinationIP: SchemaReader.checkAddress
            case .destinationPort: SchemaReader.checkPort
            default: { (_, _) throws(SchemaError) in }
            }
        values = try fields.values("values", "notValues", check: check)
        guard !values.isEmpty else { throw reader.error("\"values\" or \"notValues\" must hold something") }
    }
}

extension AuthorizationPolicy.Condition.Key {
    private static let plain: KeyValuePairs<String, Self> = [
        "source.ip": .sourceIP, "remote.ip": .remoteIP, "source.namespace": .sourceNamespace,
        "source.principal": .sourcePrincipal, "source.serviceAccount": .sourceServiceAccount,
        "source.trustDomain": .sourceTrustDomain, "request.auth.principal": .requestPrincipal,
        "request.auth.audiences": .requestAudiences, "request.auth.presenter": .requestPresenter,
        "destination.ip": .destinationIP, "destination.port": .destinationPort, "connection.sni": .serverName,
    ]

    init(_ reader: SchemaReader) throws(SchemaError) {
        let text = try reader.nonEmptyString()
        if let found = Self.plain.first(where: { $0.key == text }) {
            self = found.value
        } else if text.hasPrefix("request.headers") {
            let names = try Self.bracketed(text.dropFirst("request.headers".count), reader)
            guard names.count == 1, names[0].isHeaderName else {
                throw reader.error("\"\(text)\" names no header; write \"request.headers[x-name]\"")
            }
            self = .requestHeader(names[0])
        } else if text.hasPrefix("request.auth.claims") {
            self = .requestClaim(try Self.bracketed(text.dropFirst("request.auth.claims".count), reader))
        } else if text.hasPrefix("experimental.envoy.filters.") {
            let name = text.dropFirst("experimental.".count).prefix { $0 != "[" }
            let keys = try Self.bracketed(text.dropFirst("experimental.".count + name.count), reader)
            guard keys.count == 1 else { throw reader.error("\"\(text)\" must end with one key in brackets") }
            self = .filterMetadata(filter: String(name), key: keys[0])
        } else {
            let names = Self.plain.map(\.key) + ["request.headers[…]", "request.auth.claims[…]"]
            let hint = nearestName(to: text, among: names).map { "did you mean \"\($0)\"?" }
            throw reader.error(
                "\"\(text)\" is not a condition; \(hint ?? "there are \(names.joined(separator: ", "))")")
        }
    }

    /// `[a][b]` → `a`, `b`.
    private static func bracketed(
        _ text: Substring, _ reader: SchemaReader
    ) throws(SchemaError) -> [String] {
        let names = text.dropFirst().dropLast().split(separator: "][", omittingEmptySubsequences: false).map(
            String.init)
        guard text.hasPrefix("["), text.hasSuffix("]"), text.count > 2, names.allSatisfy({ !$0.isEmpty }) else {
            throw reader.error("\(reader.value.text) must end with a name in brackets, \"…[name]\"")
        }
        return names
    }
}

extension UInt8 {
    /// What Envoy takes for plain text in a template of paths.
    fileprivate var mayStandInTemplate: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~%!$&'()+,;:@=".utf8.contains(self)
        }
    }
}

extension SchemaFields {
    /// Two lists of texts, none of which is empty.
    fileprivate func values(
        _ name: String, _ notName: String,
        check: (SchemaReader, String) throws(SchemaError) -> Void = { (_, _) throws(SchemaError) in }
    ) throws(SchemaError) -> AuthorizationPolicy.Values {
        var lists: [[String]] = []
        for name in [name, notName] {
            var texts: [String] = []
            for item in try self[name]?.items() ?? [] {
                let text = try item.nonEmptyString()
                try check(item, text)
                texts.append(text)
            }
            lists.append(texts)
        }
        return AuthorizationPolicy.Values(lists[0], not: lists[1])
    }
}

extension SchemaReader {
    /// Every element of a list, which must have some: an empty one is not the same as none, and nobody means it.
    fileprivate func someOf<Element>(
        _ what: String, _ read: (SchemaReader) throws(SchemaError) -> Element
    ) throws(SchemaError) -> [Element] {
        let elements = try each(read)
        guard !elements.isEmpty else { throw error("must hold at least one \(what), or be left out") }
        return elements
    }

    fileprivate static func checkAddress(_ item: SchemaReader, _ text: String) throws(SchemaError) {
        guard AddressRange(text) == nil else { return }
        throw item.error("\"\(text)\" is not an address; write \"10.1.2.3\", \"10.1.0.0/16\" or the same of IPv6")
    }

    fileprivate static func checkPort(_ item: SchemaReader, _ text: String) throws(SchemaError) {
        guard UInt16(text) == nil || !text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }) else { return }
        throw item.error("\"\(text)\" is not a port; expected a number between 0 and 65535, in quotes")
    }
}
