import Discovery
import MeshConfig
import MeshModel

/// One rule of a policy in Envoy's words.
///
/// On a port that carries bytes some fields mean nothing. A rule that allows and has one never matches; of a rule that
/// denies only the rest counts, which may then be everything. Either way less passes than was written.
struct RuleTranslation {
    /// The policy's own.
    let namespace: String
    let action: AccessRules.Action
    let isTCP: Bool

    private typealias Values = AuthorizationPolicy.Values

    /// Nothing where the rule can never match.
    func policy(_ rule: AuthorizationPolicy.Rule) -> AccessRules.Policy? {
        do throws(NeverMatches) {
            var further: (permissions: [AccessPermission], principals: [AccessPrincipal]) = ([], [])
            for condition in rule.conditions {
                further.permissions += try permissions(condition)
                further.principals += try principals(condition)
            }
            var permissions: [AccessPermission] = []
            for operation in rule.operations {
                permissions.append(.all(unlessEmpty: try self.permissions(operation) + further.permissions))
            }
            var principals: [AccessPrincipal] = []
            for source in rule.sources {
                principals.append(.all(unlessEmpty: try self.principals(source) + further.principals))
            }
            return AccessRules.Policy(
                permissions: permissions.isEmpty ? [.all(unlessEmpty: further.permissions)] : permissions,
                principals: principals.isEmpty ? [.all(unlessEmpty: further.principals)] : principals)
        } catch {
            return nil
        }
    }

    /// That a rule asks for what cannot be, and so never matches.
    private struct NeverMatches: Error {}

    // MARK: What

    private func permissions(
        _ operation: AuthorizationPolicy.Operation
    ) throws(NeverMatches) -> [AccessPermission] {
        try permissions(operation.hosts, needsHTTP: true) { .header(.istio(":authority", $0, ignoringCase: true)) }
            + permissions(operation.methods, needsHTTP: true) { .header(.istio(":method", $0)) }
            + permissions(operation.paths, needsHTTP: true, path)
            + permissions(operation.ports, port)
    }

    private func permissions(_ condition: AuthorizationPolicy.Condition) throws(NeverMatches) -> [AccessPermission] {
        switch condition.key {
        case .destinationIP:
            return try permissions(condition.values) { AddressRange($0).map { .destination($0) } ?? wrong }
        case .destinationPort: return try permissions(condition.values, port)
        case .serverName: return try permissions(condition.values) { .serverName(.istio($0)) }
        case .filterMetadata(let filter, let key):
            return try permissions(condition.values) { value in
                // Text in brackets is for one element of a list.
                let isElement = value.hasPrefix("[") && value.hasSuffix("]")
                let text = MetadataMatcher.Value.text(.istio(isElement ? value.withoutBrackets : value))
                return .metadata(MetadataMatcher(filter: filter, path: [key], value: isElement ? .element(text) : text))
            }
        case .requestHeader, .sourceIP, .remoteIP, .sourceNamespace, .sourcePrincipal, .sourceServiceAccount,
            .sourceTrustDomain, .requestPrincipal, .requestAudiences, .requestPresenter, .requestClaim:
            return []
        }
    }

    private func path(_ text: String) -> AccessPermission {
        guard text.contains("{*}") || text.contains("{**}") else { return .path(.istio(text)) }
        let template = text.replacing("{**}", with: "**").replacing("{*}", with: "*")
        return PathTemplate(template).map { .pathTemplate($0) } ?? wrong
    }

    private func port(_ text: String) -> AccessPermission { UInt16(text).map { .destinationPort($0) } ?? wrong }

    /// In place of what no object that was read can hold: refuse rather than let pass.
    private var wrong: AccessPermission { action == .allow ? .not(.everything) : .everything }

    private func permissions(
        _ values: Values, needsHTTP: Bool = false, _ make: (String) -> AccessPermission
    ) throws(NeverMatches) -> [AccessPermission] {
        guard try isUsable(values, needsHTTP) else { return [] }
        var result: [AccessPermission] = []
        if !values.values.isEmpty { result.append(.any(values.values.map(make))) }
        if !values.notValues.isEmpty { result.append(.not(.any(values.notValues.map(make)))) }
        return result
    }

    private func isUsable(_ values: Values, _ needsHTTP: Bool) throws(NeverMatches) -> Bool {
        guard !values.isEmpty, needsHTTP, isTCP else { return !values.isEmpty }
        guard action != .allow else { throw NeverMatches() }
        return false
    }

    // MARK: Who

    private func principals(_ source: AuthorizationPolicy.Source) throws(NeverMatches) -> [AccessPrincipal] {
        try principals(source.principals, principal)
            + principals(source.requestPrincipals, needsHTTP: true, requestPrincipal)
            + principals(source.namespaces, namespace)
            + principals(source.serviceAccounts, serviceAccount)
            + principals(source.trustDomains, trustDomain)
            + principals(source.remoteIPBlocks) { AddressRange($0).map { .client($0) } ?? wrongBody }
            + principals(source.ipBlocks) { AddressRange($0).map { .peer($0) } ?? wrongBody }
    }

