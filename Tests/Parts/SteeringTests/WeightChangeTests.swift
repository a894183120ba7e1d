import JSONWire
import MeshConfig
import MeshModel
import Steering
import Testing

@Suite struct `A weight change` {
    @Test func `is one patch that tests what it was read from`() throws {
        let patch = try WeightPatch.make(WeightChange(split: try Canary.split, weights: ["v1": 0, "v2": 100]))

        #expect(
            patch == [
                ["op": "test", "path": "/metadata/resourceVersion", "value": "17"],
                ["op": "test", "path": "/spec/http/1/route/0/destination/subset", "value": "v1"],
                ["op": "test", "path": "/spec/http/1/route/1/destination/subset", "value": "v2"],
                ["op": "add", "path": "/spec/http/1/route/0/weight", "value": 0],
                ["op": "add", "path": "/spec/http/1/route/1/weight", "value": 100],
            ])
    }

    @Test func `applies to the route it was made for and to no other`() throws {
        let patch = try JSONPatch(WeightPatch.make(WeightChange(split: try Canary.split, weights: ["v2": 90])))

        let changed = try patch.apply(to: Canary.route())

        #expect(changed == Canary.route(v1: 90, v2: 90))
        #expect(throws: JSONPatchError.self) { try patch.apply(to: Canary.route(version: "18")) }
        var swapped = Canary.route()
        swapped["spec"]?["http"] = [
            [:], ["route": [Canary.destination("v2", weight: 1), Canary.destination("v1", weight: 1)]],
        ]
        #expect(throws: JSONPatchError.self) { try patch.apply(to: swapped) }
    }

    @Test(arguments: [
        (["v3": 1], #"payment-service has no subset "v3"; it has v1, v2"#),
        (["v1": 0, "v2": 0], "all weights of payment-service would be 0; give at least one subset a weight"),
        (
            ["v1": -1],
            "the weight of v1 is -1; weights are whole numbers from 0, and their sum is at most 2147483647"
        ),
        (
            ["v1": Int.max],
            "the weight of v1 is 9223372036854775807; weights are whole numbers from 0, and their sum is at most 2147483647"
        ),
    ])
    func `that makes no sense is refused in words`(weights: [String: Int], words: String) throws {
        let change = WeightChange(split: try Canary.split, weights: weights)

        let error = #expect(throws: SteeringError.self) { try WeightPatch.make(change) }

        #expect(error?.description == words)
    }

    @Test func `shows itself as a difference with a little around it`() throws {
        let change = WeightChange(split: try Canary.split, weights: ["v1": 50, "v2": 50])

        let preview = try WeightPreview(change, route: Canary.route())

        #expect(preview.object == "VirtualService payments/payment")
        #expect(preview.lines.filter { $0.kind == .removed }.map(\.text.trimmed) == ["weight: 90", "weight: 10"])
        #expect(preview.lines.filter { $0.kind == .added }.map(\.text.trimmed) == ["weight: 50", "weight: 50"])
        #expect(preview.lines.first?.marked == "  …")
        #expect(preview.notes.isEmpty)
    }

    @Test func `shows an added weight as one more line, and no change as nothing`() throws {
        var route = Canary.route()
        route["spec"]?["http"] = [
            ["route": [Canary.destination("v1", weight: 7), Canary.destination("v2", weight: nil)]]
        ]
        let split = try #require(SplitReader.splits(routes: [route], rules: []).first)

        let added = try WeightPreview(WeightChange(split: split, weights: ["v2": 3]), route: route)
        let none = try WeightPreview(WeightChange(split: try Canary.split, weights: ["v1": 90]), route: Canary.route())

        let changed = added.lines.filter { $0.kind == .added || $0.kind == .removed }
        #expect(changed == [.init(kind: .added, text: "      weight: 3")])
        #expect(none.lines.isEmpty)
    }

    @Test(
        arguments: [
            (["ownerReferences": [["kind": "Canary", "name": "pay"]]], "Flagger's Canary pay"),
            (["annotations": ["argo-rollouts.argoproj.io/managed-by-rollouts": "pay"]], "Argo Rollouts manages"),
            (["annotations": ["argocd.argoproj.io/tracking-id": "x"]], "Argo CD keeps"),
            (["labels": ["kustomize.toolkit.fluxcd.io/name": "apps"]], "Flux keeps"),
            (["managedFields": [["manager": "flagger"]]], "Flagger (flagger) has written"),
        ] as [(JSONValue, String)])
    func `warns about who else writes to the route`(metadata: JSONValue, words: String) {
        let notes = Ownership.notes(on: ["metadata": metadata])

        #expect(notes.count == 1)
        #expect(notes.first?.hasPrefix(words) == true)
    }

    @Test func `has no owner to warn about in a mesh of ours`() {
        let route: JSONValue = ["metadata": ["managedFields": [["manager": "directory"], ["manager": "kubectl"]]]]

        #expect(Ownership.notes(on: route).isEmpty)
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
