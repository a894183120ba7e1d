import HTTPTransport
import HTTPWire
import Quantities
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
        let upgrade = asksUpgrade ? head.upgrade.map { Array($0) } : nil
        if head.namesHopByHopFields { head.removeHopByHop() }
        if let upgrade { head.replace("upgrade" as HeaderName, upgrade) }
        // Between sidecars only: an application neither sees it nor may claim it.
        head.remove("x-envoy-peer-metadata" as HeaderName)
        head.remove("x-envoy-peer-metadata-id" as HeaderName)
        ForwardedHeaders.removeInternal(from: &head)
        ForwardedCertificate.apply(listener.plan.clientCertificate, to: &head, of: downstream)
        if listener.plan.isEdge {
            ForwardedHeaders.setEdge(&head, client: downstream.peerAddress.ip, isTLS: downstream.isTLS)
        }
        if !head.contains("x-request-id") {
            head.add("x-request-id", RequestID.make(worker.random.next(), worker.random.next()))
        }
        if !head.contains("x-forwarded-proto") {
            head.add("x-forwarded-proto", literal: downstream.isTLS ? "https" : "http")
        }
        if rule.tellsAttempts {
            head.remove("x-envoy-attempt-count" as HeaderName)
            head.add("x-envoy-attempt-count", literal: "1")
        }
        if isOutbound, cluster.plan.isSecure {
            head.add("x-envoy-peer-metadata-id", worker.peerMetadataID)
            head.add("x-envoy-peer-metadata", worker.peerMetadata)
        }
        ForwardedHeaders.rewriteHost(&head, rule)
        // Of the two the rule has the last word, and both see the path as it came: Envoy's order.
        if let changes = shareChanges { changes.applyToRequest(&head) { text(of: $0, $1) } }
        if let changes = rule.headerChanges { changes.applyToRequest(&head) { text(of: $0, $1) } }
        ForwardedHeaders.rewritePath(&head, rule)
    }

    /// Whether the request is one for https.
    var isForHTTPS: Bool {
        ForwardedHeaders.isSecure(head, isTLS: downstream.isTLS, isEdge: listener.plan.isEdge)
    }

    /// The response as the downstream gets it.
    func editedResponse(_ head: ResponseHead, _ rule: RulePlan) -> ResponseHead {
        var head = head
        if head.namesHopByHopFields { head.removeHopByHop() }
        head.remove("x-envoy-peer-metadata" as HeaderName)
        head.remove("x-envoy-peer-metadata-id" as HeaderName)
        AnswerHeaders.complete(&head, date: worker.date, serverName: listener.plan.serverName)
        // Counted from the request's last byte, so there is none for an answer that came before it, or may have.
        if isRequestComplete || !hasBody, !asksUpgrade {
            let time = requestEndedAt.duration(to: worker.loop.now)
            head.remove("x-envoy-upstream-service-time" as HeaderName)
            head.add("x-envoy-upstream-service-time", decimal: Int(clamping: time.nanoseconds / 1_000_000))
        }
        if callerSentMetadata {
            head.add("x-envoy-peer-metadata-id", worker.peerMetadataID)
            head.add("x-envoy-peer-metadata", worker.peerMetadata)
        }
        for cookie in newCookies { head.add("set-cookie", cookie.utf8) }
        applyChanges(to: &head, rule, flag: retryFlag)
        for field in filterReplacements { head.replace(field.name, field.value) }
        for field in filterFields { head.add(field.name, field.value) }
        return head
    }

    /// What the route changes of its responses, those of the proxy itself, too.
    ///
    /// - Parameter flag: what is known of the request's end by now.
    func applyChanges(to head: inout ResponseHead, _ rule: RulePlan, flag: ResponseFlag = .none) {
        shareChanges?.applyToResponse(&head) { text(of: $0, self.head, $1, flag: flag) }
        rule.headerChanges?.applyToResponse(&head) { text(of: $0, self.head, $1, flag: flag) }
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
