import Discovery
import JSONWire
import MeshConfig
import Testing

@testable import ControlPlane

/// Where requests go by where their callers run.
@Suite("Localities for proxies") struct LocalityTests {
    private func mesh(_ caller: String, _ policy: String) throws -> MeshConfiguration {
        let places = ["r1/z1/s1", "r1/z1/s2", "r1/z2", "r2/z1", "r3/z1"]
        let workloads = places.enumerated().map { index, place in
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: w\(index), namespace: shop}
            spec: {address: 10.0.0.\(index + 1), locality: \(place), labels: {app: data}}

            """
        }
        return try ControlPlaneTests.mesh(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: data, namespace: shop}
            spec: {selector: {app: data}, ports: [{name: http, port: 80}]}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata: {name: web, namespace: shop}
            spec: {address: 10.0.1.1, locality: "\(caller)"}
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: data, namespace: shop}
            spec: {host: data, trafficPolicy: \(policy)}

            """ + workloads.joined())
    }

    private func told(_ caller: String, _ policy: String) throws -> (cluster: Cluster, endpoints: [Endpoint]) {
        let resources = discoveryResources(
            for: node("web", "shop", ip: "10.0.1.1"), in: try mesh(caller, policy))
        let name = "outbound|80||data.shop.svc.cluster.local"
        return (
            try #require(resources.clusters.first { $0.name == name }),
            try #require(resources.endpoints.first { $0.clusterName == name }).endpoints
        )
    }

    @Test(
        arguments: [
            ("r1/z1/s1", "{outlierDetection: {}}", [0, 1, 2, 3, 3]),
            ("r1/z1", "{outlierDetection: {}}", [1, 1, 2, 3, 3].map { $0 - 1 }),
            ("r9", "{outlierDetection: {}}", [0, 0, 0, 0, 0]),
            ("r2/z1", "{outlierDetection: {}}", [1, 1, 1, 0, 1]),
            ("", "{outlierDetection: {}}", [0, 0, 0, 0, 0]),
            ("r1/z1/s1", "{loadBalancer: {simple: RANDOM}}", [0, 0, 0, 0, 0]),
            (
                "r1/z1/s1", "{outlierDetection: {}, loadBalancer: {localityLbSetting: {enabled: false}}}",
                [0, 0, 0, 0, 0]
            ),
            (
                "r1/z1/s1",
                "{outlierDetection: {}, loadBalancer: {localityLbSetting: {failover: [{from: r1, to: r3}]}}}",
                [0, 1, 2, 4, 3]
            ),
        ] as [(String, String, [Int])])
    func `the nearer come first where endpoints are judged`(caller: String, policy: String, priorities: [Int]) throws {
        let (cluster, endpoints) = try told(caller, policy)

        #expect(endpoints.map(\.priority) == priorities)
        #expect(endpoints.map(\.localityWeight) == [nil, nil, nil, nil, nil])
        #expect(endpoints.first?.locality == Locality(region: "r1", zone: "z1", subZone: "s1"))
        #expect(!cluster.weighsLocalities)
        // Envoy and our proxy refuse numbers that leave one out.
        #expect(throws: Never.self) {
            try ClusterLoadAssignment(json: ClusterLoadAssignment(clusterName: "c", endpoints: endpoints).json)
        }
    }

    @Test func `a distribution gives each place its percents`() throws {
        let setting =
            #"{loadBalancer: {localityLbSetting: {distribute: [{from: r1/*, to: {"r1/z1/*": 80, "r1/z2/*": 15, r2: 5}}]}}}"#
        let (cluster, endpoints) = try told("r1/z1/s1", setting)
        let (other, rest) = try told("r2/z1", setting)

        #expect(cluster.weighsLocalities)
        #expect(endpoints.map(\.address.ip) == ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"])
        #expect(endpoints.map(\.localityWeight) == [4000, 4000, 1500, 500])
        #expect(endpoints.allSatisfy { $0.priority == 0 })
        // Callers of other places are not concerned.
        #expect(!other.weighsLocalities && rest.count == 5)
    }

    @Test(arguments: [
        ("{distribute: [{from: a, to: {b: 50}}]}", "add up to 100"),
        ("{failover: [{from: a, to: a}]}", "over to itself"), ("{failover: [{from: a/b, to: c}]}", "without zones"),
        ("{distribute: [], failover: []}", "exclude each other"), ("{failoverPriority: [x]}", "not supported"),
    ])
    func `settings that make no sense are refused`(setting: String, reason: String) {
        let error = #expect(throws: SchemaError.self) {
            try mesh("r1", "{loadBalancer: {localityLbSetting: \(setting)}}")
        }

        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
}
