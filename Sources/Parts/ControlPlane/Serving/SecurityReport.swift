package import JSONWire
import MeshConfig
import MeshModel
import Quantities
package import Storage
import TLSTransport

/// `/debug/security`: whom this control plane vouches for, until when, and what workloads want of their callers.
package enum SecurityReport {
    /// The most certificates that are told, newest first.
    private static let maximumCertificates = 5_000

    package static func json(
        _ configuration: LiveConfiguration, _ desk: CertificateDesk
    ) throws(StorageError) -> JSONValue {
        let root = desk.authority.root
        let workloads = configuration.mesh.workloads.filter(\.hasProxy)
        var missing = Dictionary(workloads.map { ($0.principal.description, 1) }, uniquingKeysWith: +)
        var certificates: [JSONValue] = []
        // As many as there are workloads of an identity: newest first, so these are the ones in use.
        for certificate in try desk.issued(limit: maximumCertificates) {
            let isCurrent = missing[certificate.identity, default: 0] > 0
            if isCurrent { missing[certificate.identity, default: 0] -= 1 }
            certificates.append([
                "identity": .string(certificate.identity), "serial": .string(certificate.serial),
                "issued": .string(certificate.issued.rfc3339), "expires": .string(certificate.expires.rfc3339),
                "current": .bool(isCurrent),
            ])
        }
        return [
            "root": [
                "subject": .string(root.subject), "serial": .string(root.serial),
                "issued": .string(root.notBefore.rfc3339), "expires": .string(root.notAfter.rfc3339),
            ],
            "certificates": .array(certificates),
            "workloads": .array(configuration.mesh.workloads.map { policy(of: $0, in: configuration.mesh) }),
        ]
    }

    /// What one workload wants of its callers.
    static func policy(of workload: MeshWorkload, in mesh: MeshConfiguration) -> JSONValue {
        // No policy names port 0: this is the mode of every port that none names.
        let general = mesh.mutualTLS(of: workload, port: 0)
        var exceptions: JSONObject = [:]
        for port in Set(workload.entry.ports.values).sorted() {
            let mode = mesh.mutualTLSMode(of: workload, port: port)
            if mode != general.mode { exceptions["\(port)"] = .string(mode.rawValue) }
        }
        var entry: JSONObject = [
            "namespace": .string(workload.namespace), "name": .string(workload.name),
            "identity": .string(workload.principal.description), "mode": .string(general.mode.rawValue),
            "proxy": .bool(workload.hasProxy),
        ]
        entry["policy"] = general.policy.map { .string("\($0.namespace)/\($0.name)") }
        let authorization = mesh.authorizationPolicies(of: workload).map { item -> JSONValue in
            [
                "policy": .string("\(item.namespace)/\(item.key.name)"), "action": .string(item.spec.action.name),
                "tried": .bool(AuthorizationPolicy.isDryRun(item.object.metadata.annotations) ?? false),
            ]
        }
        if !authorization.isEmpty { entry["authorization"] = .array(authorization) }
        if !exceptions.isEmpty { entry["ports"] = .object(exceptions) }
        return .object(entry)
    }
}
