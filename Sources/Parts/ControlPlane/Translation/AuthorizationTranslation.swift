import Discovery
import MeshConfig

/// Who may call a workload, as the filters before its application: what Istio's pilot makes of its policies.
///
/// One filter an action, of all policies together. An extension is asked first, then AUDIT marks, DENY refuses, and
/// where some policy allows, one must have allowed the request.
struct AuthorizationTranslation {
    private let policies: [MeshConfiguration.Item<AuthorizationPolicy>]
    private let authorizers: [String: ExternalAuthorizer]

    init(_ workload: MeshWorkload, _ configuration: MeshConfiguration) {
        policies = configuration.authorizationPolicies(of: workload)
        authorizers = configuration.options.authorizers
    }

    /// What stands before the check of tokens: rules that say who is to be asked about, then who is asked.
    var customFilters: [HTTPFilter] {
        let known = authorizers
        let unknown =
            rules(
                .deny, isTCP: false, of: { $0.isCustom && !$0.names(oneOf: known) }, named: Self.customPrefix,
                suffix: Self.unknownProvider
            ).enforced.map { [HTTPFilter.accessControl(HTTPAccessControl(rules: $0))] } ?? []
        guard
            let asked = rules(.deny, isTCP: false, of: { $0.names(oneOf: known) }, named: Self.customPrefix).enforced
        else { return unknown }
        let used = Set(policies.compactMap(\.spec.action.provider))
        return unknown + [
            .accessControl(HTTPAccessControl(shadowRules: asked, shadowPrefix: Self.askedPrefix))
        ]
            + known.filter { used.contains($0.key) }.sorted { $0.key < $1.key }.map { name, authorizer in
                .externalAuthorization(
                    ExternalAuthorization(
                        authorizer, noted: Self.askedPrefix + "shadow_effective_policy_id",
                        prefix: "\(Self.customPrefix)\(name)-ns["))
            }
    }

    /// What the names of CUSTOM's policies begin with, and the notes of which of them matched: Istio's.
    private static let customPrefix = "istio-ext-authz-"
    private static let askedPrefix = "istio_ext_authz_"

    /// What stands after it.
    var filters: [HTTPFilter] {
        Self.actions.compactMap { action, isOf in
            let (enforced, tried) = rules(action, isTCP: false, of: isOf)
            guard enforced != nil || tried != nil else { return nil }
            return .accessControl(
                HTTPAccessControl(
                    rules: enforced, shadowRules: tried, shadowPrefix: tried.map { Self.prefix($0.action) } ?? ""))
        }
    }

    /// The same for a port that carries bytes: there is no header, no path and no token.
    var networkFilters: [NetworkAccessControl] {
        let known = authorizers
        // Who is asked over HTTP is asked about HTTP: of bytes Istio lets CUSTOM say nothing then.
        let custom = rules(
            .deny, isTCP: true, of: { $0.isCustom && !$0.names(oneOf: known) }, named: Self.customPrefix,
            suffix: Self.unknownProvider
        ).enforced.map { [NetworkAccessControl(rules: $0)] }
        return (custom ?? [])
            + Self.actions.compactMap { action, isOf in
                let (enforced, tried) = rules(action, isTCP: true, of: isOf)
                guard enforced != nil || tried != nil else { return nil }
                return NetworkAccessControl(
                    rules: enforced, shadowRules: tried, shadowPrefix: tried.map { Self.prefix($0.action) } ?? "")
            }
    }

    private typealias Choice = @Sendable (AuthorizationPolicy.Action) -> Bool

    private static let actions: [(AccessRules.Action, Choice)] = [
        (.log, { $0 == .audit }), (.deny, { $0 == .deny }), (.allow, { $0 == .allow }),
    ]

    /// Whoever names an extension that nobody knows meant to restrict: what matches is refused.
    private static let unknownProvider = "-deny-due-to-bad-CUSTOM-action"

    private static func prefix(_ action: AccessRules.Action) -> String {
        switch action {
        case .allow: "istio_dry_run_allow_"
        case .deny: "istio_dry_run_deny_"
        case .log: ""
        }
    }

    /// The rules of all policies of an action, those in force and those only tried; nothing where there is no policy.
    private func rules(
        _ action: AccessRules.Action, isTCP: Bool, of isOf: Choice, named prefix: String = "", suffix: String = ""
    ) -> (enforced: AccessRules?, tried: AccessRules?) {
        var enforced: AccessRules?
        var tried: AccessRules?
        for item in policies where isOf(item.spec.action) {
            var named: [String: AccessRules.Policy] = [:]
            func name(_ index: Int) -> String {
                let provider = item.spec.action.provider.map { "\($0)-" } ?? ""
                return "\(prefix)\(provider)ns[\(item.namespace)]-policy[\(item.key.name)]-rule[\(index)]\(suffix)"
            }
            for (index, rule) in item.spec.rules.enumerated() {
                named[name(index)] = RuleTranslation(namespace: item.namespace, action: action, isTCP: isTCP)
                    .policy(rule)
            }
            if item.spec.rules.isEmpty { named[name(0)] = .never }
            // Without its rules, where none can be, a policy still counts: of ALLOW, some policy must allow.
            if AuthorizationPolicy.isDryRun(item.object.metadata.annotations) ?? false {
                tried = AccessRules(action, policies: (tried?.policies ?? [:]).merging(named) { $1 })
            } else {
                enforced = AccessRules(action, policies: (enforced?.policies ?? [:]).merging(named) { $1 })
            }
        }
        return (enforced, tried)
    }
}

extension AccessRules.Policy {
    fileprivate static let never = Self(permissions: [.not(.everything)], principals: [.not(.everybody)])
}

extension AuthorizationPolicy.Action {
    fileprivate var isCustom: Bool { provider != nil }

    fileprivate func names(oneOf authorizers: [String: ExternalAuthorizer]) -> Bool {
        provider.map { authorizers[$0] != nil } ?? false
    }

    fileprivate var provider: String? {
        if case .custom(let provider) = self { provider } else { nil }
    }
}
