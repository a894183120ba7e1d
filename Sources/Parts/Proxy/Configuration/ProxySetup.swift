import Discovery
import MeshModel

/// Where a proxy's configuration comes from and who it is, once the command line and its files have been read.
struct ProxySetup: Sendable {
    /// The control plane to ask.
    struct ControlPlane: Sendable {
        /// Tried in turn.
        var addresses: [NetworkAddress]
        /// TLS with the workload's certificate; plain otherwise (a bootstrap's own choice).
        var isSecure: Bool
        /// The SPIFFE URI that the control plane's certificate must carry.
        var acceptedURIs: [String]
        /// How long an answer may be held (`Prefer: wait`).
        var wait: Duration
        /// The pause after an answer that came at once without news.
        var refreshDelay: Duration
        var discoversListeners: Bool
        var discoversClusters: Bool
    }

    /// How the first certificate is earned and where all are kept.
    struct Identity: Sendable {
        var uri: String
        var rootCertificateFile: String
        var tokenFile: String?
    }

    var node: Node
    var local: WorkloadLabels
    /// Loopback; `nil` for none.
    var admin: NetworkAddress?
    var readiness: NetworkAddress?
    var metrics: NetworkAddress?
    /// What listeners given as `0.0.0.0` bind to.
    var ownAddress: String?
    var bootstrap: ResourceSet
    var controlPlane: ControlPlane?
    var identity: Identity?
    var stateDirectory: String?

    /// A place in the mesh: everything comes from the control plane.
    init(mesh: ProxyOptions.Mesh) throws(ProxyError) {
        let workload = mesh.workload
        node = Node(
            id: mesh.node.description, cluster: "\(workload.app).\(workload.namespace)",
            metadata: NodeMetadata(
                name: mesh.node.name, namespace: mesh.node.namespace, workloadName: workload.workload,
                labels: mesh.labels, serviceAccount: mesh.serviceAccount, appAddress: mesh.applicationAddress,
                clusterID: workload.cluster))
        node.metadata.isIntercepted = mesh.isIntercepted
        local = WorkloadLabels(workload)
        ownAddress = mesh.node.ip
        admin = NetworkAddress(ip: mesh.node.ip, port: 15000)
        readiness = NetworkAddress(ip: mesh.node.ip, port: 15021)
        metrics = NetworkAddress(ip: mesh.node.ip, port: 15090)
        bootstrap = ResourceSet()
        controlPlane = ControlPlane(
            addresses: [try Self.address(mesh.control, option: "--control")], isSecure: true,
            acceptedURIs: ["spiffe://\(mesh.trustDomain)/ns/istio-system/sa/istiod"], wait: .seconds(30),
            refreshDelay: .milliseconds(100), discoversListeners: true, discoversClusters: true)
        identity = Identity(
            uri: mesh.identity.description, rootCertificateFile: mesh.rootCertificateFile, tokenFile: mesh.tokenFile)
        stateDirectory = mesh.stateDirectory
    }

    /// A bootstrap: static resources, and a control plane only when it names one.
    init(bootstrap file: Bootstrap) throws(ProxyError) {
        node = file.node ?? Node(id: "meshtop-proxy")
        let name = node.metadata.workloadName ?? node.metadata.name ?? (node.cluster.isEmpty ? node.id : node.cluster)
        let labels = node.metadata.labels
        local = WorkloadLabels(
            workload: name, namespace: node.metadata.namespace ?? WorkloadLabels.unknownText,
            app: labels["service.istio.io/canonical-name"] ?? labels["app"] ?? name,
            version: labels["service.istio.io/canonical-revision"] ?? labels["version"] ?? "latest",
            cluster: node.metadata.clusterID ?? WorkloadLabels.unknownText)
        admin = file.admin
        bootstrap = ResourceSet()
        bootstrap.replace(listeners: file.staticResources.listeners)
        bootstrap.replace(clusters: file.staticResources.clusters)
        bootstrap.secrets = file.staticResources.secrets
        guard let dynamic = file.dynamicResources, let source = dynamic.listeners ?? dynamic.clusters else { return }
        for cluster in file.staticResources.clusters where source.clusterNames.contains(cluster.name) {
            guard cluster.tls == nil else {
                throw .configuration(
                    "static_resources.clusters \"\(cluster.name)\": transport_socket is not supported towards a control "
                        + "plane; use --control for one with TLS")
            }
        }
        let addresses = file.staticResources.clusters.filter { source.clusterNames.contains($0.name) }
            .flatMap { cluster -> [NetworkAddress] in
                if case .inline(let assignment) = cluster.endpoints { return assignment.endpoints.map(\.address) }
                return []
            }
        guard !addresses.isEmpty else {
            throw .configuration(
                "dynamic_resources: cluster \"\(source.clusterNames.joined(separator: ", "))\" has no endpoints")
        }
        controlPlane = ControlPlane(
            addresses: addresses, isSecure: false, acceptedURIs: [], wait: .seconds(30),
            refreshDelay: source.refreshDelay, discoversListeners: dynamic.listeners != nil,
            discoversClusters: dynamic.clusters != nil)
    }

    private static func address(_ text: String, option: String) throws(ProxyError) -> NetworkAddress {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0,
            colon > text.startIndex
        else { throw .usage("\(option) \(text): expected ADDRESS:PORT") }
        let host = text[..<colon]
        let ip = host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host
        return NetworkAddress(ip: ip == "localhost" ? "127.0.0.1" : String(ip), port: port)
    }
}
