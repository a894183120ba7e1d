import MeshConfig
import MeshModel
import Testing
import YAMLWire

@Suite struct ConnectionConfigTests {
    private func mesh(_ yaml: String) throws -> MeshConfiguration {
        MeshConfiguration(try YAMLParser.parse(Array(yaml.utf8), file: "test.yaml").map { try ConfigObject($0.value) })
    }

    private func service(_ port: String, name: String = "db", created: String = "2026-01-01T00:00:00Z") -> String {
        """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: \(name), namespace: shop, creationTimestamp: "\(created)"}
        spec: {selector: {app: \(name)}, ports: [{\(port)}]}

        """
    }

    private func workload(_ ports: String, name: String = "db") -> String {
        """
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: \(name)-v1, namespace: shop, labels: {app: \(name)}}
        spec: {address: 127.0.1.5, ports: {\(ports)}}

        """
    }

    @Test(arguments: [
        ("port: 1", PortProtocol.http), ("name: http, port: 1", .http), ("name: web, port: 1", .http),
        ("name: tcp, port: 1", .tcp), ("name: tcp-anything, port: 1", .tcp), ("name: mysql, port: 1", .tcp),
        ("name: redis-main, port: 1", .tcp), ("name: mongo, port: 1", .tcp), ("name: postgres, port: 1", .tcp),
        ("name: tls-db, port: 1", .tls), ("name: https, port: 1", .tls),
        ("port: 1, appProtocol: tcp", .tcp), ("port: 1, appProtocol: Postgres", .tcp),
        // What the application says counts before the name.
        ("name: tcp-x, port: 1, appProtocol: http", .http), ("name: http, port: 1, appProtocol: redis", .tcp),
        // Numbers that Istio knows, where nothing else is said.
        ("port: 3306", .tcp), ("name: db, port: 27017", .tcp), ("name: http-db, port: 3306", .http),
        ("name: tcpx, port: 1", .http),
    ])
    func `a port's protocol is selected as Istio does`(port: String, expected: PortProtocol) throws {
        #expect(try mesh(service(port)).services.first?.ports.first?.protocol == expected)
    }

    @Test(arguments: [
        ("name: tcp", PortProtocol.tcp), ("name: a, protocol: tcp", .tcp), ("name: a, protocol: HTTPS", .tls),
        ("name: tcp, protocol: HTTP", .http), ("name: a", .http), ("name: a, protocol: MySQL", .tcp),
    ])
    func `so is that of a ServiceEntry`(port: String, expected: PortProtocol) throws {
        let mesh = try mesh(
            """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: x, namespace: shop}
            spec: {hosts: [db.example], resolution: STATIC, ports: [{number: 5, \(port)}], endpoints: [{address: 10.0.0.1}]}
            """)

        #expect(mesh.services.first?.ports.first?.protocol == expected)
    }

    @Test func `a workload's port speaks what its services say, or its own name`() throws {
        let mesh = try mesh(
            service("name: redis, port: 6379, targetPort: 7000") + workload("tcp-gossip: 7001, http: 7002, other: 7003")
        )
        let workload = try #require(mesh.workloads.first)

        #expect(mesh.protocol(of: workload, port: 7000) == .tcp)
        #expect(mesh.protocol(of: workload, port: 7001) == .tcp)
        #expect(mesh.protocol(of: workload, port: 7002) == .http)
        #expect(mesh.protocol(of: workload, port: 7003) == .http)
        // Services that disagree.
        let both = try self.mesh(
            service("name: http, port: 80, targetPort: 7000")
                + service("name: redis, port: 6379, targetPort: 7000", name: "twin").replacing("app: twin", "app: db")
                + self.workload("x: 7000"))
        #expect(both.protocol(of: try #require(both.workloads.first), port: 7000) == .tcp)
    }

    @Test func `at one TCP port number the oldest service is reached, and the others are told`() throws {
        let mesh = try mesh(
            service("name: redis, port: 6379", name: "a", created: "2026-01-02T00:00:00Z")
                + workload("x: 6379", name: "a")
                + service("name: redis, port: 6379", name: "b", created: "2026-01-01T00:00:00Z")
                + service("name: http, port: 6379", name: "c", created: "2025-01-01T00:00:00Z"))

        #expect(mesh.connectionService(port: 6379)?.name == "b")
        #expect(mesh.connectionService(port: 80) == nil)
        #expect(
            mesh.problems.filter { $0.object?.name == "a" }.map(\.description) == [
                "Service shop/a: spec.ports[0]: TCP port 6379 belongs to b.shop.svc.cluster.local, which is older, and a "
                    + "connection names no host; nobody reaches a.shop.svc.cluster.local there. Use another number"
            ])
        #expect(!mesh.problems.contains { $0.object?.name == "c" && $0.message.contains("TCP") })
    }

    @Test func `routes of connections are read, and their destinations checked`() throws {
        let mesh = try mesh(
            service("name: tcp, port: 5432") + workload("x: 5432")
                + """
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: db, namespace: shop}
                spec:
                  hosts: [db, "*.db.example"]
                  gateways: [edge]
                  tls:
                  - match: [{sniHosts: [A.db.example, "*.x.db.example"], port: 443}]
                    route: [{destination: {host: nowhere}}]
                  tcp:
                  - match: [{port: 5432, sourceLabels: {app: web}, sourceNamespace: shop}]
                    route:
                    - {destination: {host: db, subset: v1}, weight: 90}
                    - {destination: {host: db}, weight: 10}
                """)
        let spec = try #require(mesh.virtualServices.first).spec

        #expect(spec.http.isEmpty)
        #expect(
            spec.tls.first?.match == [.init(sniHosts: ["a.db.example", "*.x.db.example"], port: 443)])
        #expect(
            spec.tcp.first?.match == [.init(port: 5432, sourceLabels: ["app": "web"], sourceNamespace: "shop")])
        #expect(spec.tcp.first?.destinations.map(\.weight) == [90, 10])
        let messages = mesh.problems.filter { $0.object?.kind == .virtualService }.map(\.description)
        #expect(messages.contains { $0.contains("spec.tls[0].route[0].destination.host: no Service") })
        #expect(messages.contains { $0.contains("spec.tcp[0].route[0].destination.subset: there is no subset \"v1\"") })
    }
}

extension String {
    fileprivate func replacing(_ part: String, _ other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
