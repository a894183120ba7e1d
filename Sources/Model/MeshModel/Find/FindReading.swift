internal import Quantities

/// What the mesh answers when an operand is looked up.
enum FindReading: Equatable {
    /// At least one text; an empty one for what is known to be absent.
    case texts([String])
    /// Nothing for no activity.
    case number(Double?)
    /// This much or more.
    case atLeast(Double)
    case flag(Bool)
    /// Neither yes nor no, and nobody's fault: the health of what gets no requests.
    case neither
    /// Nobody told.
    case unknown

    static func text(_ text: String?) -> FindReading { .texts([text ?? ""]) }
    static func percent(_ ratio: Ratio?) -> FindReading { .number(ratio.map { $0.value * 100 }) }
}

extension FindContext {
    /// - Precondition: the operand speaks of nodes.
    func read(_ field: FindField, of node: MeshNode) -> FindReading {
        switch field.operand {
        case .app: .text(node.app)
        case .cluster: node.cluster.map { .text($0) } ?? .unknown
        case .namespace: .text(node.namespace)
        case .service: .text(node.service)
        case .workload: .text(node.workload)
        case .version: .text(node.version)
        case .name: .texts(names(of: node))
        case .node: .text(node.kind.rawValue)
        case .operation: .text(node.operation)
        case .label: facts.labels[node.id].map { .text($0[field.labelKey]) } ?? .unknown
        case .rank: .number(ranks[node.id].map { Double($0) })
        case .httpIn: .number(flows(of: node.id).inbound.amounts[.http])
        case .httpOut: .number(flows(of: node.id).outbound.amounts[.http])
        case .grpcIn: .number(flows(of: node.id).inbound.amounts[.grpc])
        case .grpcOut: .number(flows(of: node.id).outbound.amounts[.grpc])
        case .tcpIn: .number(flows(of: node.id).inbound.amounts[.tcp])
        case .tcpOut: .number(flows(of: node.id).outbound.amounts[.tcp])
        case .p50, .p95, .p99, .errors: read(field.operand, of: node.inbound)
        case .sidecar:
            // The same fact as being out of the mesh, told the other way round.
            switch flag(.outOfMesh, of: node) {
            case .flag(let isOutOfMesh): .flag(!isOutOfMesh)
            case let other: other
            }
        default: flag(field.operand, of: node)
        }
    }

    /// Told from outside, or else as far as the snapshot tells.
    private func flag(_ operand: FindOperand, of node: MeshNode) -> FindReading {
        if let flagged = facts.flags[operand] { return .flag(flagged.contains(node.id)) }
        let flows = flows(of: node.id)
        switch operand {
        case .healthy: return node.health == .unknown ? .neither : .flag(node.health == .healthy)
        case .idle:
            let isActive =
                (node.inbound.map { $0.rate.value > 0 || $0.throughput.value > 0 } ?? false)
                || node.outboundRate.value > 0 || flows.inbound.hasTraffic || flows.outbound.hasTraffic
            return .flag(!isActive)
        case .inaccessible:
            return .flag(
                node.kind == .unknown || node.marks.contains(.inaccessible)
                    || ["PassthroughCluster", "BlackHoleCluster"].contains(node.service ?? ""))
        case .outside:
            return .flag(
                node.marks.contains(.outside) || facts.namespaces.map { !$0.contains(node.namespace) } ?? false)
        case .dead: return mark(.dead, of: node)
        case .outOfMesh: return mark(.outOfMesh, of: node)
        case .serviceEntry: return mark(.serviceEntry, of: node)
        case .trafficSource: return .flag(flows.outbound.hasOthers && !flows.inbound.hasOthers)
        case .trafficShifting, .virtualService:
            // Splits that were read are there; where there is none, nobody may have looked.
            return isSplit(node) ? .flag(true) : .unknown
        default: return .unknown
        }
    }

    /// A mark that is there was read from the configuration; where there is none, nobody may have looked.
    private func mark(_ mark: NodeMarks, of node: MeshNode) -> FindReading {
        node.marks.contains(mark) ? .flag(true) : .unknown
    }

    private func isSplit(_ node: MeshNode) -> Bool {
        guard let name = node.service ?? node.app else { return false }
        return splitServices.contains(ServiceName(namespace: node.namespace, name: name))
    }

    /// Kiali's: operation, app, service and workload. What has none of them is called by its title.
    private func names(of node: MeshNode) -> [String] {
        let names = [node.operation, node.app, node.service, node.workload].compactMap { $0 }
        return names.isEmpty ? [node.title] : names
    }

    /// - Precondition: the operand speaks of edges.
    func read(_ field: FindField, of edge: MeshEdge) -> FindReading {
        func amount(_ number: Double?, of protocol: TrafficProtocol) -> FindReading {
            .number(edge.protocol == `protocol` ? number : nil)
        }
        func percent(_ ratio: Ratio?, of protocol: TrafficProtocol) -> FindReading {
            edge.protocol == `protocol` ? .percent(ratio) : .number(nil)
        }
        func share(of protocol: TrafficProtocol) -> FindReading {
            let whole = flows(of: edge.source).outbound.amounts[`protocol`] ?? 0
            return percent(Ratio(edge.traffic.rate.value, of: whole), of: `protocol`)
        }
        // Telemetry that names nobody does not say that there was nobody.
        func principals(_ seen: [String]) -> FindReading { seen.isEmpty ? .unknown : .texts(seen) }
        switch field.operand {
        case .protocol: return .text(edge.protocol.rawValue)
        case .sourcePrincipal: return principals(edge.sourcePrincipals)
        case .destPrincipal: return principals(edge.targetPrincipals)
        case .http: return amount(edge.traffic.rate.value, of: .http)
        case .grpc: return amount(edge.traffic.rate.value, of: .grpc)
        case .tcp: return amount(edge.traffic.throughput.value, of: .tcp)
        case .rate: return .number(edge.traffic.rate.value)
        case .throughput: return .number(edge.traffic.throughput.value)
        case .httpErrors: return percent(edge.traffic.errors, of: .http)
        case .grpcErrors: return percent(edge.traffic.errors, of: .grpc)
        case .httpTraffic: return share(of: .http)
        case .grpcTraffic: return share(of: .grpc)
        case .mtls: return edge.mtls.map { .flag($0 > .none) } ?? .unknown
        case .traffic: return .flag(edge.hasTraffic)
        default: return read(field.operand, of: edge.traffic)
        }
    }

    /// What nodes and edges have alike.
    private func read(_ operand: FindOperand, of traffic: TrafficSummary?) -> FindReading {
        guard let traffic else { return .number(nil) }
        switch operand {
        case .errors: return .percent(traffic.errors)
        case .p50: return .number(traffic.latency?.p50)
        case .p95, .responseTime: return .number(traffic.latency?.p95)
        case .p99:
            guard let latency = traffic.latency else { return .number(nil) }
            return latency.isBeyondLastBucket ? .atLeast(latency.p99) : .number(latency.p99)
        default: return .unknown
        }
    }
}
