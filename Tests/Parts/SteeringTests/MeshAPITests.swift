import JSONWire
import MeshModel
import Quantities
import Steering
import Synchronization
import Testing

@Suite struct `Steering through the API` {
    @Test func `reads splits from routes and rules`() throws {
        let mesh = Script([
            "GET /apis/networking.istio.io/v1/virtualservices": (200, ["items": [Canary.route()]]),
            "GET /apis/networking.istio.io/v1/destinationrules": (200, ["items": [Canary.rule]]),
        ])

        #expect(try mesh.api.splits() == [try Canary.split])
    }

    @Test func `applies a change in one request and says which version it became`() throws {
        let mesh = Script([Script.patch: (200, Canary.route(version: "18", v1: 0, v2: 100))])
        let change = try change(v1: 0, v2: 100)

        #expect(mesh.api.apply(change, dryRun: false) == .applied(resourceVersion: "18"))

        #expect(mesh.requests.count == 1)
        #expect(mesh.requests.first?.contentType == "application/json-patch+json")
        #expect(try JSONValue.parse(mesh.requests.first?.body ?? []) == WeightPatch.make(change))
    }

    @Test func `tries a change without storing it`() throws {
        let mesh = Script([Script.patch + "&dryRun=All": (200, Canary.route(v1: 0, v2: 100))])

        #expect(mesh.api.apply(try change(v1: 0, v2: 100), dryRun: true) == .validated)
    }

    @Test func `tells a stale change from a refused one`() throws {
        let failure: JSONValue = ["kind": "Status", "message": "weights must not be green"]
        let change = try change(v1: 0, v2: 100)
        let conflict = Script([Script.patch: (409, failure)])
        let overtaken = Script([Script.patch: (422, failure), Script.get: (200, Canary.route(version: "18"))])
        let refused = Script([Script.patch: (422, failure), Script.get: (200, Canary.route())])

        #expect(conflict.api.apply(change, dryRun: false) == .stale)
        #expect(overtaken.api.apply(change, dryRun: false) == .stale)
        #expect(refused.api.apply(change, dryRun: false) == .refused(reason: "weights must not be green"))
    }

