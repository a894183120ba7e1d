import ControlPlane
import Glibc
import JSONWire
import Quantities
import Storage
import Testing

/// A clock that stands until it is moved.
final class ManualClock {
    var now = WallTime(secondsSinceEpoch: 1_800_000_000)
}

/// Runs `body` with a folder that is gone afterwards.
func withScratchFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
    var template = Array("/tmp/control-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { removeTree(folder) }
    return try body(folder)
}

private func removeTree(_ path: String) {
    if let folder = opendir(path) {
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { removeTree(path + "/" + name) }
        }
        closedir(folder)
    }
    remove(path)
}

/// The textbook canary: a service in two versions, its subsets, and weights 90 and 10.
enum Canary {
    static let service: JSONValue = object(
        "v1", "Service",
        spec: ["selector": ["app": "payment-service"], "ports": [["name": "http", "port": 80, "targetPort": 8080]]])

    static let destinationRule: JSONValue = object(
        "networking.istio.io/v1", "DestinationRule",
        spec: [
            "host": "payment-service",
            "subsets": [
                ["name": "v1", "labels": ["version": "v1"]], ["name": "v2", "labels": ["version": "v2"]],
            ],
        ])

    static let virtualService: JSONValue = virtualService(v1: 90, v2: 10)

    static func virtualService(v1: Int64, v2: Int64) -> JSONValue {
        object(
            "networking.istio.io/v1", "VirtualService",
            spec: [
                "hosts": ["payment-service"],
                "http": [
                    [
                        "route": [
                            ["destination": ["host": "payment-service", "subset": "v1"], "weight": .integer(v1)],
                            ["destination": ["host": "payment-service", "subset": "v2"], "weight": .integer(v2)],
                        ]
                    ]
                ],
            ])
    }

    static func workload(_ name: String, address: String, version: String) -> JSONValue {
        [
            "apiVersion": "networking.istio.io/v1", "kind": "WorkloadEntry",
            "metadata": ["name": .string(name), "namespace": "payments"],
            "spec": [
                "address": .string(address), "serviceAccount": .string(name),
                "labels": ["app": "payment-service", "version": .string(version)], "ports": ["http": 8080],
            ],
        ]
    }

    private static func object(_ apiVersion: String, _ kind: String, spec: JSONValue) -> JSONValue {
        [
            "apiVersion": .string(apiVersion), "kind": .string(kind),
            "metadata": ["name": "payment-service", "namespace": "payments"], "spec": spec,
        ]
    }

    static let services = "/api/v1/namespaces/payments/services"
    static let rules = "/apis/networking.istio.io/v1/namespaces/payments/destinationrules"
    static let routes = "/apis/networking.istio.io/v1/namespaces/payments/virtualservices"
    static let route = routes + "/payment-service"
    static let workloads = "/apis/networking.istio.io/v1/namespaces/payments/workloadentries"
}

/// The API over a store in memory, with the canary in it.
struct Bench {
    let clock = ManualClock()
    let configuration: LiveConfiguration
    let api: KubernetesAPI

    init(path: String = ":memory:", historyLimit: Int = 1_000, isEmpty: Bool = false) throws {
        let clock = clock
        let store = try ConfigurationStore(path: path, historyLimit: historyLimit) { clock.now }
        configuration = LiveConfiguration(store)
        api = KubernetesAPI(configuration) { clock.now }
        guard !isEmpty else { return }
        for (path, body) in [
            (Canary.services, Canary.service),
            (Canary.workloads, Canary.workload("v1", address: "127.0.1.9", version: "v1")),
            (Canary.workloads, Canary.workload("v2", address: "127.0.1.10", version: "v2")),
            (Canary.rules, Canary.destinationRule), (Canary.routes, Canary.virtualService),
        ] {
            let reply = try send("POST", path, body)
            try #require(reply.status == 201, "\(reply.body)")
        }
    }

    /// Sends a request that must be answered with a whole reply.
    @discardableResult
    func send(
        _ method: String, _ target: String, _ body: JSONValue? = nil, type: String = "application/json"
    ) throws -> APIReply {
        let request = APIRequest(
            method: method, target: target, contentType: type, userAgent: "test/1.0",
            body: body?.serialized() ?? [])
        guard case .reply(let reply) = api.answer(request) else { throw Unexpected("a watch instead of a reply") }
        return reply
    }

    func patch(_ target: String, _ operations: JSONValue) throws -> APIReply {
        try send("PATCH", target, operations, type: "application/json-patch+json")
    }

    func watch(_ target: String) throws -> Watch {
        guard case .watch(let watch) = api.answer(APIRequest(method: "GET", target: target)) else {
            throw Unexpected("a reply instead of a watch")
        }
        return watch
    }
}

struct Unexpected: Error {
    let what: String
    init(_ what: String) { self.what = what }
}

extension APIReply {
    var reason: String? { body["reason"]?.string }
    var message: String { body["message"]?.string ?? "" }
    var version: String? { body["metadata"]?["resourceVersion"]?.string }

    /// The weights of the first route.
    var weights: [Int] {
        (body.value(at: "/spec/http/0/route")?.array ?? []).map { $0["weight"]?.int ?? -1 }
    }
}
