package import MeshModel

/// Who may do what: Envoy's `config.rbac.v3.RBAC`.
package struct AccessRules: Hashable, Sendable {
    package enum Action: String, Hashable, Sendable, CaseIterable {
        /// What some policy matches passes, nothing else does.
        case allow = "ALLOW"
        /// What some policy matches does not pass, everything else does.
        case deny = "DENY"
        /// Everything passes; what some policy matches is marked for the log.
        case log = "LOG"
    }

    /// Matches when one of the permissions and one of the principals does.
    package struct Policy: Hashable, Sendable {
        package var permissions: [AccessPermission]
        package var principals: [AccessPrincipal]

        package init(permissions: [AccessPermission], principals: [AccessPrincipal]) {
            self.permissions = permissions
            self.principals = principals
        }
    }

    package var action: Action
    /// By name. Of several that match, the first in the order of their names' bytes is told.
    package var policies: [String: Policy]

    package init(_ action: Action, policies: [String: Policy]) {
        self.action = action
        self.policies = policies
    }
}

/// What is done: Envoy's `config.rbac.v3.Permission`.
package indirect enum AccessPermission: Hashable, Sendable {
    /// At least one each.
    case all([AccessPermission])
    case any([AccessPermission])
    case not(AccessPermission)
    case everything
    case header(Route.HeaderMatcher)
    /// The path without query and fragment.
    case path(StringMatcher)
    case pathTemplate(PathTemplate)
    case destination(AddressRange)
    case destinationPort(UInt16)
    /// The name that a TLS client asks for.
    case serverName(StringMatcher)
    case metadata(MetadataMatcher)
}

/// Who does it: Envoy's `config.rbac.v3.Principal`.
package indirect enum AccessPrincipal: Hashable, Sendable {
    /// At least one each.
    case all([AccessPrincipal])
    case any([AccessPrincipal])
    case not(AccessPrincipal)
    case everybody
    /// By the certificate that the peer showed; nothing for any peer over TLS.
    case authenticated(StringMatcher?)
    /// The connection's other end.
    case peer(AddressRange)
    /// The client, as far as trusted headers tell of another one.
    case client(AddressRange)
    case header(Route.HeaderMatcher)
    /// The path without query and fragment.
    case path(StringMatcher)
    case metadata(MetadataMatcher)
    /// The peer's identity as Istio's own filter keeps it, in the filter state `io.istio.peer_principal`.
    case peerIdentity(StringMatcher)
}

extension AccessRules {
    /// Whether some policy asks for a header of a request.
    var asksForHeaders: Bool {
        policies.values.contains { policy in
            policy.permissions.contains(where: \.asksForHeaders) || policy.principals.contains(where: \.asksForHeaders)
        }
    }
}

extension AccessPermission {
    fileprivate var asksForHeaders: Bool {
        switch self {
        case .header: true
        case .all(let rules), .any(let rules): rules.contains(where: \.asksForHeaders)
        case .not(let rule): rule.asksForHeaders
        case .everything, .path, .pathTemplate, .destination, .destinationPort, .serverName, .metadata: false
        }
    }
}

extension AccessPrincipal {
    fileprivate var asksForHeaders: Bool {
        switch self {
        case .header: true
        case .all(let ids), .any(let ids): ids.contains(where: \.asksForHeaders)
        case .not(let id): id.asksForHeaders
        case .everybody, .authenticated, .peer, .client, .path, .metadata, .peerIdentity: false
        }
    }
}
