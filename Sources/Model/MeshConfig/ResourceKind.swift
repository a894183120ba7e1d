/// The kinds of configuration objects, as Kubernetes names them.
package enum ResourceKind: String, Hashable, Sendable, CaseIterable, Comparable {
    case virtualService = "VirtualService"
    case destinationRule = "DestinationRule"
    case gateway = "Gateway"
    case serviceEntry = "ServiceEntry"
    case workloadEntry = "WorkloadEntry"
    case peerAuthentication = "PeerAuthentication"
    case authorizationPolicy = "AuthorizationPolicy"
    case requestAuthentication = "RequestAuthentication"
    case service = "Service"
    case configMap = "ConfigMap"

    /// The API group; empty for Kubernetes' own.
    package var group: String {
        switch self {
        case .virtualService, .destinationRule, .gateway, .serviceEntry, .workloadEntry: "networking.istio.io"
        case .peerAuthentication, .authorizationPolicy, .requestAuthentication: "security.istio.io"
        case .service, .configMap: ""
        }
    }

    /// The versions served, the preferred one first. All have one schema.
    package var versions: [String] {
        switch self {
        case .virtualService, .destinationRule, .gateway, .serviceEntry, .workloadEntry: ["v1", "v1beta1", "v1alpha3"]
        case .peerAuthentication, .authorizationPolicy, .requestAuthentication: ["v1", "v1beta1"]
        case .service, .configMap: ["v1"]
        }
    }

    /// The name in URLs: `virtualservices`.
    package var plural: String {
        switch self {
        case .serviceEntry: "serviceentries"
        case .workloadEntry: "workloadentries"
        case .authorizationPolicy: "authorizationpolicies"
        case .virtualService, .destinationRule, .gateway, .peerAuthentication, .requestAuthentication, .service,
            .configMap:
            singular + "s"
        }
    }

    package var singular: String { rawValue.lowercased() }

    /// kubectl's abbreviations.
    package var shortNames: [String] {
        switch self {
        case .virtualService: ["vs"]
        case .destinationRule: ["dr"]
        case .gateway: ["gw"]
        case .serviceEntry: ["se"]
        case .workloadEntry: ["we"]
        case .peerAuthentication: ["pa"]
        case .authorizationPolicy: ["ap"]
        case .requestAuthentication: ["ra"]
        case .service: ["svc"]
        case .configMap: ["cm"]
        }
    }

    /// `networking.istio.io/v1`, or `v1` for Kubernetes' own group.
    package func apiVersion(_ version: String) -> String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The `apiVersion` of the preferred version.
    package var preferredAPIVersion: String { apiVersion(versions[0]) }

    /// The kind behind `/apis/<group>/<version>/…/<plural>`; nothing when it is not served.
    package init?(group: String, version: String, plural: String) {
        let found = Self.allCases.first {
            $0.group == group && $0.plural == plural && $0.versions.contains(version)
        }
        guard let found else { return nil }
        self = found
    }

    package static func < (left: ResourceKind, right: ResourceKind) -> Bool { left.rawValue < right.rawValue }
}
