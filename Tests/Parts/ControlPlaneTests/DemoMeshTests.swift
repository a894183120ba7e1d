import ControlPlane
import Discovery
import JSONWire
import MeshConfig
import MeshModel
import Testing

@Suite struct `The demo mesh` {
    /// The folder beside the sources that `meshtop demo` starts with.
    private static let folder: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(4)
        return (parts + ["demo", "mesh"]).joined(separator: "/")
    }()

    @Test func `is applied without a complaint`() throws {
        let bench = try Bench(isEmpty: true)
        let sync = DirectorySync(bench.configuration) { bench.clock.now }

        let report = sync.sync(try ConfigurationDirectory(path: Self.folder).read().files)

        #expect(report.errors == [])
        #expect(report.notices == [])
        #expect(bench.configuration.problems.map(\.description) == [])
        #expect(bench.configuration.mesh.workloads.count >= 11)
        #expect(bench.configuration.mesh.splits.map(\.service.name) == ["payment-service"])
    }

    @Test func `tells every proxy the same thing twice`() throws {
        let bench = try Bench(isEmpty: true)
        let sync = DirectorySync(bench.configuration) { bench.clock.now }
        _ = sync.sync(try ConfigurationDirectory(path: Self.folder).read().files)
        let mesh = bench.configuration.mesh

        for workload in mesh.workloads {
            let kind: NodeIdentifier.Kind = workload.isGateway ? .router : .sidecar
            let identifier = NodeIdentifier(
                kind: kind, ip: workload.entry.address, name: workload.name, namespace: workload.namespace,
                domain: "\(workload.namespace).svc.cluster.local")
            let node = Node(id: identifier.description)

            let resources = discoveryResources(for: node, in: mesh)

            #expect(!resources.listeners.isEmpty, "\(workload.name)")
            #expect(!resources.clusters.isEmpty, "\(workload.name)")
            #expect(resources == discoveryResources(for: node, in: mesh))
        }
    }
}
