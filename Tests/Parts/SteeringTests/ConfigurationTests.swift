import JSONWire
import MeshConfig
import MeshModel
import Steering
import Testing

/// Against the real control plane, in this process.
@Suite struct `The configuration through the API` {
    private static let route = ConfigKey(kind: "VirtualService", namespace: "payments", name: "payment")

    private func withMesh(_ body: (MeshAPI) throws -> Void) throws {
        let mesh = try RunningControlPlane()
        defer { mesh.stop() }
        try body(try mesh.api)
    }

    private func read(_ api: MeshAPI) throws -> (entry: ConfigEntry, text: String) {
        let entry = try #require(try api.configuration(unless: nil)?[Self.route])
        return (entry, ConfigSheet.text(of: entry.body))
    }

    private func write(_ entry: ConfigEntry, _ text: String) -> ConfigWrite {
        ConfigWrite(key: entry.key, resource: entry.resource, revision: entry.revision, text: text)
    }

    @Test func `is every object, judged and connected, and nothing while it is the same`() throws {
        try withMesh { api in
            let catalog = try #require(try api.configuration(unless: nil))

            #expect(
                catalog.entries.map(\.key.description) == [
                    "DestinationRule payments/payment", "Service payments/payment", "VirtualService payments/payment",
                    "WorkloadEntry payments/payment-v1", "WorkloadEntry payments/payment-v2",
                ])
            #expect(catalog.entries.allSatisfy { $0.problems == [] && $0.writer == "directory" && $0.created != nil })
            #expect(catalog[Self.route]?.references.count == 4)
            #expect(try api.configuration(unless: catalog.revision) == nil)
        }
    }

    @Test func `is changed by a text, after it was tried, and put back by another`() throws {
        try withMesh { api in
            let (entry, text) = try read(api)
            let changed = write(
                entry,
                "# by hand\n"
                    + text.replacing("weight: 90", with: "weight: 50").replacing("weight: 10", with: "weight: 50"))

            guard case .validated(let wanted, let notes) = api.write(changed, dryRun: true) else {
                Issue.record("not validated")
                return
            }
            #expect(
                wanted == text.replacing("weight: 90", with: "weight: 50").replacing("weight: 10", with: "weight: 50"))
            #expect(notes.contains { $0.contains("a file of the control plane holds it") })
            #expect(try read(api).text == text)

            guard case .stored(_, let revision) = api.write(changed, dryRun: false) else {
                Issue.record("not stored")
                return
            }
            let (after, now) = try read(api)
            #expect(now == wanted)
            #expect(after.revision == revision)
            #expect(after.writer == "meshtop")

            // Bound to what it was made from: a second time it is late.
            #expect(api.write(changed, dryRun: false) == .stale)
            guard case .stored = api.write(write(after, text), dryRun: false) else {
                Issue.record("not put back")
                return
            }
            #expect(try read(api).text == text)
        }
    }

    @Test func `remembers who changed what, newest first`() throws {
        try withMesh { api in
            let (entry, text) = try read(api)
            _ = api.write(write(entry, text.replacing("weight: 90", with: "weight: 91")), dryRun: false)

            let steps = try api.configurationHistory(of: Self.route)

            #expect(steps.map(\.who) == ["meshtop", "directory"])
            #expect(steps.first?.before == text)
            #expect(steps.first?.after == text.replacing("weight: 90", with: "weight: 91"))
            #expect(steps.last?.before == nil)
            #expect(steps.allSatisfy { $0.time != nil && !$0.revision.isEmpty })
            #expect(try api.configurationHistory(of: nil).count == 6)
        }
    }

    @Test func `is refused with the line that is wrong`() throws {
        try withMesh { api in
            let (entry, text) = try read(api)
            func findings(_ text: String) -> [ConfigFinding] {
                guard case .refused(let findings) = api.write(write(entry, text), dryRun: true) else { return [] }
                return findings
            }
            func line(_ words: String, _ text: String) -> Int? {
                text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains(words) }
                    .map { $0 + 1 }
            }

            let unknown = "# a remark\n" + text.replacing("subset: v2", with: "subset: v3")
            let wrong = findings(unknown)
            #expect(wrong.map(\.line) == [line("subset: v3", unknown)])
            #expect(wrong.first?.message.contains("there is no subset \"v3\"") == true)

            let misspelt = text.replacing("hosts:", with: "hots:")
            #expect(findings(misspelt).map(\.line) == [line("hots:", misspelt)])

            #expect(findings("kind: }").first?.line == 1)
            #expect(findings("").first?.message == "the text must be one object; it holds 0 documents")
            let renamed = text.replacing("  name: payment", with: "  name: other")
            #expect(findings(renamed).first?.line == line("name: other", renamed))
            #expect(findings(renamed).first?.message.contains("must stay \"payment\"") == true)
        }
    }

    @Test func `of another mesh than ours is read without a revision`() throws {
        let service: JSONValue = ["metadata": ["name": "web", "namespace": "shop", "resourceVersion": "812"]]
        let policy: JSONValue = ["metadata": ["name": "sampling", "namespace": "shop"]]
        let answers: [String: JSONValue] = [
            "/api/v1/services": ["items": [service]],
            "/apis": [
                "groups": [
                    ["name": "apps", "preferredVersion": ["version": "v1"]],
                    ["name": "telemetry.istio.io", "preferredVersion": ["version": "v1"]],
                ]
            ],
            "/apis/telemetry.istio.io/v1": [
                "resources": [
                    [
                        "name": "telemetries", "kind": "Telemetry", "namespaced": true,
                        "verbs": ["get", "list"],
                    ],
                    [
                        "name": "telemetries/status", "kind": "Telemetry", "namespaced": true,
                        "verbs": ["get"],
                    ],
                ]
            ],
            "/apis/telemetry.istio.io/v1/telemetries": ["items": [policy]],
        ]
        let api = MeshAPI { request throws(SteeringError) in
            guard let answer = answers[request.target] else { return MeshAPI.Reply(status: 404, body: []) }
            return MeshAPI.Reply(status: 200, body: answer.serialized())
        }

        let catalog = try #require(try api.configuration(unless: "17"))

        #expect(catalog.revision == nil)
        #expect(catalog.entries.map(\.key.description) == ["Service shop/web", "Telemetry shop/sampling"])
        #expect(catalog.entries.last?.problems == nil)
        #expect(catalog.entries.last?.body["kind"] == "Telemetry")
    }

    @Test func `says when nobody is there, and changes nothing`() throws {
        let api = MeshAPI { _ throws(SteeringError) in
            throw .unreachable(address: "127.0.0.1:1", reason: "connection refused")
        }
        let resource = ConfigResource(.virtualService)

        #expect(throws: SteeringError.self) { try api.configuration(unless: nil) }
        let outcome = api.write(
            ConfigWrite(
                key: Self.route, resource: resource, revision: "1",
                text: "kind: VirtualService\nmetadata: {name: payment, namespace: payments}"), dryRun: false)
        guard case .unreachable(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("connection refused"))
    }
}
