import JSONWire

/// The shop's own counts since it was started: the truth that the mesh's telemetry is held against.
struct ShopReport {
    struct Call: Hashable {
        var from: String
        var to: String
    }

    var nanoseconds: Int
    var shoppers: Int
    var failedShoppers: Int
    private var calls: [Call: Int] = [:]
    private var failures: [String: Int] = [:]

    init(json: JSONValue) {
        nanoseconds = json["monotonicNanoseconds"]?.int ?? 0
        shoppers = json["shoppers"]?["requests"]?.int ?? 0
        failedShoppers = json["shoppers"]?["failed"]?.int ?? 0
        for call in json["calls"]?.array ?? [] {
            guard let from = call["from"]?.string, let to = call["to"]?.string else { continue }
            calls[Call(from: from, to: to)] = call["requests"]?.int
        }
        for served in json["served"]?.array ?? [] {
            failures[served["service"]?.string ?? "", default: 0] += served["failed"]?.int ?? 0
        }
    }

    /// Calls between two applications, `order-service` and `payment-service`, or the callee's `payment-service/v2`.
    func calls(from source: String, to target: String) -> Int {
        calls.reduce(0) { sum, call in
            let isFrom = call.key.from == source || call.key.from.hasPrefix("\(source)/")
            let isTo = call.key.to == target || call.key.to.hasPrefix("\(target)/")
            return isFrom && isTo ? sum + call.value : sum
        }
    }

    /// Payments that v2 refused by itself: the only failures that shoppers see in a healthy mesh.
    var refusedPayments: Int { failures["payment-service"] ?? 0 }
}
