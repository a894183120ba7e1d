import Quantities
import TraceModel

/// Traces of the demo mesh: one order each, of which some are slow and one fails.
enum SampleTraces {
    static let all: [Trace] = (1...12).compactMap { number in
        trace(number: UInt64(number), isSlow: number % 4 == 0, isFailed: number == 8)
    }

    /// Spans say `app.namespace`.
    private static func named(_ service: String) -> String {
        service + (["payment-service", "notification-service"].contains(service) ? ".payments" : ".shop")
    }

    static func trace(number: UInt64, isSlow: Bool, isFailed: Bool) -> Trace? {
        guard let id = TraceID(high: 0x4bf9_2f35_77b3_4da6, low: 0xa3ce_929d_0e0e_4700 + number) else { return nil }
        let start = SampleMesh.start.advanced(by: .seconds(-Int(number) * 3))
        let payment = isSlow ? 61.0 + Double(number) : 16 + Double(number) / 3
        let version = isSlow ? "v2" : "v1"
        var spans: [Span] = []
        func add(
            _ number: UInt64, under parent: UInt64?, _ service: String, _ name: String, _ kind: Span.Kind, from: Double,
            for length: Double, failed: Bool = false, _ attributes: [(String, String)] = []
        ) {
            guard let span = SpanID(number) else { return }
            spans.append(
                Span(
                    trace: id, id: span, parent: parent.flatMap { SpanID($0) }, name: name, kind: kind,
                    service: named(service), start: start.advanced(by: .nanoseconds(Int64(from * 1e6))),
                    duration: .nanoseconds(Int64(length * 1e6)), status: failed ? .error : .unset,
                    statusMessage: failed ? "503 Service Unavailable" : "",
                    attributes: [
                        ("http.request.method", name.hasPrefix("GET") ? "GET" : "POST"),
                        ("http.response.status_code", failed ? "503" : "200"),
                    ].map { Span.Attribute(key: $0.0, value: $0.1) }
                        + attributes.map { Span.Attribute(key: $0.0, value: $0.1) }))
        }
        let end = payment + 25
        add(1, under: nil, "ingress-gateway", "POST /checkout", .server, from: 0, for: end + 4)
        add(2, under: 1, "web", "POST /checkout", .server, from: 0.6, for: end + 2.8)
        add(3, under: 2, "order-service", "POST /orders", .server, from: 3.1, for: end - 1, failed: isFailed)
        add(4, under: 3, "inventory-service", "POST /reserve", .server, from: 4.2, for: 1.8)
        add(
            5, under: 3, "payment-service", "POST /charge", .server, from: 7, for: payment, failed: isFailed,
            [("peer.service", "payment-service"), ("service.version", version), ("net.peer.name", "127.0.1.10")])
        add(6, under: 5, "payment-service", "POST bank.example/authorize", .client, from: 9, for: payment - 5)
        add(7, under: 3, "notification-service", "POST /mail", .server, from: payment + 9, for: 9.4)
        return Trace(id: id, spans: spans)
    }
}