    @Test func `does not ask the mesh for what makes no sense`() throws {
        let mesh = Script([:])

        let outcome = mesh.api.apply(try change(v1: 0, v2: 0), dryRun: false)

        #expect(mesh.requests.isEmpty)
        guard case .refused = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func `says when nobody is there`() throws {
        let api = MeshAPI { _ throws(SteeringError) in
            throw .unreachable(address: "127.0.0.1:15010", reason: "connection refused")
        }

        guard case .unreachable(let reason) = api.apply(try change(v1: 0, v2: 1), dryRun: false) else {
            Issue.record("reached")
            return
        }
        #expect(reason.contains("127.0.0.1:15010"))
        #expect(throws: SteeringError.self) { try api.splits() }
    }

    @Test func `survives answers that are none`() throws {
        for body in ["", "<html>", "[]", "{\"items\": 3}"] {
            let api = MeshAPI { _ throws(SteeringError) in MeshAPI.Reply(status: 200, body: Array(body.utf8)) }
            if let splits = try? api.splits() { #expect(splits.isEmpty) }
            if let targets = try? api.targets() { #expect(targets.isEmpty) }
        }
        let failing = MeshAPI { _ throws(SteeringError) in MeshAPI.Reply(status: 500, body: Array("oops".utf8)) }
        let error = #expect(throws: SteeringError.self) { try failing.targets() }
        #expect(error?.description == "GET /v1/targets: 500: status 500: oops")
    }

    @Test func `knows what there is to scrape`() throws {
        let mesh = Script([
            "GET /v1/targets": (
                200,
                [
                    [
                        "targets": ["127.0.1.9:15090"],
                        "labels": [
                            "namespace": "payments", "workload": "payment-v1", "app": "payment-service",
                            "version": "v1",
                        ],
                    ]
                ]
            )
        ])

        let target = try #require(try mesh.api.targets().first)

        #expect(target.address == "127.0.1.9:15090")
        #expect(target.workload?.workload == "payment-v1")
        #expect(target.workload?.version == "v1")
    }

    @Test func `reads what the control plane says of itself`() throws {
        let mesh = Script([
            "GET /debug/syncz": (
                200,
                [
                    [
                        "proxy": "web-v1.shop", "proxy_id": "x", "cluster_status": "SYNCED", "route_status": "STALE",
                        "connected": true, "revision_in_force": 41, "namespace": "shop", "address": "127.0.1.2",
                        "connected_seconds": 90.5, "refusal": "no",
                        "last_refusal": ["message": "no", "seconds_ago": 3],
                    ], ["proxy": "api-7f.books", "cluster_status": "SYNCED", "listener_status": "SYNCED"],
                ]
            ),
            "GET /version": (200, ["gitVersion": "v1"]), "GET /debug/revision": (200, ["revision": 42]),
            "GET /debug/security": (
                200,
                [
                    "root": [
                        "subject": "root", "serial": "1", "issued": "2026-01-01T00:00:00Z",
                        "expires": "2036-01-01T00:00:00Z",
                    ],
                    "certificates": [
                        [
                            "identity": "a", "serial": "2", "issued": "2026-01-01T00:00:00Z",
                            "expires": "2026-01-02T00:00:00Z", "current": false,
                        ], ["identity": "b", "serial": "3", "issued": "yesterday", "expires": "soon"],
                    ],
                    "workloads": [
                        [
                            "namespace": "shop", "name": "web-v1", "mode": "STRICT", "policy": "shop/all",
                            "ports": ["9090": "DISABLE"], "identity": "a",
                            "authorization": [
                                ["policy": "shop/no-admin", "action": "DENY", "tried": false],
                                ["policy": "shop/only-web", "action": "ALLOW", "tried": true], ["policy": "odd"],
                            ],
                        ]
                    ],
                ]
            ),
        ])
        let now = WallTime(nanosecondsSinceEpoch: 7)

        let report = try mesh.api.report(address: "control", at: now)

        #expect(report.revision == 42)
        #expect(report.version == "v1")
        #expect(report.answered == now)
        #expect(report.proxies.map(\.name) == ["api-7f.books", "web-v1.shop"])
        #expect(report.proxies[0].namespace == "books")
        #expect(report.proxies[0].sync == .synced)
        #expect(
            report.proxies[1]
                == ProxyReport(
                    name: "web-v1.shop", namespace: "shop", address: "127.0.1.2", isConnected: true, sync: .stale,
                    revision: 41, connectedFor: .seconds(90.5),
                    refusal: .init(text: "no", ago: .seconds(3), isStanding: true)))
        #expect(report.certificates?.map(\.standing) == [.replaced, .root])
        var policy = PolicyReport(
            namespace: "shop", workload: "web-v1", mode: "STRICT", policy: "shop/all", exceptions: ["9090 DISABLE"],
            identity: "a")
        policy.authorization = ["DENY shop/no-admin", "ALLOW shop/only-web (dry run)"]
        #expect(report.policies == [policy])
    }

    @Test func `reads a control plane that only knows istiod's words`() throws {
        let mesh = Script(["GET /debug/syncz": (200, [["proxy": "web.shop", "cluster_status": "NOT SENT"]])])

        let report = try mesh.api.report(address: "istiod", at: WallTime(nanosecondsSinceEpoch: 0))

        #expect(report.proxies.map(\.sync) == [.notSent])
        #expect(report.certificates == nil)
        #expect(report.policies == nil)
    }

    @Test func `counts the proxies that run with a revision`() throws {
        let mesh = Script([
            "GET /debug/syncz": (
                200,
                [
                    ["proxy": "a", "connected": true, "revision_in_force": 18],
                    ["proxy": "b", "connected": true, "revision_in_force": 17],
                    ["proxy": "c", "connected": true],
                    ["proxy": "d", "connected": false, "revision_in_force": 3],
                ]
            )
        ])

        let rollout = try mesh.api.rollout(revision: "18")

        #expect(rollout.inForce == 1)
        #expect(rollout.connected == 3)
        #expect(!rollout.isComplete)
        #expect(try mesh.api.rollout(revision: "3").inForce == 2)
    }

    private func change(v1: Int, v2: Int) throws -> WeightChange {
        WeightChange(split: try Canary.split, weights: ["v1": v1, "v2": v2])
    }
}

/// A mesh that answers from a list, and remembers what it was asked.
private final class Script: Sendable {
    static let get = "GET /apis/networking.istio.io/v1/namespaces/payments/virtualservices/payment"
    static let patch =
        "PATCH /apis/networking.istio.io/v1/namespaces/payments/virtualservices/payment?fieldManager=meshtop"

    private let answers: [String: (status: Int, body: JSONValue)]
    private let asked = Mutex<[MeshAPI.Request]>([])

    init(_ answers: [String: (status: Int, body: JSONValue)]) {
        self.answers = answers
    }

    var requests: [MeshAPI.Request] { asked.withLock { $0 } }

    var api: MeshAPI {
        MeshAPI { request throws(SteeringError) in
            self.asked.withLock { $0.append(request) }
            guard let answer = self.answers["\(request.method) \(request.target)"] else {
                return MeshAPI.Reply(status: 404, body: [])
            }
            return MeshAPI.Reply(status: answer.status, body: answer.body.serialized())
        }
    }
}
