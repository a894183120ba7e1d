import Quantities
import TraceModel

/// Made-up requests of a shop, ten spans each: five services in a chain, each call with the caller's half and the
/// called one's.
///
/// A proxy's half has the attributes that Envoy and Istio give it, eighteen of them, an application's half those of
/// OpenTelemetry's conventions with its SDK's resource, fourteen. The request id, the order's number, ports and sizes
/// differ from request to request; the rest repeats.
struct TraceFarm {
    static let spansPerTrace = 10
    private static let services = ["gateway", "web", "checkout", "payment", "bank"]
    private static let start: Int64 = 1_700_000_000_000_000_000

    /// The spans of the requests with these numbers. The longer ago a request, the smaller its number.
    static func spans(ofRequests numbers: Range<UInt64>) -> [Span] {
        numbers.flatMap { spans(ofRequest: $0) }
    }

    /// One request of so many calls, each inside the one before or beside it.
    static func largeTrace(spans count: UInt64) -> [Span] {
        guard let trace = TraceID(high: 7, low: 7) else { return [] }
        return (1...count).compactMap { number in
            SpanID(number).map { id in
                let from = Int64(number) * 1_000
                return Span(
                    trace: trace, id: id, parent: number == 1 ? nil : SpanID(number / 3 + 1), name: "GET /items",
                    kind: number % 2 == 0 ? .client : .server, service: services[Int(number) % services.count],
                    start: WallTime(nanosecondsSinceEpoch: start + from),
                    duration: .nanoseconds(Int64(count * 2_000 / number)),
                    attributes: proxyAttributes(request: number, call: Int(number) % services.count))
            }
        }
    }

    private static func spans(ofRequest number: UInt64) -> [Span] {
        // Ids as random ones are: all their bits differ.
        guard let trace = TraceID(high: mixed(number), low: mixed(number ^ 0xFFFF)) else { return [] }
        var parent: SpanID?
        var spans: [Span] = []
        for step in 0..<spansPerTrace {
            guard let id = SpanID(mixed(number * 64 + UInt64(step) + 1)) else { continue }
            let call = step / 2
            let isProxy = step % 2 == 0
            let inside = Int64(step) * 250_000 + Int64(mixed(number + UInt64(step)) % 100_000)
            spans.append(
                Span(
                    trace: trace, id: id, parent: parent,
                    name: isProxy ? "\(services[call]).shop:80/*" : "POST /orders/{id}",
                    kind: isProxy ? .client : .server, service: isProxy ? "\(services[call]).shop" : services[call],
                    start: WallTime(nanosecondsSinceEpoch: start + Int64(number) * 1_000_000 + inside),
                    duration: .nanoseconds(6_000_000 - 2 * inside),
                    attributes: isProxy
                        ? proxyAttributes(request: number, call: call) : applicationAttributes(number, call)))
            parent = id
        }
        return spans
    }

    private static func proxyAttributes(request: UInt64, call: Int) -> [Span.Attribute] {
        let service = services[call]
        return [
            ("component", "proxy"), ("node_id", "sidecar~10.1.2.\(call)~\(service)-7d9f8c6b5-x2x\(call).shop~shop.svc"),
            ("guid:x-request-id", identifier(mixed(request))), ("http.method", "POST"),
            ("http.url", "http://\(service).shop/orders/\(request)"), ("http.protocol", "HTTP/1.1"),
            ("http.status_code", "200"), ("downstream_cluster", "-"), ("user_agent", "Mozilla/5.0 (X11; Linux x86_64)"),
            ("request_size", "\(mixed(request) % 4_000)"), ("response_size", "\(mixed(request + 1) % 60_000)"),
            ("response_flags", "-"), ("upstream_cluster", "outbound|80|v1|\(service).shop.svc.cluster.local"),
            ("peer.address", "10.1.2.\(call):\(40_000 + request % 16_000)"), ("istio.canonical_service", service),
            ("istio.canonical_revision", "v1"), ("istio.namespace", "shop"), ("istio.mesh_id", "cluster.local"),
        ].map { Span.Attribute(key: $0.0, value: $0.1) }
    }

    private static func applicationAttributes(_ request: UInt64, _ call: Int) -> [Span.Attribute] {
        [
            ("http.request.method", "POST"), ("http.route", "/orders/{id}"), ("url.path", "/orders/\(request)"),
            ("url.scheme", "http"), ("http.response.status_code", "200"), ("server.address", services[call]),
            ("client.address", "10.1.2.\(call)"), ("client.port", "\(40_000 + request % 16_000)"),
            ("telemetry.sdk.language", "java"), ("telemetry.sdk.name", "opentelemetry"),
            ("telemetry.sdk.version", "1.45.2"), ("service.version", "v1"),
            ("k8s.pod.name", "\(services[call])-7d9f8c6b5-x2x\(call)"), ("k8s.namespace.name", "shop"),
        ].map { Span.Attribute(key: $0.0, value: $0.1) }
    }

    /// As a UUID is written.
    private static func identifier(_ value: UInt64) -> String {
        let digits = String(value | 1 << 63, radix: 16)
        return "\(digits.prefix(8))-\(digits.suffix(4))-4abc-8def-\(digits.prefix(12))"
    }

    /// A number whose bits all depend on all of `value`'s (the finisher of SplitMix64).
    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
