import JSONWire
import MeshModel
import Quantities

/// Kiali's `traffic` of edges and nodes: rates by name, as text.
struct KialiTraffic {
    /// Requests or bytes a second by Kiali's name for them, `http4xx`.
    private typealias Rates = [String: Double]

    private var inbound: [MeshNode.ID: Rates] = [:]
    private var outbound: [MeshNode.ID: Rates] = [:]
    /// Requests a second by protocol and code.
    private var answers: [MeshNode.ID: [TrafficProtocol: [String: Double]]] = [:]
    private var answersToCallers: [MeshNode.ID: [TrafficProtocol: [String: Double]]] = [:]

    init(_ edges: [MeshEdge]) {
        for edge in edges {
            let name = edge.protocol.rawValue
            for (key, rate) in Self.rates(edge) {
                // `http4xx` of an edge is `httpIn4xx` of its target.
                inbound[edge.target, default: [:]]["\(name)In\(key.dropFirst(name.count))", default: 0] += rate
            }
            outbound[edge.source, default: [:]]["\(name)Out", default: 0] += Self.amount(edge)
            for code in edge.traffic.codes where edge.protocol != .tcp {
                answers[edge.target, default: [:]][edge.protocol, default: [:]][code.code, default: 0] +=
                    code.rate.value
                answersToCallers[edge.source, default: [:]][edge.protocol, default: [:]][code.code, default: 0] +=
                    code.rate.value
            }
        }
    }

    /// Requests a second; bytes a second for TCP, and of these what Istio calls sent: from the server to the client.
    private static func amount(_ edge: MeshEdge) -> Double {
        guard edge.protocol == .tcp else { return edge.traffic.rate.value }
        return edge.bytes.total > 0 ? edge.bytes.received : edge.traffic.throughput.value
    }

    /// All rates of an edge in its protocol's names, without percentages.
    private static func rates(_ edge: MeshEdge) -> Rates {
        let name = edge.protocol.rawValue
        var rates: Rates = [name: amount(edge)]
        for code in edge.traffic.codes where edge.protocol != .tcp {
            guard let kind = kind(of: code.code, in: edge.protocol) else { continue }
            rates[name + kind, default: 0] += code.rate.value
        }
        return rates
    }

    /// `NoResponse`, `Err` of gRPC, `3xx`–`5xx` of HTTP; nothing for what went well.
    private static func kind(of code: String, in protocol: TrafficProtocol) -> String? {
        if code == "-" { return "NoResponse" }
        if `protocol` == .grpc { return code == "0" ? nil : "Err" }
        return code.first.flatMap { "345".contains($0) ? "\($0)xx" : nil }
    }

    /// What counts as an error in percentages: a redirection does not.
    private static func errors(_ rates: Rates, _ protocol: TrafficProtocol) -> Double {
        let kinds = `protocol` == .grpc ? ["NoResponse", "Err"] : ["NoResponse", "4xx", "5xx"]
        return kinds.reduce(0) { $0 + (rates[`protocol`.rawValue + $1] ?? 0) }
    }

    // MARK: In JSON

    func of(_ edge: MeshEdge) -> JSONValue {
        let name = edge.protocol.rawValue
        let rates = Self.rates(edge)
        var object = Self.object(rates)
        let total = Self.amount(edge)
        if edge.protocol != .tcp, total > 0 {
            let failed = Self.errors(rates, edge.protocol) / total
            if failed > 0 { object["\(name)PercentErr"] = .string(Self.percent(failed)) }
            let whole = outbound[edge.source]?["\(name)Out"] ?? 0
            if whole > 0 { object["\(name)PercentReq"] = .string(Self.percent(total / whole)) }
        }
        var traffic: JSONObject = ["protocol": .string(name), "rates": .object(object)]
        if let responses = Self.responses(edge, total) { traffic["responses"] = responses }
        return .object(traffic)
    }

    /// `{"503": {"flags": {"UF": "1.0"}, "hosts": {"pay.payments.svc.cluster.local": "1.0"}}}`, percentages of the edge.
    private static func responses(_ edge: MeshEdge, _ total: Double) -> JSONValue? {
        guard total > 0, !edge.responses.isEmpty else { return nil }
        var details: [String: (flags: [String: Double], hosts: [String: Double])] = [:]
        for response in edge.responses {
            details[response.code, default: ([:], [:])].flags[response.flags, default: 0] += response.rate.value
            details[response.code, default: ([:], [:])].hosts[response.host, default: 0] += response.rate.value
        }
        func shares(_ rates: [String: Double]) -> JSONValue {
            var object: JSONObject = [:]
            for name in rates.keys.sorted() { object[name] = .string(percent((rates[name] ?? 0) / total)) }
            return .object(object)
        }
        var object: JSONObject = [:]
        for code in details.keys.sorted() {
            guard let detail = details[code] else { continue }
            object[code] = ["flags": shares(detail.flags), "hosts": shares(detail.hosts)]
        }
        return .object(object)
    }

    /// One entry for each protocol that comes in or goes out.
    func ofNode(_ node: MeshNode.ID) -> [JSONValue] {
        let all = (inbound[node] ?? [:]).merging(outbound[node] ?? [:]) { $0 + $1 }
        return TrafficProtocol.allCases.compactMap { `protocol` in
            let rates = Self.object(all.filter { $0.key.hasPrefix(`protocol`.rawValue) })
            return rates.isEmpty ? nil : ["protocol": .string(`protocol`.rawValue), "rates": .object(rates)]
        }
    }

    /// What Kiali judges health by: requests a second by protocol and code. Nothing for what has no health.
    func healthData(of node: MeshNode) -> JSONValue {
        guard node.kind != .unknown, node.kind != .operation else { return .null }
        func codes(_ byProtocol: [TrafficProtocol: [String: Double]]?) -> JSONValue {
            var object: JSONObject = [:]
            for `protocol` in TrafficProtocol.allCases {
                guard let rates = byProtocol?[`protocol`] else { continue }
                var inner: JSONObject = [:]
                for code in rates.keys.sorted() { inner[code] = .number(GraphJSON.rounded(rates[code] ?? 0)) }
                object[`protocol`.rawValue] = .object(inner)
            }
            return .object(object)
        }
        return [
            "requests": [
                "inbound": codes(answers[node.id]), "outbound": codes(answersToCallers[node.id]),
                "healthAnnotations": [:],
            ]
        ]
    }

    private static func object(_ rates: Rates) -> JSONObject {
        var object: JSONObject = [:]
        for name in rates.keys.sorted() {
            if let rate = rates[name], rate > 0 { object[name] = .string(Self.rate(rate)) }
        }
        return object
    }

    /// Two decimals, and up to five until one of them is not 0.
    static func rate(_ value: Double) -> String {
        for decimals in 2...5 {
            let text = Humane.fixed(value, decimals: decimals)
            if text.contains(where: { ("1"..."9").contains($0) }) || decimals == 5 { return text }
        }
        return "0.00"
    }

    /// One decimal.
    static func percent(_ share: Double) -> String { Humane.fixed(share * 100, decimals: 1) }
}
