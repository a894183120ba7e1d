import HTTPTransport
import HTTPWire
import SystemIO
import TrafficPolicy

/// The heads as the next hop and the downstream get to see them.
extension Exchange {
    /// Writes the path in the one way that rules are about; false when it has none.
    func normalizePath() -> Bool {
        switch NormalizedTarget(head.target) {
        case .unchanged: return true
        case .changed(let target):
            head.setTarget(target)
            return true
        case .refused: return false
        }
    }

    /// What the next hop gets to see, the same for every attempt.
    func prepareHead(_ head: inout RequestHead, _ rule: RulePlan, _ cluster: UpstreamCluster) {
        if head.namesHopByHopFields { head.removeHopByHop() }
        // Between sidecars only: an application neither sees it nor may claim it.
        head.remove("x-envoy-peer-metadata" as HeaderName)
        head.remove("x-envoy-peer-metadata-id" as HeaderName)
        isGRPC = hasBody && head.value(of: "content-type")?.starts(with: "application/grpc".utf8) ?? false
        if !head.contains("x-request-id") {
            head.add("x-request-id", RequestID.make(worker.random.next(), worker.random.next()))
        }
        if !head.contains("x-forwarded-proto") {
            head.add("x-forwarded-proto", literal: downstream.isTLS ? "https" : "http")
        }
        if isOutbound {
            if listener.plan.appendsForwardedFor { appendForwardedFor(&head) }
            head.remove("x-envoy-attempt-count" as HeaderName)
            head.add("x-envoy-attempt-count", literal: "1")
            if cluster.plan.isSecure {
                head.add("x-envoy-peer-metadata-id", worker.peerMetadataID)
                head.add("x-envoy-peer-metadata", worker.peerMetadata)
            }
        }
        if let rewrite = rule.pathRewrite { head.setTarget(rewrite.target(from: head.target, taken: rule.path)) }
        if let text = rule.hostRewrite { head.setAuthority(text) }
        if let changes = rule.headerChanges { changes.applyToRequest(&head) }
        if let changes = shareChanges { changes.applyToRequest(&head) }
    }

    private func appendForwardedFor(_ head: inout RequestHead) {
        let address = downstream.peerAddress.ip
        if let before = head["x-forwarded-for"] {
            head.replace("x-forwarded-for", "\(before),\(address)")
        } else {
            head.add("x-forwarded-for", address.utf8)
        }
    }

    /// The response as the downstream gets it. Most need no change and are passed on as they came.
    func editedResponse(_ head: ResponseHead, _ rule: RulePlan) -> ResponseHead {
        let hasMetadata = head.contains("x-envoy-peer-metadata") || head.contains("x-envoy-peer-metadata-id")
        let changes = rule.headerChanges != nil || shareChanges != nil
        let hasNamed = head.namesHopByHopFields
        guard
            hasMetadata || callerSentMetadata || changes || hasNamed || !newCookies.isEmpty || !filterFields.isEmpty
        else { return head }
        var head = head
        if hasNamed { head.removeHopByHop() }
        head.remove("x-envoy-peer-metadata" as HeaderName)
        head.remove("x-envoy-peer-metadata-id" as HeaderName)
        if callerSentMetadata {
            head.add("x-envoy-peer-metadata-id", worker.peerMetadataID)
            head.add("x-envoy-peer-metadata", worker.peerMetadata)
        }
        for cookie in newCookies { head.add("set-cookie", cookie.utf8) }
        rule.headerChanges?.applyToResponse(&head)
        shareChanges?.applyToResponse(&head)
        for field in filterFields { head.add(field.name, field.value) }
        return head
    }

    /// Hashes what the route names of the request as it came, before any rewriting.
    func takeHash(_ keys: [HashKey]) {
        hash = HashKey.hash(of: keys) { key in
            switch key.source {
            case .header(let name): return head.value(ofFieldNamed: name).map { Array($0) }
            case .queryParameter(let name): return HashKey.queryParameter(name, in: head.target).map { Array($0) }
            case .sourceAddress: return Array(downstream.peerAddress.ip.utf8)
            case .cookie(let name, let path, let lifetime):
                let known = head.value(of: "cookie").flatMap { HashKey.cookie(name, in: $0) }
                if let known, !known.isEmpty { return Array(known) }
                guard let lifetime else { return nil }
                let made = HashKey.newCookie(
                    name: name, path: path, lifetime: lifetime,
                    connection: "\(downstream.peerAddress)\(downstream.localAddress.map { "\($0)" } ?? "")")
                newCookies.append(made.field)
                return made.value
            }
        }
    }
}
