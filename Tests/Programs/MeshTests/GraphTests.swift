import JSONWire
import Testing

extension EndToEnd {
    @Suite("Graph")
    struct GraphTests {
        /// Who calls whom in the shop, by application.
        private static let edges: Set<[String]> = [
            ["ingress-gateway", "web"], ["web", "catalog-service"], ["web", "recommendation-service"],
            ["web", "order-service"], ["recommendation-service", "catalog-service"],
            ["catalog-service", "inventory-service"], ["order-service", "inventory-service"],
            ["order-service", "payment-service"], ["order-service", "notification-service"],
            // Copies of the questions to the recommendations, and the database behind the stock.
            ["web", "picks-lab"], ["inventory-service", "stock-db"],
            // A ServiceEntry's name, for the host bank.example.
            ["payment-service", "bank"],
        ]

        /// Half a minute of the mesh: what the command saw of it, and the shop's own counts before and after.
        private struct HalfMinute {
            var graph: CommandResult
            var before: ShopReport
            var after: ShopReport

            static let watched = Result {
                let mesh = try RunningMesh.running()
                let before = try mesh.shopReport()
                let graph = try mesh.meshtop(["graph", "--once", "--window", "30s", "-o", "json"])
                return HalfMinute(graph: graph, before: before, after: try mesh.shopReport())
            }

            /// Calls that the shop counted itself.
            func calls(from source: String, to target: String) -> Int {
                if source == "ingress-gateway" { return after.shoppers - before.shoppers }
                return after.calls(from: source, to: target) - before.calls(from: source, to: target)
            }
        }

        @Test func `every edge of the shop is there, no other, at the rate the shop counted`() throws {
            let watched = try HalfMinute.watched.get()

            try #require(watched.graph.status == 0, "\(watched.graph.errors)")
            let graph = try JSONValue(parsing: watched.graph.output)
            #expect(graph["schema"]?.string == "meshtop/graph/v1")
            let rates = Self.rates(of: graph)
            #expect(Set(rates.keys) == Self.edges)

            let seconds = Double(watched.after.nanoseconds - watched.before.nanoseconds) / 1e9
            // Which questions are copied is drawn, and a database has no requests: see DemoTests.
            for edge in Self.edges where !["picks-lab", "stock-db"].contains(edge[1]) {
                let expected = Double(watched.calls(from: edge[0], to: edge[1])) / seconds
                let seen = rates[edge] ?? 0
                #expect(abs(seen - expected) <= 0.05 * expected, "\(edge): seen \(seen)/s, counted \(expected)/s")
            }
        }

        @Test func `payment's two versions share the payments nine to one`() throws {
            let watched = try HalfMinute.watched.get()

            let total = Double(watched.calls(from: "order-service", to: "payment-service"))
            let second = Double(watched.calls(from: "order-service", to: "payment-service/v2"))

            #expect(total > 300)
            // 99 % of a binomial lie within 2.576 standard deviations; half a request for its steps.
            let band = 2.576 * (total * 0.1 * 0.9).squareRoot() + 0.5
            #expect(abs(second - 0.1 * total) <= band, "v2 got \(second) of \(total)")
        }

        @Test func `what the configuration says is known of the nodes`() throws {
            let watched = try HalfMinute.watched.get()

            let nodes = try JSONValue(parsing: watched.graph.output)["nodes"]?.array ?? []
            func node(_ id: String) -> JSONValue? { nodes.first { $0["id"]?.string == id } }
            #expect(node("external/payments/bank")?["isServiceEntry"]?.bool == true)
            #expect(node("external/payments/bank")?["hosts"] == ["bank.example"])
            #expect(node("app/shop/ingress-gateway/v1")?["isIngressGateway"]?.bool == true)
            #expect(node("app/shop/web/v1") != nil && node("app/shop/web/v1")?["isIngressGateway"] == nil)
        }

        @Test func `the graph in Graphviz's language names every application`() throws {
            let mesh = try RunningMesh.running()

            let result = try mesh.meshtop(["graph", "--once", "--window", "7s", "-o", "dot"])

            #expect(result.status == 0)
            #expect(result.output.hasPrefix("digraph mesh {"))
            for name in Set(Self.edges.joined()) { #expect(result.output.contains(name)) }
        }

        /// Requests a second between two applications, all versions of both together.
        private static func rates(of graph: JSONValue) -> [[String]: Double] {
            var names: [String: String] = [:]
            for node in graph["nodes"]?.array ?? [] {
                names[node["id"]?.string ?? ""] = node["app"]?.string ?? node["service"]?.string ?? "?"
            }
            var rates: [[String]: Double] = [:]
            for edge in graph["edges"]?.array ?? [] {
                let key = ["source", "target"].map { names[edge[$0]?.string ?? ""] ?? "?" }
                rates[key, default: 0] += edge["requestsPerSecond"]?.double ?? 0
            }
            return rates
        }
    }
}
