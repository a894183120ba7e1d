import JSONWire
import MeshModel
import Steering
import Testing

@Suite struct `Reading splits` {
    @Test func `finds the canary with its versions and weights`() throws {
        let splits = SplitReader.splits(routes: [Canary.route()], rules: [Canary.rule])

        let split = try #require(splits.first)
        #expect(splits.count == 1)
        #expect(split.service == ServiceName(namespace: "payments", name: "payment-service"))
        #expect(split.owner == ServiceName(namespace: "payments", name: "payment"))
        #expect(split.routeIndex == 1)
        #expect(split.resourceVersion == "17")
        #expect(
            split.shares == [
                .init(subset: "v1", version: "1.0", weight: 90), .init(subset: "v2", version: nil, weight: 10),
            ])
    }

    @Test(arguments: [
        "payment-service", "payment-service.payments", "payment-service.payments.svc",
        "payment-service.payments.svc.cluster.local",
    ])
    func `knows a service by any of its names`(host: String) {
        #expect(
            SplitReader.service(host: host, in: "payments")
                == ServiceName(namespace: "payments", name: "payment-service"))
    }

    @Test func `counts an omitted weight as none`() {
        var route = Canary.route()
        route["spec"]?["http"] = [
            ["route": [Canary.destination("v1", weight: nil), Canary.destination("v2", weight: 100)]]
        ]

        let splits = SplitReader.splits(routes: [route], rules: [])

        #expect(splits.first?.shares.map(\.weight) == [0, 100])
    }

    @Test func `passes over routes that are no split of one service by subsets`() {
        let other: JSONValue = ["destination": ["host": "other", "subset": "v3"], "weight": 1]
        let bare: JSONValue = ["destination": ["host": "payment-service"], "weight": 1]
        let v1 = Canary.destination("v1", weight: 1)

        for destinations in [[v1], [v1, v1], [v1, bare], [v1, other], []] {
            var route = Canary.route()
            route["spec"]?["http"] = [["route": .array(destinations)]]
            #expect(SplitReader.splits(routes: [route], rules: []).isEmpty)
        }
        for garbage in [.null, [], "x", ["spec": ["http": 3]], ["metadata": 1, "spec": ["http": [[]]]]] as [JSONValue] {
            #expect(SplitReader.splits(routes: [garbage], rules: [garbage]).isEmpty)
        }
    }
}

/// The canary as a control plane serves it; its split is the second of two routes.
enum Canary {
    static func route(version: String = "17", v1: Int64 = 90, v2: Int64 = 10) -> JSONValue {
        [
            "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
            "metadata": ["name": "payment", "namespace": "payments", "resourceVersion": .string(version)],
            "spec": [
                "hosts": ["payment-service"],
                "http": [
                    ["match": [["uri": ["prefix": "/beta"]]], "route": [destination("v2", weight: nil)]],
                    ["route": [destination("v1", weight: v1), destination("v2", weight: v2)]],
                ],
            ],
        ]
    }

    static let rule: JSONValue = [
        "metadata": ["name": "payment", "namespace": "payments"],
        "spec": [
            "host": "payment-service.payments.svc.cluster.local",
            "subsets": [
                ["name": "v1", "labels": ["version": "1.0"]], ["name": "v2", "labels": ["track": "canary"]],
            ],
        ],
    ]

    static func destination(_ subset: String, weight: Int64?) -> JSONValue {
        var result: JSONValue = ["destination": ["host": "payment-service", "subset": .string(subset)]]
        result["weight"] = weight.map { .integer($0) }
        return result
    }

    static var split: TrafficSplit {
        get throws { try #require(SplitReader.splits(routes: [route()], rules: [rule]).first) }
    }
}