    private func principals(_ condition: AuthorizationPolicy.Condition) throws(NeverMatches) -> [AccessPrincipal] {
        let values = condition.values
        switch condition.key {
        case .requestHeader(let name):
            return try principals(values, needsHTTP: true) { .header(.istio(name, $0)) }
        case .sourceIP: return try principals(values) { AddressRange($0).map { .peer($0) } ?? wrongBody }
        case .remoteIP: return try principals(values) { AddressRange($0).map { .client($0) } ?? wrongBody }
        case .sourceNamespace: return try principals(values, namespace)
        case .sourcePrincipal: return try principals(values, principal)
        case .sourceServiceAccount: return try principals(values, serviceAccount)
        case .sourceTrustDomain: return try principals(values, trustDomain)
        case .requestPrincipal: return try principals(values, needsHTTP: true, requestPrincipal)
        case .requestAudiences: return try claims(["aud"], values)
        case .requestPresenter: return try claims(["azp"], values)
        case .requestClaim(let path): return try claims(path, values)
        case .destinationIP, .destinationPort, .serverName, .filterMetadata: return []
        }
    }

    private var wrongBody: AccessPrincipal { action == .allow ? .not(.everybody) : .everybody }

    private func principals(
        _ values: Values, needsHTTP: Bool = false, _ make: (String) -> AccessPrincipal
    ) throws(NeverMatches) -> [AccessPrincipal] {
        guard try isUsable(values, needsHTTP) else { return [] }
        var result: [AccessPrincipal] = []
        if !values.values.isEmpty { result.append(.any(values.values.map(make))) }
        if !values.notValues.isEmpty { result.append(.not(.any(values.notValues.map(make)))) }
        return result
    }

    private func principal(_ text: String) -> AccessPrincipal { .authenticated(.istio(text, after: "spiffe://")) }

    private func namespace(_ text: String) -> AccessPrincipal {
        .authenticated(.regex(".*/ns/\(text.wildcardExpression)/.*"))
    }

    private func trustDomain(_ text: String) -> AccessPrincipal {
        .authenticated(.regex("spiffe://\(text.wildcardExpression)/.*"))
    }

    /// Further pairs of names and values may stand in the identity.
    private func serviceAccount(_ text: String) -> AccessPrincipal {
        let parts = text.split(separator: "/", maxSplits: 1).map { String($0).expression }
        let (space, account) = parts.count == 2 ? (parts[0], parts[1]) : (namespace.expression, text.expression)
        return .authenticated(.regex("spiffe://.+/ns/\(space)/(.+/|)sa/\(account)(/.+)?"))
    }

    // MARK: Tokens

    /// `issuer/subject`, where the issuer may hold slashes and either side `*`.
    private func requestPrincipal(_ text: String) -> AccessPrincipal {
        let slash = text.lastIndex(of: "/")
        let issuer = slash.map { String(text[..<$0]) }
        let subject = slash.map { String(text[text.index(after: $0)...]) } ?? ""
        let found: (StringMatcher, StringMatcher) =
            if text == "*" {
                (.something, .something)
            } else if text.hasPrefix("*") {
                if let issuer {
                    (issuer == "*" ? .something : .suffix(String(issuer.dropFirst())), .exact(subject))
                } else {
                    (.something, .suffix(String(text.dropFirst())))
                }
            } else if text.hasSuffix("*") {
                if let issuer {
                    (.exact(issuer), subject == "*" ? .something : .prefix(String(subject.dropLast())))
                } else {
                    (.prefix(String(text.dropLast())), .something)
                }
            } else {
                (.exact(issuer ?? text), .exact(subject))
            }
        return .all([
            .metadata(.claim(["iss"], .text(found.0))), .metadata(.claim(["sub"], .text(found.1))),
        ])
    }

    /// A claim that is a text, or a list with such a text.
    private func claims(_ path: [String], _ values: Values) throws(NeverMatches) -> [AccessPrincipal] {
        guard try isUsable(values, true) else { return [] }
        func matcher(_ texts: [String]) -> AccessPrincipal {
            let each = texts.map { MetadataMatcher.Value.text(.istio($0)) }
            let value = each.count == 1 ? each[0] : .any(each)
            return .metadata(.claim(path, .any([.element(value), value])))
        }
        return (values.values.isEmpty ? [] : [.any([matcher(values.values)])])
            + (values.notValues.isEmpty ? [] : [.not(.any([matcher(values.notValues)]))])
    }
}

extension AccessPermission {
    fileprivate static func all(unlessEmpty rules: [AccessPermission]) -> AccessPermission {
        .all(rules.isEmpty ? [.everything] : rules)
    }
}

extension AccessPrincipal {
    fileprivate static func all(unlessEmpty ids: [AccessPrincipal]) -> AccessPrincipal {
        .all(ids.isEmpty ? [.everybody] : ids)
    }
}

extension MetadataMatcher {
    /// A claim of the token that was verified, where Istio has it kept.
    fileprivate static func claim(_ path: [String], _ value: Value) -> MetadataMatcher {
        MetadataMatcher(filter: "envoy.filters.http.jwt_authn", path: ["payload"] + path, value: value)
    }
}

extension String {
    fileprivate var withoutBrackets: String { String(drop { $0 == "[" }.reversed().drop { $0 == "]" }.reversed()) }
}
