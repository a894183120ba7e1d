import MeshModel
import Quantities

extension MeshSnapshot {
    /// One line per edge: `app/shop/web/v1 > app/shop/cart/v1 http 10.0/s`.
    var shortEdges: [String] {
        edges.map { edge in
            "\(edge.source) > \(edge.target) \(edge.protocol.rawValue) "
                + (edge.protocol == .tcp
                    ? Humane.bytes(edge.traffic.throughput.value) : Humane.count(edge.traffic.rate.value)) + "/s"
        }
    }

    /// All else that there is to know, one line each: to look for one of them.
    ///
    ///     app/shop/web/v1 > app/shop/cart/v1 http response 503 UF cart.shop.svc.cluster.local 1.0
    ///     app/shop/web/v1 > app/shop/cart/v1 http mtls 75 %
    ///     service/shop/cart marks isInjected
    ///     box/namespace/shop members a, b
    var words: Set<String> {
        Set(edges.flatMap(words) + nodes.flatMap(words) + boxes.flatMap(words))
    }

    private func words(of edge: MeshEdge) -> [String] {
        var words = [
            "reporter \(edge.reporter.rawValue)", "health \(edge.health.rawValue)", edge.isIdle ? "idle" : "busy",
            "errors \(edge.traffic.errors.map(Humane.percent) ?? "–")",
            "bytes \(Int(edge.bytes.sent)) \(Int(edge.bytes.received))",
            "messages \(Int(edge.messages.sent)) \(Int(edge.messages.received))",
            "mtls \(edge.mtls.map(Humane.percent) ?? "–")",
            "principals \(edge.sourcePrincipals.joined(separator: ",")) \(edge.targetPrincipals.joined(separator: ","))",
            "sent \(edge.sent.map { Humane.count($0.rate.value) } ?? "–")",
            "received \(edge.received.map { Humane.count($0.rate.value) } ?? "–")",
            "lost \(edge.lost.map(Humane.percent) ?? "–")",
            "attempts \(edge.attemptsPerRequest.map { Humane.fixed($0, decimals: 2) } ?? "–")",
        ]
        words += edge.responses.map { "response \($0.code) \($0.flags) \($0.host) \(Humane.count($0.rate.value))" }
        words += edge.traffic.codes.map { "code \($0.code) \(Humane.count($0.rate.value))" }
        if let latency = edge.traffic.latency { words.append("p95 \(latency.p95)") }
        return words.map { "\(edge.source) > \(edge.target) \(edge.protocol.rawValue) \($0)" }
    }

    private func words(of node: MeshNode) -> [String] {
        [
            "kind \(node.kind.rawValue)", "marks \(node.marks.names.joined(separator: " "))",
            "cluster \(node.cluster ?? "–")", "hosts \(node.hosts.joined(separator: ","))",
            "in \(node.inbound.map { Humane.count($0.rate.value) } ?? "–")",
            "out \(Humane.count(node.outboundRate.value))", "health \(node.health.rawValue)",
            "workload \(node.workload ?? "–")", "title \(node.title)",
        ].map { "\(node.id) \($0)" }
    }

    private func words(of box: MeshBox) -> [String] {
        [
            "members \(box.members.map(\.text).joined(separator: ", "))",
            "in \(box.inbound.map { Humane.count($0.rate.value) } ?? "–")",
            "out \(Humane.count(box.outboundRate.value))", "inside \(Humane.count(box.internalRate.value))",
            "p95 \(box.inbound?.latency.map { "\($0.p95)" } ?? "–")", "health \(box.health.rawValue)",
            "title \(box.title)",
        ].map { "\(box.id) \($0)" }
    }
}
