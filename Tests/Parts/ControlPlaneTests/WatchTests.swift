import ControlPlane
import JSONWire
import Testing

@Suite struct `A watch` {
    @Test func `begins with what is there, and goes on with changes`() throws {
        let bench = try Bench()
        let watch = try bench.watch(Canary.workloads + "?watch=1")

        #expect(names(try watch.begin(bench.configuration.store)) == ["ADDED v1", "ADDED v2"])
        var seen: [String] = []
        bench.configuration.observe { changes in seen += names(watch.events(for: changes)) }
        try bench.send("POST", Canary.workloads, Canary.workload("v3", address: "127.0.1.11", version: "v3"))
        try bench.send("DELETE", Canary.workloads + "/v2")

        #expect(seen == ["ADDED v3", "DELETED v2"])
    }

    @Test func `resumes after a version, without a gap and without a repeat`() throws {
        let bench = try Bench()
        try bench.send("DELETE", Canary.workloads + "/v2")
        try bench.send("POST", Canary.workloads, Canary.workload("v3", address: "127.0.1.11", version: "v3"))

        for (version, expected) in [(3, 3), (4, 2), (6, 2), (7, 1), (8, 0)] {
            let watch = try bench.watch(Canary.workloads + "?watch=true&resourceVersion=\(version)")
            let events = try watch.begin(bench.configuration.store)
            #expect(names(events) == ["ADDED v2", "DELETED v2", "ADDED v3"].suffix(expected))
        }
    }

    @Test func `carries the version of the change, also of a deletion`() throws {
        let bench = try Bench()
        try bench.send("DELETE", Canary.workloads + "/v2")

        let events = try bench.watch(Canary.workloads + "?watch=1&resourceVersion=6").begin(bench.configuration.store)

        #expect(events.map { $0["object"]?["metadata"]?["resourceVersion"] } == ["7"])
        #expect(events.map { $0["object"]?["kind"] } == ["WorkloadEntry"])
    }

    @Test func `is told to list again when its version is too old or not ours`() throws {
        let bench = try Bench(historyLimit: 2)

        for version in [2, 99] {
            let watch = try bench.watch(Canary.workloads + "?watch=1&resourceVersion=\(version)")
            let failure = #expect(throws: APIFailure.self) { try watch.begin(bench.configuration.store) }
            #expect(failure?.reply.status == 410)
            #expect(failure?.status["reason"] == "Expired")
        }
    }

    @Test func `sees an object leave its selection as a deletion`() throws {
        let bench = try Bench()
        let type = "application/merge-patch+json"
        let watch = try bench.watch(Canary.routes + "?watch=1&labelSelector=canary&resourceVersion=6")

        for labels in [["canary": "yes"], ["canary": "no"], ["canary": .null]] as [JSONValue] {
            try bench.send("PATCH", Canary.route, ["metadata": ["labels": labels]], type: type)
        }

        let events = names(try watch.begin(bench.configuration.store))
        #expect(events == ["ADDED payment-service", "MODIFIED payment-service", "DELETED payment-service"])
    }

    @Test func `marks the end of the initial events when asked`() throws {
        let bench = try Bench()
        let query = "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion="

        let events = try bench.watch(Canary.workloads + query).begin(bench.configuration.store)

        #expect(events.map { $0["type"] } == ["ADDED", "ADDED", "BOOKMARK"])
        let metadata = events.last?["object"]?["metadata"]
        #expect(metadata?["resourceVersion"] == "6")
        #expect(metadata?["annotations"] == ["k8s.io/initial-events-end": "true"])
    }

    private func names(_ events: [JSONValue]) -> [String] {
        events.map { "\($0["type"]?.string ?? "?") \($0["object"]?["metadata"]?["name"]?.string ?? "?")" }
    }
}
