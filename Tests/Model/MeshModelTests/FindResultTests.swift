import MeshModel
import Quantities
import Testing

@Suite("Finding and hiding")
struct FindResultTests {
    @Test(arguments: [
        // A hidden node takes its edges along; its neighbours stay, even without edges.
        ("app = web", "e2 e3 e4 e8 web"), ("node = external", "bank e6"), ("app = gateway", "e1 e2 e7 gw"),
        ("name = db", "db e5"), ("healthy", "bank e1 e2 e3 e5 e6 e7 gw pay1"), ("idle", "cart e7 lone"),
        // Hidden edges take the nodes along that are left without any, idle ones but for.
        ("protocol = tcp", "db e5"), ("rt > 1000", "e4"), ("http > 0", "bank e1 e2 e6 e8 unknown"),
        ("!traffic", "e7"), ("protocol = grpc", "e3 e4"),
        // Then the edges of those nodes: there are none left that were not hidden already.
        ("http >= 0", "bank e1 e2 e6 e7 e8 gw unknown"),
        ("rate >= 0", "bank db e1 e2 e3 e4 e5 e6 e7 e8 gw pay1 pay2 unknown web"),
        ("mtls or app = web", "e2 e3 e4 e8 web"),
        ("name = nobody", ""),
    ])
    func `what is hidden takes along what hangs on it`(text: String, hidden: String) throws {
        let result = FindResult(FindFixture.snapshot, hide: try FindExpression(text))

        #expect(FindFixture.names(result.hiddenNodes, result.hiddenEdges) == FindFixture.sorted(hidden))
        #expect(result.hiddenCount == hidden.split(separator: " ").count)
        #expect(result.foundCount == 0)
    }

    @Test func `hiding goes before finding`() throws {
        let result = FindResult(
            FindFixture.snapshot, find: try FindExpression("app contains pay or grpc > 0"),
            hide: try FindExpression("version = v2"))

        #expect(FindFixture.names(result.foundNodes, result.foundEdges) == "e3 pay1")
        #expect(FindFixture.names(result.hiddenNodes, result.hiddenEdges) == "e4 e6 pay2")
        #expect(result.foundCount == 2)
    }

    @Test func `the graph without what is hidden keeps the rest as it was`() throws {
        let result = FindResult(FindFixture.snapshot, hide: try FindExpression("app = web"))

        let rest = FindFixture.snapshot.hiding(result)

        #expect(rest.nodes.map(\.id.text) == ["unknown", "gw", "pay1", "pay2", "db", "bank", "cart", "lone"])
        #expect(Set(rest.edges.map(\.id)) == Set(["e1", "e5", "e6", "e7"].map { FindFixture.edgeID($0) }))
        #expect(rest.splits == FindFixture.snapshot.splits)
    }

    @Test func `without an expression nothing is found or hidden`() {
        let result = FindResult(FindFixture.snapshot)

        #expect(result.foundCount == 0 && result.hiddenCount == 0 && result.unknownFacts.isEmpty)
    }

    @Test(arguments: [
        ("circuitbreaker", ["circuitbreaker 9 0"]),
        ("!circuitbreaker", ["circuitbreaker 9 0"]),
        // The other half decides for eight of them.
        ("circuitbreaker and app = web", ["circuitbreaker 1 0"]),
        ("app = web and circuitbreaker", ["circuitbreaker 1 0"]),
        ("app = web or circuitbreaker", ["circuitbreaker 8 0"]),
        ("label:region = east or cluster = x", ["cluster 9 0", "label:region 9 0"]),
        ("mtls", ["mtls 0 4"]), ("p99 > 6000", ["p99 1 1"]), ("p99 > 300", []),
        ("ts", ["trafficshifting 7 0"]), ("destprincipal = x", ["destprincipal 0 8"]),
        // Health of what gets no requests is nobody's secret.
        ("healthy", []), ("! healthy", []), ("http = NaN", []), ("app = nobody", []),
    ])
    func `what nobody told is named, with how much it left open`(text: String, unknown: [String]) throws {
        let result = FindResult(FindFixture.snapshot, find: try FindExpression(text))

        #expect(result.unknownFacts.map { "\($0.name) \($0.nodes) \($0.edges)" } == unknown)
    }

