import JSONWire
import MeshConfig
import Quantities

@testable import Console

/// The configuration of the sample mesh, kept in a variable: judged by the real rules, versioned like a control plane.
struct SampleConfig {
    private(set) var bodies: [(resource: ConfigResource, body: JSONValue)]
    private(set) var revision: Int
    private var steps: [ConfigStep] = []
    /// Why nothing can be read.
    var failure: String?
    /// What is answered to a change, instead of storing it.
    var refusal: ConfigWriteOutcome?

    /// - Parameter objects: kinds and bodies without the API's own fields.
    init(_ objects: [(kind: ResourceKind, body: JSONValue)] = SampleConfig.shop) {
        bodies = objects.enumerated().map { index, object in
            var body = object.body
            body["apiVersion"] = .string(object.kind.preferredAPIVersion)
            body["kind"] = .string(object.kind.rawValue)
            return (ConfigResource(object.kind), Self.stored(body, revision: index + 1, by: "directory"))
        }
        revision = objects.isEmpty ? 99 : 30
        steps = bodies.reversed().map {
            step(before: nil, after: $0.body, who: "directory", why: "payment-service.yaml")
        }
    }

    func read(unless known: String?) -> Result<ConfigCatalog?, ConsoleFailure> {
        if let failure { return .failure(ConsoleFailure(message: failure)) }
        return .success(known == String(revision) ? nil : ConfigCatalog(bodies, revision: String(revision)))
    }

    func history(of key: ConfigKey?) -> Result<[ConfigStep], ConsoleFailure> {
        if let failure { return .failure(ConsoleFailure(message: failure)) }
        return .success(steps.filter { key == nil || $0.key == key })
    }

    /// Takes texts in which weights and subsets were changed, which is all that the tests change.
    mutating func write(_ write: ConfigWrite, dryRun: Bool) -> ConfigWriteOutcome {
        if let refusal { return refusal }
        guard let index = bodies.firstIndex(where: { key(of: $0.body, $0.resource) == write.key }) else {
            return .refused([ConfigFinding("it is not there")])
        }
        guard bodies[index].body["metadata"]?["resourceVersion"]?.string == write.revision else { return .stale }
        var body = bodies[index].body
        let lines = write.text.split(separator: "\n")
        let weights = lines.compactMap { line in
            line.firstRange(of: "weight: ").flatMap { Int(line[$0.upperBound...]) }
        }
        for (position, weight) in weights.enumerated() {
            body.set(.integer(Int64(weight)), at: ["spec", "http", "0", "route", "\(position)", "weight"])
        }
        if dryRun {
            return .validated(
                text: ConfigSheet.text(of: body),
                notes: ["a file of the control plane holds it, too, and replaces it when it changes"])
        }
        change(index, to: body, by: "meshtop")
        return .stored(text: ConfigSheet.text(of: body), revision: String(revision))
    }

    /// Somebody else changes the first weight of the payment route.
    mutating func interfere(weight: Int) {
        guard let index = bodies.firstIndex(where: { $0.resource.kind == "VirtualService" }) else { return }
        var body = bodies[index].body
        body.set(.integer(Int64(weight)), at: ["spec", "http", "0", "route", "0", "weight"])
        change(index, to: body, by: "kubectl")
    }

    private mutating func change(_ index: Int, to body: JSONValue, by who: String) {
        revision += 1
        let stored = Self.stored(body, revision: revision, by: who)
        steps.insert(step(before: bodies[index].body, after: stored, who: who, why: "PUT through the API"), at: 0)
        bodies[index].body = stored
    }

    private func key(of body: JSONValue, _ resource: ConfigResource) -> ConfigKey {
        ConfigKey(
            kind: resource.kind, namespace: body["metadata"]?["namespace"]?.string ?? "",
            name: body["metadata"]?["name"]?.string ?? "")
    }

    private func step(before: JSONValue?, after: JSONValue, who: String, why: String) -> ConfigStep {
        ConfigStep(
            revision: after["metadata"]?["resourceVersion"]?.string ?? "",
            time: SampleMesh.start.advanced(by: .seconds(-7_200 + revision * 10)), who: who, why: why,
            key: ConfigKey(
                kind: after["kind"]?.string ?? "", namespace: after["metadata"]?["namespace"]?.string ?? "",
                name: after["metadata"]?["name"]?.string ?? ""),
            before: before.map(ConfigSheet.text), after: ConfigSheet.text(of: after))
    }

