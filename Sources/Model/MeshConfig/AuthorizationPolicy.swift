/// Who may do what with workloads: Istio's `AuthorizationPolicy`.
package struct AuthorizationPolicy: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        /// What matches some rule may pass, everything else may not: where such policies hold, one of them must agree.
        case allow
        /// What matches some rule may not pass, whatever others allow.
        case deny
        /// What matches some rule is marked in the log.
        case audit
        /// A named extension decides about what matches some rule, before everything else.
        case custom(provider: String)

        /// As the API spells it.
        package var name: String {
            switch self {
            case .allow: "ALLOW"
            case .deny: "DENY"
            case .audit: "AUDIT"
            case .custom: "CUSTOM"
            }
        }
    }

    /// One of these, and none of those. A text may be `*`, end or begin with it.
    package struct Values: Hashable, Sendable {
        package var values: [String]
        package var notValues: [String]

        package init(_ values: [String] = [], not notValues: [String] = []) {
            self.values = values
            self.notValues = notValues
        }

        package var isEmpty: Bool { values.isEmpty && notValues.isEmpty }
    }

    /// Who calls. All that is said must hold.
    package struct Source: Hashable, Sendable {
        /// Identities without `spiffe://`: `cluster.local/ns/shop/sa/web`.
        package var principals = Values()
        /// Issuer and subject of a token: `https://accounts.example/1234`.
        package var requestPrincipals = Values()
        package var namespaces = Values()
        /// `web`, of the policy's own namespace, or `shop/web`.
        package var serviceAccounts = Values()
        package var trustDomains = Values()
        /// Of the connection.
        package var ipBlocks = Values()
        /// Of the client, as `x-forwarded-for` tells.
        package var remoteIPBlocks = Values()

        package init() {}
    }

    /// What is asked for. All that is said must hold.
    package struct Operation: Hashable, Sendable {
        /// With their port, when the client sent one; letter case does not count.
        package var hosts = Values()
        /// The workload's own, not the Service's.
        package var ports = Values()
        package var methods = Values()
        /// Without the query. `{*}` takes one segment and `{**}` any number.
        package var paths = Values()

        package init() {}
    }

    /// A further condition on the request.
    package struct Condition: Hashable, Sendable {
        package enum Key: Hashable, Sendable {
            /// `request.headers[x-token]`
            case requestHeader(String)
            case sourceIP, remoteIP, sourceNamespace, sourcePrincipal, sourceServiceAccount, sourceTrustDomain
            case requestPrincipal, requestAudiences, requestPresenter
            /// `request.auth.claims[realm][role]`
            case requestClaim([String])
            case destinationIP, destinationPort
            /// `connection.sni`
            case serverName
            /// `experimental.envoy.filters.a.b[key]`, of the filter `envoy.filters.a.b`
            case filterMetadata(filter: String, key: String)
        }

        package var key: Key
        package var values: Values

        package init(_ key: Key, _ values: Values) {
            self.key = key
            self.values = values
        }
    }

    /// Somebody of `sources` does something of `operations` while all `conditions` hold. An empty list says nothing.
    package struct Rule: Hashable, Sendable {
        package var sources: [Source]
        package var operations: [Operation]
        package var conditions: [Condition]

        package init(sources: [Source] = [], operations: [Operation] = [], conditions: [Condition] = []) {
            self.sources = sources
            self.operations = operations
            self.conditions = conditions
        }
    }

    /// Which workloads of the namespace: all of these labels. Nothing selects all; in the root namespace, of all
    /// namespaces.
    package var selector: [String: String]?
    package var action: Action
    /// Without any nothing matches: such an ``Action/allow`` lets nobody pass.
    package var rules: [Rule]

    package init(selector: [String: String]? = nil, action: Action = .allow, rules: [Rule] = []) {
        self.selector = selector
        self.action = action
        self.rules = rules
    }

    /// The annotation by which a policy is only tried: what it would do is counted and not done.
    package static let dryRunAnnotation = "istio.io/dry-run"

    /// Whether an object's annotations ask to try its policy only; nothing when what they say is neither yes nor no.
    package static func isDryRun(_ annotations: [String: String]) -> Bool? {
        switch annotations[dryRunAnnotation] {
        // The texts that Go reads as booleans, as Istio does.
        case nil, "0", "f", "F", "false", "FALSE", "False": false
        case "1", "t", "T", "true", "TRUE", "True": true
        case _?: nil
        }
    }
}
