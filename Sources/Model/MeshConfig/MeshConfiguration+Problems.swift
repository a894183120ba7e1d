import JSONWire

extension MeshConfiguration {
    /// What does not fit together, sorted by object. An `error` means that requests would fail or that it is not clear
    /// what is meant; everything else works, though perhaps not as thought.
    package var problems: [ConfigProblem] {
        let found =
            routeProblems + gatewayProblems + destinationRuleProblems + policyProblems + authorizationProblems
            + tokenProblems + serviceProblems + connectionProblems + workloadProblems
        // Stable: within one object, in the order of the text.
        return found.enumerated().sorted {
            ($0.element.object ?? .none, $0.offset) < ($1.element.object ?? .none, $1.offset)
        }.map(\.element)
    }

    // MARK: - Destination rules

    private var destinationRuleProblems: [ConfigProblem] {
        destinationRules.flatMap { item -> [ConfigProblem] in
            var problems: [ConfigProblem] = []
            let host = fullHost(item.spec.host, in: item.namespace)
            if let first = destinationRule(host: host), first.key != item.key {
                problems.append(
                    ConfigProblem(
                        object: item.key, pointer: "/spec/host",
                        message: "\(first.key) is for the same host and older; move the subsets there"))
            }
            guard let service = service(host: host) else {
                return problems + [
                    ConfigProblem(
                        object: item.key, pointer: "/spec/host", severity: .warning, code: "IST0174",
                        message: unknownHost(item.spec.host, in: item.namespace))
                ]
            }
            let endpoints = service.ports.flatMap(\.endpoints)
            for (index, subset) in item.spec.subsets.enumerated()
            where !endpoints.contains(where: { $0.labels.satisfies(subset.labels) }) {
                problems.append(
                    ConfigProblem(
                        object: item.key, pointer: JSONPointer(tokens: ["spec", "subsets", "\(index)", "labels"]),
                        severity: .warning, code: "IST0173",
                        message: "no workload of \(host) has the labels of subset \"\(subset.name)\", "
                            + "\(subset.labels.listed); requests sent there fail with 503"))
            }
            return problems
        }
    }

    // MARK: - Policies

    private var policyProblems: [ConfigProblem] {
        peerAuthentications.flatMap { item -> [ConfigProblem] in
            if let selector = item.spec.selector {
                let isUsed = workloads.contains { $0.namespace == item.namespace && $0.labels.satisfies(selector) }
                return isUsed
                    ? []
                    : [
                        ConfigProblem(
                            object: item.key, pointer: "/spec/selector", severity: .warning, code: "IST0127",
                            message: "selects no workload of namespace \"\(item.namespace)\"")
                    ]
            }
            let older = peerAuthentications.first {
                $0.namespace == item.namespace && $0.spec.selector == nil && $0.object.isOlder(than: item.object)
            }
            return older.map {
                [
                    ConfigProblem(
                        object: item.key, pointer: "/spec", severity: .warning, code: "IST0166",
                        message: "has no effect: \($0.key) is for the same workloads and older")
                ]
            } ?? []
        }
    }

    // MARK: - Services and workloads

    private var serviceProblems: [ConfigProblem] {
        var problems: [ConfigProblem] = []
        for object in objects {
            let hosts: [(host: String, pointer: JSONPointer)] =
                switch object.spec {
                case .service: [(fullHost(object.metadata.name, in: object.metadata.namespace), "/metadata/name")]
                case .serviceEntry(let entry):
                    entry.hosts.enumerated().map { ($0.element, JSONPointer("/spec/hosts").appending($0.offset)) }
                case .virtualService, .destinationRule, .gateway, .workloadEntry, .peerAuthentication,
                    .authorizationPolicy, .requestAuthentication, .configMap:
                    []
                }
            for (host, pointer) in hosts {
                if let owner = service(host: host), owner.key != object.key {
                    problems.append(
                        ConfigProblem(
                            object: object.key, pointer: pointer,
                            message: "host \"\(host)\" belongs to \(owner.key), which is older; use another name"))
                }
            }
        }
        for service in services where service.key.kind == .service {
            for (index, port) in service.ports.enumerated() where port.endpoints.isEmpty {
                problems.append(
                    ConfigProblem(
                        object: service.key, pointer: JSONPointer(tokens: ["spec", "ports", "\(index)"]),
                        severity: .warning, code: "IST0127",
                        message: "no workload of namespace \"\(service.namespace)\" has the selector's labels and the "
                            + "port; requests to it fail with 503"))
            }
        }
        return problems
    }

    private var workloadProblems: [ConfigProblem] {
        var owners: [String: ObjectKey] = [:]
        return workloads.compactMap { workload in
            guard let owner = owners.updateValue(workload.key, forKey: workload.entry.address) else { return nil }
            owners[workload.entry.address] = owner
            return ConfigProblem(
                object: workload.key, pointer: "/spec/address",
                message: "address \(workload.entry.address) belongs to \(owner) already; every workload needs its own")
        }
    }

    /// What to say about a host that no Service and no ServiceEntry has.
    func unknownHost(_ host: String, in namespace: String) -> String {
        let wanted = fullHost(host, in: namespace)
        var sentence = "no Service or ServiceEntry has the host \"\(wanted)\""
        // `name.namespace` looks like a short name, but Istio completes only names without a dot.
        if service(host: "\(wanted).svc.\(settings.domain)") != nil {
            sentence += "; write \"\(wanted).svc.\(settings.domain)\""
        } else if let near = nearestName(to: wanted, among: services.map(\.host)) {
            sentence += "; did you mean \"\(near)\"?"
        } else if let same = services.first(where: { $0.name == host }) {
            sentence += "; did you mean \"\(same.host)\"?"
        }
        return sentence
    }
}

extension ObjectKey {
    /// Sorts before every other.
    fileprivate static let none = ObjectKey(kind: .destinationRule, namespace: "", name: "")
}

extension [String: String] {
    /// `app=web, version=v1`.
    var listed: String { sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ") }
}
