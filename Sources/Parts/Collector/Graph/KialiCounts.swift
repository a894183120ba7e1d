import MeshModel

// Kiali's way of making one count of two, for comparing with a Kiali.
extension FlowCounts {
    /// Which of Kiali's queries deliver a flow to the graph of one namespace.
    struct Queries {
        var inbound: Bool
        var outbound: Bool

        /// - Parameters:
        ///   - namespace: whose graph it is.
        ///   - flow: seen from there.
        init(_ namespace: String, _ flow: Flow) {
            inbound = flow.destination.namespace == namespace && isKnown(namespace)
            // H3, and H0: from elsewhere to a service of this namespace behind which nobody is known.
            outbound =
                (flow.source.namespace == namespace && isKnown(namespace))
                || (flow.destination.isUnknown && flow.serviceNamespace == namespace && isKnown(namespace))
        }

        init(inbound: Bool, outbound: Bool) {
            self.inbound = inbound
            self.outbound = outbound
        }
    }

    /// Of each fingerprint – ends, host, code, flags – the value of the first query that delivers it, the inbound one
    /// before the outbound one. Every value is rounded to thousandths a second first, and what is then 0 is not there.
    /// A client that has gone is a request without a response.
    func kiali(_ queries: Queries, _ table: ResponseTable) -> (count: TrafficCount, reporter: Reporter) {
        var count = TrafficCount()
        var hasInbound = false
        if queries.inbound, let reported = reported(by: .destination) {
            hasInbound = count.take(reported, table)
        }
        if queries.outbound, let reported = reported(by: .source) {
            if hasInbound {
                count.addRounded(reported.responses, except: count.responses, table)
            } else {
                _ = count.take(reported, table)
            }
        }
        return (count, hasInbound ? .destination : .source)
    }
}

extension TrafficCount {
    /// Takes over all that one end counted.
    ///
    /// - Returns: whether that was anything. Bytes of requests that are too few to be there are not there either.
    fileprivate mutating func take(_ reported: TrafficCount, _ table: ResponseTable) -> Bool {
        addRounded(reported.responses, except: ResponseCounts(), table)
        guard requests > 0 || reported.responses.isEmpty else { return false }
        amounts = reported.amounts
        latency = reported.latency
        return hasTraffic
    }

    fileprivate mutating func addRounded(_ counts: ResponseCounts, except known: ResponseCounts, _ table: ResponseTable)
    {
        for index in 0..<counts.count {
            let entry = counts[index]
            guard entry.perSecond > 0, !known.contains(entry.response) else { continue }
            let rounded = (entry.perSecond * 1000).rounded() / 1000
            guard rounded > 0 else { continue }
            let result = table[entry.response].result
            add(
                entry.requests, perSecond: rounded, of: entry.response, result == .clientGone ? .noResponse : result)
        }
    }
}
