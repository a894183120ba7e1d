package import Quantities

extension TraceQuery {
    /// Whether `trace` is one that this query asks for; the limit is not its affair.
    package func matches(_ trace: Trace) -> Bool {
        guard matches(start: trace.start, duration: trace.duration, hasError: trace.hasError) else { return false }
        if operation != nil || !tags.isEmpty, !trace.spans.contains(where: matches) { return false }
        if let calledService { return trace.hasCall(from: service, to: calledService) }
        return service.map { service in trace.spans.contains { Self.isService($0.service, named: service) } } ?? true
    }

    /// Whether a trace of which so much is known may be asked for.
    package func matches(start: WallTime, duration: Duration, hasError: Bool) -> Bool {
        if errorsOnly, !hasError { return false }
        if let minimumDuration, duration < minimumDuration { return false }
        if let maximumDuration, duration > maximumDuration { return false }
        if let since, start < since { return false }
        if let until, start > until { return false }
        return true
    }

    /// Whether `span` is of the service and the operation, and says what is asked for.
    private func matches(_ span: Span) -> Bool {
        if let operation, span.name != operation { return false }
        if let service, !Self.isService(span.service, named: service) { return false }
        return tags.allSatisfy { span.says($0) }
    }

    /// Whether the service that spans call `full` is meant by `asked`: the same name, or the same with more after a
    /// dot. Proxies send `payment.payments`, with the namespace, and people ask for `payment`.
    package static func isService(_ full: some StringProtocol, named asked: String) -> Bool {
        guard full.hasPrefix(asked) else { return false }
        return full.utf8.count == asked.utf8.count || full.utf8.dropFirst(asked.utf8.count).first == UInt8(ascii: ".")
    }
}

extension Trace {
    /// Whether a span of `called` has a span of `caller` – of any other service when it is nothing – for its parent, or
    /// a client span of the caller names `called` as its peer: what is outside the mesh sends no spans.
    fileprivate func hasCall(from caller: String?, to called: String) -> Bool {
        let spansByID = Dictionary(spans.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        func isCaller(_ span: Span) -> Bool {
            if let caller { return TraceQuery.isService(span.service, named: caller) }
            return !TraceQuery.isService(span.service, named: called)
        }
        return spans.contains { span in
            if TraceQuery.isService(span.service, named: called) {
                if let parent = span.parent.flatMap({ spansByID[$0] }), isCaller(parent) { return true }
                // The other half of the call, where both have one id.
                if span.kind == .server, let half = spansByID[span.id], half.kind == .client, isCaller(half) {
                    return true
                }
            }
            guard span.kind == .client, isCaller(span) else { return false }
            return span.peerNames.contains { TraceQuery.isService($0, named: called) }
        }
    }
}

extension Span {
    /// Whether it has this attribute, or is what the attribute would say: Jaeger and Zipkin write kind and status so.
    fileprivate func says(_ tag: Attribute) -> Bool {
        if attributes.contains(tag) { return true }
        switch tag.key {
        case "error" where tag.value == "true" || tag.value == "false":
            return (status == .error) == (tag.value == "true")
        // Zipkin's has the reason for its value.
        case "error", "otel.status_description": return !statusMessage.isEmpty && statusMessage == tag.value
        case "span.kind": return "\(kind)" == tag.value.lowercased()
        case "otel.status_code": return "\(status)".uppercased() == tag.value
        default: return false
        }
    }

    /// Attributes that say whom a client called.
    package static let peerKeys = ["peer.service", "upstream_cluster"]

    /// Whom the span says that it called. Envoy's clusters are `outbound|80|v1|payment.payments.svc.cluster.local`.
    var peerNames: [Substring] {
        Self.peerKeys.compactMap { attribute($0)?.split(separator: "|").last }
    }
}
