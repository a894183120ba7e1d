import MeshModel

/// Kiali's graph of services, out of one of workloads with services between.
///
/// Services stay, and whoever calls one and stands behind none. All else goes, and what it sent to services is from now
/// on sent by the services that it stands behind:
///
///     web ─▶ (pay) ─▶ pay-v1 ─▶ (bank)         web ─▶ (pay) ─▶ (bank)
///                 └─▶ pay-v2 ─▶ (bank)
///
/// Kiali keeps of workloads only such as nobody calls at all; one that is called without a service – by its address, or in
/// a mesh whose destinations do not tell the service – takes all that it sends out of Kiali's graph.
///
/// A workload behind two services sends what it sends for both: telemetry does not tell for which. So the sum of all
/// edges may be more than there was, while what each service gets stays what it is.
enum ServiceReduction {
    static func reduced(
        _ graph: SummedGraph, _ nodes: [MeshNode], _ counting: CountingRule
    ) -> SummedGraph {
        let edges = graph.edges.enumerated().compactMap { number, place in
            graph.sum(number).map { SummedEdge(place: place, sum: $0) }
        }

        func isService(_ node: Int32) -> Bool {
            nodes[Int(node)].kind == .service || nodes[Int(node)].kind == .external
        }

        // Whom a service stands before, or, as Kiali has it, who is called in any way.
        var isCalled = [Bool](repeating: false, count: nodes.count)
        for edge in edges where counting == .kiali || isService(edge.place.source) {
            isCalled[Int(edge.place.target)] = true
        }
        // What each workload sends to services.
        var sends: [Int32: [Int]] = [:]
        for (index, edge) in edges.enumerated() where !isService(edge.place.source) && isService(edge.place.target) {
            sends[edge.place.source, default: []].append(index)
        }
        var result: [SummedEdge] = []
        var numbers: [GraphPlan.Edge: Int] = [:]
        func add(_ sum: EdgeSum, at place: GraphPlan.Edge) {
            if let number = numbers[place] {
                result[number].sum.merge(sum)
            } else {
                numbers[place] = result.count
                // A workload's edge may become that of several services.
                result.append(SummedEdge(place: place, sum: EdgeSum(copying: sum)))
            }
        }
        var served: Set<GraphPlan.Edge> = []
        for edge in edges {
            switch (isService(edge.place.source), isService(edge.place.target)) {
            case (true, false):
                // Of a service and a workload once, whatever protocols there are between them.
                var pair = edge.place
                pair.protocol = .http
                guard served.insert(pair).inserted else { continue }
                for index in sends[edge.place.target] ?? [] {
                    var place = edges[index].place
                    place.source = edge.place.source
                    add(edges[index].sum, at: place)
                }
            case (false, true): if !isCalled[Int(edge.place.source)] { add(edge.sum, at: edge.place) }
            // A service calls no service by itself, and an operation stands before a service.
            case (true, true): add(edge.sum, at: edge.place)
            case (false, false): break
            }
        }
        result.sort { GraphPlan.isBefore($0.place, $1.place) }
        var reduced = SummedGraph(result.map(\.place), nodes: nodes.count)
        reduced.sums = result.map(\.sum)
        reduced.isEdgeThere = Array(repeating: true, count: result.count)
        // What comes to a service stays what it was, whoever it seems to come from.
        reduced.takeInbound(of: graph)
        reduced.addUp(nodes.map { _ in true }, takesInbound: false)
        return reduced
    }

    private struct SummedEdge {
        var place: GraphPlan.Edge
        var sum: EdgeSum
    }
}
