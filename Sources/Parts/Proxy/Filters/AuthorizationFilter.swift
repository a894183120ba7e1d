import HTTPTransport
import HTTPWire
import JSONWire
import TrafficPolicy

/// Asks a service whether a request may pass, and waits for its answer.
struct AuthorizationFilter: RequestFilter {
    let rules: AuthorizationCheckRules
    let clusterName: String
    /// In ``ConfigurationSnapshot/clusters``; nothing when it is not known.
    let clusterPlace: Int?

    func inspect(_ exchange: Exchange) -> FilterVerdict {
        // What has no route is answered without asking.
        guard let rule = exchange.rule, !rule.filters.skipsAuthorizationService else { return .pass }
        if let trigger = rules.trigger, !trigger.holds(for: exchange.noted(trigger.filter, trigger.path)) {
            return .pass
        }
        guard rules.enabled.takes(draw: exchange.worker.random.next()) else { return .pass }
        guard let cluster = clusterPlace.flatMap({ exchange.worker.cluster(at: $0, named: clusterName) }) else {
            return act(on: rules.failure, exchange, details: Self.failed) ? .pass : .answered
        }
        let call = AuthorizationCall(worker: exchange.worker, cluster: cluster, limit: rules.timeout) { answer in
            exchange.call = nil
            let verdict = answer.map { rules.verdict(status: $0.head.status, fields: $0.head.fields) } ?? rules.failure
            let details = answer == nil ? Self.failed : Self.denied
            if act(on: verdict, exchange, body: answer?.body ?? [], details: details) { exchange.filterPassed() }
        }
        guard call.send(question(exchange)) else {
            return act(on: rules.failure, exchange, details: Self.failed) ? .pass : .answered
        }
        exchange.call = call
        return .wait
    }

    private static let failed = "ext_authz_error"
    private static let denied = "ext_authz_denied"

    /// The request's line and host, the fields that the service may see, and no body.
    private func question(_ exchange: Exchange) -> RequestHead {
        let request = exchange.head
        var question = RequestHead(
            method: String(decoding: request.methodBytes, as: UTF8.self),
            target: String(decoding: rules.pathPrefix + request.target, as: UTF8.self),
            authority: String(decoding: request.authority, as: UTF8.self))
        request.forEachField { name, value in
            if name.lowercased() != "host", rules.sends(name) { question.add(name, value) }
        }
        HeaderChanges(requestAdditions: rules.additions).applyToRequest(&question) { command, _ in
            exchange.text(of: command, request)
        }
        question.replace("x-envoy-internal" as HeaderName, "true".utf8)
        return question
    }

    /// Whether the request goes on; if not, it has been answered.
    private func act(
        on verdict: AuthorizationCheckRules.Verdict, _ exchange: Exchange, body: [UInt8] = [], details: String
    ) -> Bool {
        switch verdict {
        case .allow(let replaced, let appended, let response):
            for field in replaced where field.name.lowercased() != "host" { exchange.head.remove(field.name) }
            for field in replaced where field.name.lowercased() != "host" { exchange.head.add(field.name, field.value) }
            for field in appended where exchange.head[field.name] != nil {
                exchange.head.add(field.name, field.value)
            }
            exchange.filterFields += response
            return true
        case .deny(let status, let fields, let hasBody):
            exchange.details = details
            exchange.refuse(status: status, hasBody ? body : [], flag: .unauthorizedExternally) { head in
                for field in fields { head.remove(field.name) }
                for field in fields { head.add(field.name, field.value) }
            }
            return false
        }
    }
}

extension Exchange {
    /// A text that another filter noted of the request.
    fileprivate func noted(_ filter: String, _ path: [String]) -> String? {
        guard let object = filterMetadata[filter] else { return nil }
        return path.reduce(JSONValue.object(object)) { $0[$1] ?? .null }.string
    }
}

extension MessageHead {
    /// Every field, in order.
    fileprivate var fields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        forEachField { fields.append(($0, $1)) }
        return fields
    }
}
