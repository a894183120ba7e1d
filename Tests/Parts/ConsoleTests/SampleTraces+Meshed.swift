import Quantities
import TraceModel

/// Traces as sidecars send them: a span at the caller and one at the callee of each call, attempts and all.
extension SampleTraces {
    /// An order whose payment calls the bank three times: twice the connection is reset.
    static let retried: Trace? = meshed(number: 40, bankFails: true)
    /// The same with a bank that answers at once.
    static let answered: Trace? = meshed(number: 41, bankFails: false)

    private static func meshed(number: UInt64, bankFails: Bool) -> Trace? {
        guard let id = TraceID(high: 0x5a0e_12d3_88f0_9911, low: number) else { return nil }
        var builder = Builder(id, start: SampleMesh.start.advanced(by: .seconds(-20 - Int(number))))
        let rest = bankFails ? 61.0 : 13.5
        builder.add(
            1, under: nil, "ingress-gateway.shop", "web.shop.svc.cluster.local:80/*", .client, from: 0, for: rest + 22)
        builder.add(2, under: 1, "web.shop", "web.shop.svc.cluster.local:80/*", .server, from: 0.8, for: rest + 20)
        builder.add(
            3, under: 2, "web.shop", "order-service.shop.svc.cluster.local:80/*", .client, from: 2, for: rest + 17)
        builder.add(
            4, under: 3, "order-service.shop", "order-service.shop.svc.cluster.local:80/*", .server, from: 2.9,
            for: rest + 15, failed: bankFails)
        builder.add(
            5, under: 4, "order-service.shop", "inventory-service.shop.svc.cluster.local:80/*", .client, from: 4,
            for: 3.1)
        builder.add(
            6, under: 5, "inventory-service.shop", "inventory-service.shop.svc.cluster.local:80/*", .server, from: 4.6,
            for: 1.9)
        builder.add(
            7, under: 4, "order-service.shop", "payment-service.payments.svc.cluster.local:80/*", .client, from: 8,
            for: rest + 8, failed: bankFails)
        builder.add(
            8, under: 7, "payment-service.payments", "payment-service.payments.svc.cluster.local:80/*", .server,
            from: 8.9, for: rest + 6, failed: bankFails, [("istio.canonical_revision", "v2")])
        let bank = "bank.example:443/*"
        if bankFails {
            builder.add(
                9, under: 8, "payment-service.payments", bank, .client, from: 10, for: 9, failed: true,
                [("response_flags", "UC"), ("istio.canonical_revision", "v2")])
            builder.add(
                10, under: 8, "payment-service.payments", bank, .client, from: 24, for: 11, failed: true,
                [("response_flags", "UC"), ("istio.canonical_revision", "v2")])
            builder.add(
                11, under: 8, "payment-service.payments", bank, .client, from: 45, for: 27, failed: true,
                [("response_flags", "UF"), ("istio.canonical_revision", "v2")])
        } else {
            builder.add(
                9, under: 8, "payment-service.payments", bank, .client, from: 10, for: 11,
                [("istio.canonical_revision", "v2")])
        }
        return Trace(id: id, spans: builder.spans)
    }

    /// Names that try to leave their place.
    static let hostile: Trace? = {
        guard let id = TraceID(high: 0xbad, low: 1) else { return nil }
        var builder = Builder(id, start: SampleMesh.start.advanced(by: .seconds(-5)))
        let names = [
            "\u{1B}[2J\u{1B}]0;title\u{07}", "\u{202E}drowssap\u{202C} \u{2066}iso\u{2069}",
            String(repeating: "long ", count: 820),
            "日本語の操作名はとても長いので途中で切れます", "a\u{301}\u{302}\u{303}\u{304}e\u{308}", "two\nlines\tand a tab", "", "🏴‍☠️ flag",
            "%s %n \\0 \u{0}",
        ]
        builder.add(90, under: nil, "payment-service.payments", "POST /charge", .server, from: 0, for: 64)
        for (position, name) in names.enumerated() {
            let number = UInt64(position + 1)
            builder.add(
                number, under: position == 0 ? 90 : number - 1, name, name,
                position.isMultiple(of: 2) ? .server : .client,
                from: Double(position) * 3, for: 60 - Double(position) * 6, failed: position == 4,
                [(name, name), ("key", "\u{1B}[31mred")])
        }
        return Trace(id: id, spans: builder.spans)
    }()

    /// Ten children each, `count` spans in all; some fail.
    static func large(_ count: Int) -> Trace? {
        guard let id = TraceID(high: 0xb19, low: UInt64(count)) else { return nil }
        var builder = Builder(id, start: SampleMesh.start)
        for number in 1...max(1, count) {
            let parent = number == 1 ? nil : UInt64((number - 2) / 10 + 1)
            let level = Double(String(number).count)
            builder.add(
                UInt64(number), under: parent, number == 1 ? "payment-service.payments" : "service-\(number % 37).shop",
                "GET /thing/\(number % 211)",
                number.isMultiple(of: 2) ? .client : .server, from: Double(number % 1_000) * level, for: 9_000 / level,
                failed: number.isMultiple(of: 1_003))
        }
        return Trace(id: id, spans: builder.spans)
    }

    private struct Builder {
        let trace: TraceID
        let start: WallTime
        var spans: [Span] = []

        init(_ trace: TraceID, start: WallTime) {
            (self.trace, self.start) = (trace, start)
        }

        /// Whom a sidecar called, in Envoy's words.
        private func cluster(of name: String, _ kind: Span.Kind) -> [Span.Attribute] {
            guard kind == .client, name.hasSuffix("/*"), let host = name.split(separator: ":").first else { return [] }
            return [Span.Attribute(key: "upstream_cluster", value: "outbound|80||\(host)")]
        }

        /// Times are milliseconds.
        mutating func add(
            _ number: UInt64, under parent: UInt64?, _ service: String, _ name: String, _ kind: Span.Kind, from: Double,
            for length: Double, failed: Bool = false, _ attributes: [(String, String)] = []
        ) {
            guard let id = SpanID(number) else { return }
            spans.append(
                Span(
                    trace: trace, id: id, parent: parent.flatMap { SpanID($0) }, name: name, kind: kind,
                    service: service,
                    start: start.advanced(by: .nanoseconds(Int64(from * 1e6))),
                    duration: .nanoseconds(Int64(length * 1e6)), status: failed ? .error : .unset,
                    attributes: [
                        ("component", "proxy"), ("http.method", "POST"), ("http.url", "http://shop.example/checkout"),
                        ("http.status_code", failed ? "503" : "200"),
                    ].map { Span.Attribute(key: $0.0, value: $0.1) } + cluster(of: name, kind)
                        + attributes.map { Span.Attribute(key: $0.0, value: $0.1) }))
        }
    }
}
