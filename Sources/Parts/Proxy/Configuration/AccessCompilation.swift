import Discovery
import TrafficPolicy

/// Rules of access as discovery words them become policies that requests are judged by.
extension AccessFilter {
    init(_ control: HTTPAccessControl, counters: AccessBook) {
        enforced = control.rules.map { AccessJudge(AccessPolicies($0), isEnforced: true, counters: counters) }
        tried = control.shadowRules.map { AccessJudge(AccessPolicies($0), isEnforced: false, counters: counters) }
        triedPrefix = control.shadowPrefix
        name = HTTPFilter.accessControl(control).name
    }
}

extension ConnectionGuard {
    init(_ control: NetworkAccessControl, counters: AccessBook) {
        enforced = control.rules.map { AccessJudge(AccessPolicies($0), isEnforced: true, counters: counters) }
        tried = control.shadowRules.map { AccessJudge(AccessPolicies($0), isEnforced: false, counters: counters) }
    }
}

extension AccessPolicies {
    init(_ rules: AccessRules) {
        let action: Action =
            switch rules.action {
            case .allow: .allow
            case .deny: .deny
            case .log: .log
            }
        self.init(
            action,
            rules.policies.map { name, policy in
                let permissions = AccessCondition.any(policy.permissions.map { AccessCondition($0) })
                let principals = AccessCondition.any(policy.principals.map { AccessCondition($0) })
                return Policy(name: name, condition: .all([permissions.plain, principals.plain]).plain)
            })
    }
}

extension AccessCondition {
    fileprivate init(_ permission: AccessPermission) {
        self =
            switch permission {
            case .all(let rules): .all(rules.map { AccessCondition($0) }).plain
            case .any(let rules): .any(rules.map { AccessCondition($0) }).plain
            case .not(let rule): .not(AccessCondition(rule))
            case .everything: .always
            case .header(let matcher): .field(FieldCondition(matcher))
            case .path(let matcher): .path(FieldCondition.Test(matcher))
            case .pathTemplate(let template): .pathTemplate(template.pattern)
            case .destination(let range): .destination(range)
            case .destinationPort(let port): .destinationPort(port)
            case .serverName(let matcher): .serverName(FieldCondition.Test(matcher))
            case .metadata(let matcher): .metadata(MetadataCondition(matcher))
            }
    }

    fileprivate init(_ principal: AccessPrincipal) {
        self =
            switch principal {
            case .all(let ids): .all(ids.map { AccessCondition($0) }).plain
            case .any(let ids): .any(ids.map { AccessCondition($0) }).plain
            case .not(let id): .not(AccessCondition(id))
            case .everybody: .always
            case .authenticated(let name): .authenticated(name.map { FieldCondition.Test($0) })
            case .peer(let range): .peer(range)
            case .client(let range): .client(range)
            case .header(let matcher): .field(FieldCondition(matcher))
            case .path(let matcher): .path(FieldCondition.Test(matcher))
            case .metadata(let matcher): .metadata(MetadataCondition(matcher))
            case .peerIdentity(let matcher): .peerIdentity(FieldCondition.Test(matcher))
            }
    }

    /// Without steps that decide nothing: control planes wrap every list, also of one, in two or three.
    fileprivate var plain: AccessCondition {
        switch self {
        case .all(let conditions):
            let needed = conditions.filter { $0 != .always }
            return needed.isEmpty ? .always : needed.count == 1 ? needed[0] : .all(needed)
        case .any(let conditions):
            if conditions.contains(.always) { return .always }
            return conditions.count == 1 ? conditions[0] : self
        default: return self
        }
    }
}

extension MetadataCondition {
    fileprivate init(_ matcher: MetadataMatcher) {
        self.init(
            filter: matcher.filter, path: matcher.path, test: Test(matcher.value), inverted: matcher.isInverted)
    }
}

extension MetadataCondition.Test {
    fileprivate init(_ value: MetadataMatcher.Value) {
        self =
            switch value {
            case .null: .null
            case .bool(let flag): .bool(flag)
            case .present(let flag): .present(flag)
            case .text(let matcher): .text(FieldCondition.Test(matcher))
            case .element(let value): .element(Self(value))
            case .any(let values): .any(values.map { Self($0) })
            }
    }
}

extension FieldCondition.Test {
    fileprivate init(_ matcher: StringMatcher) {
        switch matcher {
        case .exact(let text, let ignoringCase): self = .exact(Array(text.utf8), ignoringCase: ignoringCase)
        case .prefix(let text, let ignoringCase): self = .prefix(Array(text.utf8), ignoringCase: ignoringCase)
        case .suffix(let text, let ignoringCase): self = .suffix(Array(text.utf8), ignoringCase: ignoringCase)
        case .contains(let text, let ignoringCase): self = .contains(Array(text.utf8), ignoringCase: ignoringCase)
        case .regex(let pattern): self = .regex(pattern)
        }
        self = lowercasedWhereIgnored
    }
}
