/// What the mesh's configuration says there is, whether it has traffic or not.
///
/// An input of the graph: whoever reads a control plane or a file fills it in. Without one the graph knows what telemetry
/// tells, and calls nobody dead.
package struct MeshInventory: Hashable, Sendable {
    package struct Workload: Hashable, Sendable {
        package var identity: WorkloadIdentity
        /// Instances that run; nothing when nobody counted them.
        package var pods: Int?
        /// Whether a proxy stands beside it; nothing when nobody looked.
        package var hasProxy: Bool?
        /// Its labels, by which gateways and waypoints are known.
        package var labels: [String: String]

        package init(
            _ identity: WorkloadIdentity, pods: Int? = nil, hasProxy: Bool? = nil, labels: [String: String] = [:]
        ) {
            self.identity = identity
            self.pods = pods
            self.hasProxy = hasProxy
            self.labels = labels
        }
    }

    /// Hosts outside the mesh that are known by name.
    package struct ServiceEntry: Hashable, Sendable {
        package var namespace: String
        package var name: String
        /// `bank.example`, `*.bank.example`.
        package var hosts: [String]
        /// Namespaces that see it; empty or `*` for all, `.` for its own.
        package var exportTo: [String]

        package init(namespace: String, name: String, hosts: [String], exportTo: [String] = []) {
            self.namespace = namespace
            self.name = name
            self.hosts = hosts
            self.exportTo = exportTo
        }
    }

    /// An Istio Gateway: which workloads let traffic in or out, whatever they are labelled.
    package struct Gateway: Hashable, Sendable {
        package var namespace: String
        package var name: String
        /// Labels of the workloads, of any namespace; empty selects none.
        package var selector: [String: String]
        /// Of all its servers: `shop.example`, `*`, `shop/*.example`.
        package var hosts: [String]

        package init(namespace: String, name: String, selector: [String: String], hosts: [String] = []) {
            self.namespace = namespace
            self.name = name
            self.selector = selector
            self.hosts = hosts
        }
    }

    package var workloads: [Workload]
    package var services: [ServiceName]
    package var serviceEntries: [ServiceEntry]
    package var gateways: [Gateway]
    /// Whether ``workloads`` and ``services`` are all there are. Only then is what is not in them dead.
    package var isComplete: Bool

    package init(
        workloads: [Workload] = [], services: [ServiceName] = [], serviceEntries: [ServiceEntry] = [],
        gateways: [Gateway] = [], isComplete: Bool = false
    ) {
        self.workloads = workloads
        self.services = services
        self.serviceEntries = serviceEntries
        self.gateways = gateways
        self.isComplete = isComplete
    }

    /// Nothing is known.
    package static let none = MeshInventory()

    /// The service entry that a host belongs to as `namespace` sees it: an exact name before a wildcard, then the first
    /// by namespace and name.
    package func serviceEntry(of host: String, seenFrom namespace: String) -> ServiceEntry? {
        let visible = serviceEntries.filter { $0.isVisible(from: namespace) }
            .sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        return visible.first { $0.hosts.contains(host) }
            ?? visible.first { $0.hosts.contains { Self.matches(host, $0) } }
    }

    private static func matches(_ host: String, _ pattern: String) -> Bool {
        pattern.hasPrefix("*.") && host.hasSuffix(pattern.dropFirst()) && host.utf8.count >= pattern.utf8.count
    }
}

extension MeshInventory {
    /// Whether traffic comes into the mesh through a workload: its labels say so, or a Gateway selects it.
    package func isIngressGateway(_ workload: Workload) -> Bool {
        if workload.isIngressGateway { return true }
        guard !workload.isEgressGateway, !workload.isWaypoint else { return false }
        return gateways.contains { $0.selects(workload) && !isEgress($0) }
    }

    /// Whether traffic leaves the mesh through a workload.
    package func isEgressGateway(_ workload: Workload) -> Bool {
        if workload.isEgressGateway { return true }
        guard !workload.isIngressGateway, !workload.isWaypoint else { return false }
        return gateways.contains { $0.selects(workload) && isEgress($0) }
    }

    /// A Gateway on the way out serves hosts outside the mesh and no others; nothing else tells it apart.
    private func isEgress(_ gateway: Gateway) -> Bool {
        !gateway.hosts.isEmpty
            && gateway.hosts.allSatisfy { host in
                let name = String(host.split(separator: "/").last ?? "")
                return serviceEntries.contains { $0.hosts.contains(name) }
            }
    }
}

extension MeshInventory.Gateway {
    fileprivate func selects(_ workload: MeshInventory.Workload) -> Bool {
        !selector.isEmpty && selector.allSatisfy { workload.labels[$0.key] == $0.value }
    }
}

extension MeshInventory.ServiceEntry {
    fileprivate func isVisible(from namespace: String) -> Bool {
        if exportTo.isEmpty || exportTo.contains("*") || exportTo.contains(namespace) { return true }
        return exportTo.contains(".") && namespace == self.namespace
    }
}

extension MeshInventory.Workload {
    /// Istio's ingress gateways are labelled `istio: ingressgateway`; those of the Gateway API by their class.
    package var isIngressGateway: Bool {
        labels["istio"] == "ingressgateway" || labels["operator.istio.io/component"] == "IngressGateways"
            || labels["gateway.networking.k8s.io/gateway-class-name"] == "istio"
    }

    package var isEgressGateway: Bool {
        labels["istio"] == "egressgateway" || labels["operator.istio.io/component"] == "EgressGateways"
    }

    package var isWaypoint: Bool {
        labels["gateway.networking.k8s.io/gateway-class-name"] == "istio-waypoint"
            || labels["gateway.istio.io/managed"] == "istio.io-mesh-controller"
    }
}
