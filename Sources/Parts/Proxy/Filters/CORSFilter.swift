import HTTPWire
import TrafficPolicy

/// Answers preflights, and tells browsers who may read a response, where a route says.
struct CORSFilter: RequestFilter {
    func inspect(_ exchange: Exchange) -> FilterVerdict {
        // Envoy leaves redirects and direct responses alone.
        guard let rule = exchange.rule, case .forward = rule.action, let rules = rule.filters.cors else { return .pass }
        let verdict = rules.verdict(exchange, draw: exchange.worker.random.next())
        exchange.filterReplacements += verdict.response
        guard let fields = verdict.preflight else { return .pass }
        var head = ResponseHead(status: 200)
        for field in fields { head.add(field.name, field.value) }
        exchange.details = "cors_response"
        exchange.send(head, UnsafeRawBufferPointer(start: nil, count: 0), flag: .none)
        return .answered
    }
}
