import ControlPlane
import JSONWire
import MeshConfig
import Testing

@Suite struct `The configuration directory` {
    private let service = """
        apiVersion: v1
        kind: Service
        metadata: {name: payment-service, namespace: payments}
        spec:
          selector: {app: payment-service}
          ports: [{name: http, port: 80, targetPort: 8080}]
        """
    private let rule = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: payment-service, namespace: payments}
        spec:
          host: payment-service
          subsets:
          - {name: v1, labels: {version: v1}}
          - {name: v2, labels: {version: v2}}
        """
    private func route(v1: Int = 90, v2: Int = 10, subset: String = "v2") -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: payment-service, namespace: payments}
        spec:
          hosts: [payment-service]
          http:
          - route:
            - destination: {host: payment-service, subset: v1}
              weight: \(v1)
            - destination: {host: payment-service, subset: \(subset)}
              weight: \(v2)
        """
    }

    @Test func `is applied together, in whatever order the files need each other`() throws {
        let place = try Place()

        let report = place.sync(["a-route.yaml": route(), "b-rule.yaml": rule, "c-service.yaml": service])

        #expect(report.errors == [])
        #expect(report.applied == ["a-route.yaml", "b-rule.yaml", "c-service.yaml"])
        #expect(try place.weights == [90, 10])
        #expect(try place.bench.configuration.store.history(limit: 1).first?.author.who == "directory")
    }

    @Test func `leaves what the API changed until the file changes`() throws {
        let place = try Place()
        var files = ["all.yaml": [service, rule, route()].joined(separator: "\n---\n")]
        place.sync(files)
        try place.bench.send(
            "PATCH", Canary.route, [["op": "replace", "path": "/spec/http/0/route/0/weight", "value": 50]],
            type: "application/json-patch+json")

        #expect(place.sync(files).applied == [])
        #expect(try place.weights == [50, 10])
        let restarted = place.restarted()
        #expect(restarted.sync(files).applied == [])
        #expect(try restarted.weights == [50, 10])
        files["all.yaml"] = [service, rule, route(v1: 80, v2: 20)].joined(separator: "\n---\n")
        #expect(restarted.sync(files).applied == ["all.yaml"])

        #expect(try restarted.weights == [80, 20])
    }

    @Test func `keeps the old configuration when a file is no YAML, and says where`() throws {
        let place = try Place()
        var files = ["rule.yaml": rule, "service.yaml": service, "route.yaml": route()]
        place.sync(files)

        files["route.yaml"] = route(v1: 1, v2: 99).replacing("hosts: [", with: "hosts: [[")
        let report = place.sync(files)

        #expect(report.applied == [])
        let error = try #require(report.errors.first)
        #expect(error.hasPrefix("mesh/route.yaml:"))
        #expect(error.split(separator: ":").count >= 4, "\(error)")
        #expect(try place.weights == [90, 10])
    }

    @Test func `says line, column, what is wrong and what would be right`() throws {
        let place = try Place()
        let files = ["rule.yaml": rule, "service.yaml": service]
        place.sync(files)
        func errors(_ text: String) -> [String] { place.sync(files.merging(["x.yaml": text]) { $1 }).errors }

        #expect(
            errors(route(subset: "v3")).first?.hasPrefix("mesh/x.yaml:10:") == true)
        #expect(errors(route().replacing("hosts:", with: "hots:")) != [])
        #expect(
            errors("kind: VirtualService") == [
                "mesh/x.yaml:1:1: apiVersion is missing, such as networking.istio.io/v1"
            ])
        #expect(
            errors("apiVersion: networking.istio.io/v9\nkind: VirtualService") == [
                "mesh/x.yaml:1:1: VirtualService has no version networking.istio.io/v9; use one of "
                    + "networking.istio.io/v1, networking.istio.io/v1beta1, networking.istio.io/v1alpha3"
            ])
        #expect(
            errors("- 1").first == "mesh/x.yaml:1:1: expected an object with apiVersion and kind, found an array")
        #expect(
            errors("apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: a}").first?
                .hasPrefix("mesh/x.yaml:2:1: EnvoyFilter (networking.istio.io/v1alpha3) is not supported") == true)
        #expect(
            errors(service).first
                == "mesh/x.yaml:3:12: Service payments/payment-service is declared in service.yaml already; remove one")
        #expect(errors(service + "\n---\n" + service).contains { $0.contains("stands in this file twice") })
    }

    @Test func `applies the good files beside a bad one`() throws {
        let place = try Place()
        let report = place.sync([
            "bad.yaml": "kind: [", "route.yaml": route(), "rule.yaml": rule, "service.yaml": service,
        ])

        #expect(report.applied == ["route.yaml", "rule.yaml", "service.yaml"])
        #expect(report.errors.count == 1)
    }

    @Test func `refuses a file that takes away what others need`() throws {
        let place = try Place()
        var files = ["route.yaml": route(), "rule.yaml": rule, "service.yaml": service]
        place.sync(files)

        files["rule.yaml"] = rule.replacing("- {name: v2, labels: {version: v2}}", with: "")
        files["more.yaml"] = service.replacing("payment-service", with: "other")
        let report = place.sync(files)

        #expect(report.applied == ["more.yaml"])
        #expect(report.errors.count == 1)
        #expect(report.errors.first?.hasPrefix("mesh/rule.yaml: VirtualService payments/payment-service: ") == true)
        #expect(place.sync(files).errors == [])
    }

    @Test func `deletes what a file no longer declares, and not what a vanished file did`() throws {
        let place = try Place()
        var files = ["route.yaml": route(), "rest.yaml": rule + "\n---\n" + service]
        place.sync(files)

        files["route.yaml"] = "# nothing"
        #expect(place.sync(files).applied == ["route.yaml"])
        #expect(try place.bench.send("GET", Canary.route).status == 404)
        files["rest.yaml"] = nil
        let report = place.sync(files)

        #expect(report.notices.count == 1)
        #expect(try place.bench.send("GET", Canary.services + "/payment-service").status == 200)
        #expect(place.sync(files).notices == [])
    }

    @Test func `passes over an application's own kinds with a notice`() throws {
        let place = try Place()
        let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n---\n" + service

        let report = place.sync(["app.yaml": text])

        #expect(report.applied == ["app.yaml"])
        #expect(
            report.notices == ["mesh/app.yaml:2:1: Deployment (apps/v1) is not a kind of the mesh; passed over"])
    }

    @Test func `retries a refused file when what it needs appears`() throws {
        let place = try Place()
        place.sync(["service.yaml": service, "route.yaml": route()])
        #expect(try place.bench.send("GET", Canary.route).status == 404)

        try place.bench.send("POST", Canary.rules, Canary.destinationRule)

        #expect(place.sync(["service.yaml": service, "route.yaml": route()]).applied == ["route.yaml"])
    }
}

private struct Place {
    let bench: Bench
    let directory: DirectorySync

    init() throws {
        self.init(try Bench(isEmpty: true))
    }

    private init(_ bench: Bench) {
        self.bench = bench
        let clock = bench.clock
        directory = DirectorySync(bench.configuration) { clock.now }
    }

    /// What a new process would begin with: the store as it is, nothing remembered beside it.
    func restarted() -> Place { Place(bench) }

    @discardableResult
    func sync(_ files: [String: String]) -> DirectorySync.Report {
        directory.sync(
            files.map { path, text in
                ConfigurationFile(
                    path: path, displayPath: "mesh/" + path, bytes: Array(text.utf8), fingerprint: text)
            })
    }

    var weights: [Int] {
        get throws { try bench.send("GET", Canary.route).weights }
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        var result = ""
        var rest = self[...]
        while let first = rest.first {
            if rest.hasPrefix(part) {
                result += other
                rest.removeFirst(part.count)
            } else {
                result.append(first)
                rest.removeFirst()
            }
        }
        return result
    }
}
