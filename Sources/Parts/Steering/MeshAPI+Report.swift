import JSONWire
package import MeshModel
package import Quantities

extension MeshAPI {
    /// What the control plane says of itself now. What it does not serve – istiod knows no `/debug/security` – is left
    /// out; only when it says nothing at all this fails.
    ///
    /// - Parameters:
    ///   - address: what people call it.
    ///   - now: the time of the question.
    package func report(address: String, at now: WallTime) throws(SteeringError) -> ControlPlaneReport {
        var report = ControlPlaneReport(address: address)
        report.proxies = (try get("/debug/syncz").array ?? []).map(ProxyReport.init).sorted { $0.name < $1.name }
        report.answered = now
        report.version = (try? get("/version"))?["gitVersion"]?.string
        report.revision = (try? get("/debug/revision"))?["revision"]?.int
        if let security = try? get("/debug/security") {
            report.certificates = CertificateReport.list(security)
            report.policies = (security["workloads"]?.array ?? []).compactMap(PolicyReport.init)
                .sorted { ($0.namespace, $0.workload) < ($1.namespace, $1.workload) }
        }
        return report
    }
}

extension ProxyReport {
    /// An entry of `/debug/syncz`. What is only meshtop's is absent from istiod's.
    fileprivate init(_ entry: JSONValue) {
        let name = entry["proxy"]?.string ?? entry["proxy_id"]?.string ?? "?"
        let status = ["cluster", "listener", "route", "endpoint"].compactMap { entry["\($0)_status"]?.string }
        let sync: Sync = status.contains("STALE") ? .stale : status.contains("SYNCED") ? .synced : .notSent
        let standing = entry["refusal"]?.string
        var refusal: Refusal?
        if let last = entry["last_refusal"], let text = last["message"]?.string {
            refusal = Refusal(text: text, ago: last["seconds_ago"]?.duration, isStanding: standing != nil)
        } else if let standing {
            refusal = Refusal(text: standing, ago: nil, isStanding: true)
        }
        self.init(
            name: name,
            namespace: entry["namespace"]?.string ?? name.split(separator: ".").dropFirst().last.map(String.init) ?? "",
            address: entry["address"]?.string ?? "",
            // istiod lists those that are connected and says no more.
            isConnected: entry["connected"]?.bool ?? true, sync: sync, revision: entry["revision_in_force"]?.int,
            connectedFor: entry["connected_seconds"]?.duration, refusal: refusal)
    }
}

extension CertificateReport {
    fileprivate static func list(_ security: JSONValue) -> [CertificateReport] {
        var list = (security["certificates"]?.array ?? []).compactMap { entry in
            CertificateReport(
                entry, name: "identity", entry["current"]?.bool ?? true ? Standing.current : Standing.replaced)
        }
        if let root = security["root"].flatMap({ CertificateReport($0, name: "subject", .root) }) { list.append(root) }
        return list.sorted { ($0.expires, $0.identity, $0.serial) < ($1.expires, $1.identity, $1.serial) }
    }

    private init?(_ entry: JSONValue, name: String, _ standing: Standing) {
        guard let identity = entry[name]?.string, let serial = entry["serial"]?.string,
            let issued = entry["issued"]?.string.flatMap({ WallTime(rfc3339: $0) }),
            let expires = entry["expires"]?.string.flatMap({ WallTime(rfc3339: $0) })
        else { return nil }
        self.init(identity: identity, serial: serial, issued: issued, expires: expires, standing: standing)
    }
}

extension PolicyReport {
    fileprivate init?(_ entry: JSONValue) {
        guard let namespace = entry["namespace"]?.string, let name = entry["name"]?.string,
            let mode = entry["mode"]?.string
        else { return nil }
        let ports = (entry["ports"]?.object ?? [:]).map { "\($0.key) \($0.value.string ?? "?")" }.sorted()
        self.init(
            namespace: namespace, workload: name, mode: mode, policy: entry["policy"]?.string, exceptions: ports,
            hasProxy: entry["proxy"]?.bool ?? true, identity: entry["identity"]?.string ?? "")
        authorization = (entry["authorization"]?.array ?? []).compactMap { policy in
            guard let name = policy["policy"]?.string, let action = policy["action"]?.string else { return nil }
            return "\(action) \(name)" + (policy["tried"]?.bool == true ? " (dry run)" : "")
        }
    }
}

extension JSONValue {
    /// Seconds; nothing when they are none, or more than a thousand years.
    fileprivate var duration: Duration? {
        double.flatMap { $0.isFinite && abs($0) < 3e10 ? .seconds($0) : nil }
    }
}