    private static func stored(_ body: JSONValue, revision: Int, by who: String) -> JSONValue {
        var body = body
        let created = SampleMesh.start.advanced(by: .seconds(-86_400 * 3)).rfc3339.prefix(19) + "Z"
        var metadata = body["metadata"]
        metadata?["resourceVersion"] = .string(String(revision))
        metadata?["creationTimestamp"] = .string(String(created))
        metadata?["managedFields"] = [
            ["manager": .string(who), "operation": "Update", "time": .string(String(created))]
        ]
        body["metadata"] = metadata
        return body
    }
}

extension SampleConfig {
    /// A canary that is well, a rule for a version that nobody runs, and a route to a gateway that is not there.
    static let shop: [(kind: ResourceKind, body: JSONValue)] = [
        (
            .peerAuthentication,
            ["metadata": ["name": "default", "namespace": "istio-system"], "spec": ["mtls": ["mode": "STRICT"]]]
        ),
        (.service, service("payment-service", "payments")), (.service, service("web", "shop")),
        (.workloadEntry, workload("payment-v1", "payments", "payment-service", "v1", 9)),
        (.workloadEntry, workload("payment-v2", "payments", "payment-service", "v2", 10)),
        (.workloadEntry, workload("web-v1", "shop", "web", "v1", 2)),
        (.destinationRule, rule("payment-service", "payments", ["v1", "v2"])),
        (
            .virtualService,
            [
                "metadata": ["name": "payment-service", "namespace": "payments"],
                "spec": [
                    "hosts": ["payment-service"],
                    "http": [["route": [destination("v1", 90), destination("v2", 10)]]],
                ],
            ]
        ),
        (.destinationRule, rule("web", "shop", ["v1", "v9"])),
        (
            .virtualService,
            [
                "metadata": ["name": "shop", "namespace": "shop"],
                "spec": [
                    "hosts": ["shop.example"], "gateways": ["front"],
                    "http": [["route": [["destination": ["host": "web"]]]]],
                ],
            ]
        ),
        (
            .serviceEntry,
            [
                "metadata": ["name": "bank", "namespace": "payments"],
                "spec": [
                    "hosts": ["bank.example"], "ports": [["number": 443, "name": "http", "protocol": "HTTP"]],
                    "location": "MESH_EXTERNAL", "resolution": "STATIC", "endpoints": [["address": "127.0.3.1"]],
                ],
            ]
        ),
    ]

    private static func service(_ name: String, _ namespace: String) -> JSONValue {
        [
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "spec": [
                "selector": ["app": .string(name)],
                "ports": [["name": "http", "port": 80, "targetPort": 8080]],
            ],
        ]
    }

    private static func workload(
        _ name: String, _ namespace: String, _ app: String, _ version: String, _ number: Int64
    ) -> JSONValue {
        [
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "spec": [
                "address": .string("127.0.1.\(number)"), "ports": ["http": 8080],
                "labels": ["app": .string(app), "version": .string(version)],
            ],
        ]
    }

    private static func rule(_ host: String, _ namespace: String, _ versions: [String]) -> JSONValue {
        [
            "metadata": ["name": .string(host), "namespace": .string(namespace)],
            "spec": [
                "host": .string(host),
                "subsets": .array(
                    versions.map { ["name": .string($0), "labels": ["version": .string($0)]] }),
            ],
        ]
    }

    private static func destination(_ subset: String, _ weight: Int64) -> JSONValue {
        ["destination": ["host": "payment-service", "subset": .string(subset)], "weight": .integer(weight)]
    }
}

extension JSONValue {
    fileprivate mutating func set(_ value: JSONValue, at path: [String]) {
        guard let first = path.first else { return self = value }
        let rest = Array(path.dropFirst())
        if var elements = array, let index = Int(first), elements.indices.contains(index) {
            elements[index].set(value, at: rest)
            self = .array(elements)
        } else {
            var child = self[first] ?? .null
            child.set(value, at: rest)
            self[first] = child
        }
    }
}