    @Test func `a fact that hiding and finding both miss is counted once`() throws {
        let expression = try FindExpression("circuitbreaker")

        let result = FindResult(FindFixture.snapshot, find: expression, hide: expression)

        #expect(result.unknownFacts == [UnknownFact(name: "circuitbreaker", nodes: 9, edges: 0)])
    }

    @Test func `facts that were told are not reported`() throws {
        let expression = try FindExpression("circuitbreaker or label:region")

        let result = FindResult(FindFixture.snapshot, find: expression, facts: FindFixture.facts)

        #expect(result.unknownFacts.map(\.name) == ["label:region"])
        #expect(result.unknownFacts.first?.nodes == 6)
    }

    @Test(arguments: [
        ("dead", "a"), ("om", "a"), ("se", "b"), ("inaccessible", "b"), ("outside", "b"), ("cluster = east", "a"),
        ("op = GET /", "b"), ("name = GET /", "b"), ("sourceprincipal = x", "a-b"), ("destprincipal = y", "a-b"),
        ("destprincipal = x", ""),
    ])
    func `what the snapshot itself tells is found`(text: String, found: String) throws {
        var edge = FindFixture.edge("a", "b", .http, FindFixture.traffic(1))
        edge.sourcePrincipals = ["x"]
        edge.targetPrincipals = ["y"]
        let nodes = [
            MeshNode(
                id: FindFixture.id("a"), kind: .app, namespace: "n", app: "a", cluster: "east",
                marks: [.dead, .outOfMesh]),
            MeshNode(
                id: FindFixture.id("b"), kind: .operation, namespace: "n", app: "b", operation: "GET /",
                marks: [.serviceEntry, .inaccessible, .outside]),
        ]
        let snapshot = MeshSnapshot(
            time: WallTime(nanosecondsSinceEpoch: 0), window: .seconds(1), nodes: nodes, edges: [edge])

        let result = FindResult(snapshot, find: try FindExpression(text))

        #expect((result.foundNodes.map(\.text) + result.foundEdges.map { _ in "a-b" }).joined(separator: " ") == found)
    }

    @Test func `a box that hiding leaves with one node is gone`() throws {
        var snapshot = FindFixture.snapshot
        snapshot.boxes = [
            MeshBox(
                id: "box/namespace/payments", kind: .namespace, cluster: "c", namespace: "payments",
                members: ["db", "pay1", "pay2"].map(FindFixture.id))
        ]
        func members(hiding text: String) throws -> [[String]] {
            let result = FindResult(snapshot, hide: try FindExpression(text))
            return snapshot.hiding(result).boxes.map { $0.members.map(\.text) }
        }

        #expect(try members(hiding: "version = v1") == [["db", "pay2"]])
        #expect(try members(hiding: "app = payment-service") == [])
    }

    @Test func `a call to itself makes nobody a source and shares in the whole`() throws {
        let loop = FindFixture.edge("a", "a", .http, FindFixture.traffic(3, errors: 0))
        let out = FindFixture.edge("a", "b", .http, FindFixture.traffic(1, errors: 0))
        let nodes = ["a", "b"].map { MeshNode(id: FindFixture.id($0), kind: .app, namespace: "n", app: $0) }
        let snapshot = MeshSnapshot(
            time: WallTime(nanosecondsSinceEpoch: 0), window: .seconds(1), nodes: nodes, edges: [loop, out])

        func found(_ text: String) throws -> FindResult { FindResult(snapshot, find: try FindExpression(text)) }

        #expect(try found("trafficsource").foundNodes == [FindFixture.id("a")])
        #expect(try found("%httptraffic = 75").foundEdges == [loop.id])
        #expect(try found("httpin = 3").foundNodes == [FindFixture.id("a")])
    }
}
