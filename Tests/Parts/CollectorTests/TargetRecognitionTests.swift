import HTTPTransport
import MeshModel
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Collector

/// A recognition that can be asked inside of an expectation.
private final class Recogniser {
    private var recognition = TargetRecognition()

    func read(_ name: String, _ reading: TargetRecognition.Reading) -> Bool { recognition.read(name, reading) }
    func answer(_ name: String, _ node: EnvoyNode?) { recognition.answer(name, node) }
    func keepSilent(_ name: String) { recognition.keepSilent(name) }
    func fail(_ name: String, wasRefused: Bool) { recognition.fail(name, wasRefused: wasRefused) }
    func completed(_ target: ScrapeTarget) -> ScrapeTarget { recognition.completed(target) }
    func path(_ path: String, of name: String) -> String { recognition.path(path, of: name) }

    func identity(of name: String, labels: WorkloadIdentity?) -> TargetIdentity? {
        recognition.identity(of: name, labels: labels)
    }
}

/// Who a target is, by all that it and others tell.
@Suite struct TargetRecognitionTests {
    private let node = WorkloadIdentity(namespace: "unknown", workload: "cart", app: "cart")
    private let other = WorkloadIdentity(namespace: "shop", workload: "web", app: "web")

    private func info(_ node: String) -> EnvoyNode? {
        EnvoyNode(serverInfo: Array("{\"version\":\"1.40.0\",\"node\":\(node)}".utf8))
    }

    private func reading(
        tags: WorkloadIdentity? = nil, labels: WorkloadIdentity? = nil, restarts: Int = 0, byteCount: Int = 100
    ) -> TargetRecognition.Reading {
        TargetRecognition.Reading(
            labels: labels, tags: tags, isEnvoy: true, formats: ["Envoy"], restarts: restarts, byteCount: byteCount)
    }

    @Test(arguments: [
        (#"{"id":"cart-1","cluster":"cart"}"#, "unknown cart cart latest Kubernetes"),
        (#"{"id":"cart-1"}"#, "unknown cart-1 cart-1 latest Kubernetes"),
        (
            #"{"id":"sidecar~10.1.2.3~cart-v1-7d4b9-x2x1z.shop~shop.svc.cluster.local","cluster":"cart.shop"}"#,
            "shop cart cart latest Kubernetes"
        ),
        (
            #"{"id":"sidecar~10.1.2.3~cart-v1-7d4b9-x2x1z.shop~shop.svc.cluster.local"}"#,
            "shop cart-v1-7d4b9-x2x1z cart-v1-7d4b9-x2x1z latest Kubernetes"
        ),
        (
            #"{"id":"router~10.1.2.3~gw-1.istio-system~istio-system.svc.cluster.local","cluster":"gw.istio-system","metadata":{"NAMESPACE":"istio-system","WORKLOAD_NAME":"gw","CLUSTER_ID":"west","LABELS":{"app":"gateway","version":"v3","service.istio.io/canonical-name":"gate"}}}"#,
            "istio-system gw gate v3 west"
        ),
        (
            #"{"id":"mesh/colors/virtualNode/blue","cluster":"mesh/colors/virtualNode/blue"}"#,
            "colors blue blue latest Kubernetes"
        ),
        (
            #"{"id":"web-1","cluster":"web","metadata":{"namespace":"shop","version":"v2"}}"#,
            "shop web web v2 Kubernetes"
        ),
    ])
    func `a node tells who it is`(node: String, identity: String) throws {
        let found = try #require(info(node)?.identity)

        #expect(
            "\(found.namespace) \(found.workload) \(found.app) \(found.version) \(found.cluster)" == identity)
    }

    @Test(arguments: ["{}", #"{"id":"","cluster":""}"#, #"{"id":7}"#, #"{"metadata":{"LABELS":[]}}"#])
    func `a node without a name is nobody`(node: String) {
        #expect(info(node)?.identity == nil)
    }

    @Test(arguments: ["", "[]", "null", "{\"node\"", "<html>"])
    func `what is no server info is passed over`(text: String) {
        #expect(EnvoyNode(serverInfo: Array(text.utf8))?.identity == nil)
    }

    @Test func `labels come before tags, tags before the node, and the node before the address`() {
        let recognition = Recogniser()
        func origin(_ labels: WorkloadIdentity? = nil) -> TargetIdentity.Origin? {
            recognition.identity(of: "t", labels: labels)?.origin
        }
        #expect(recognition.read("t", reading()))
        #expect(origin() == nil)

        recognition.answer("t", nil)
        #expect(origin() == .address)
        #expect(recognition.identity(of: "t", labels: nil)?.workload.app == "t")
        recognition.answer("t", info(#"{"cluster":"cart"}"#))
        #expect(recognition.identity(of: "t", labels: nil) == TargetIdentity(workload: node, origin: .node))
        #expect(!recognition.read("t", reading(tags: other)))
        #expect(recognition.identity(of: "t", labels: nil) == TargetIdentity(workload: other, origin: .tags))
        #expect(origin(node) == .labels)
    }

    @Test func `a node is asked once, and again after a restart`() {
        let recognition = Recogniser()
        #expect(recognition.read("t", reading()))
        #expect(!recognition.read("t", reading()))
        recognition.answer("t", info(#"{"cluster":"cart"}"#))
        #expect(!recognition.read("t", reading()))

        #expect(recognition.read("t", reading(restarts: 1)))
        // Until it has said otherwise it is who it was.
        #expect(recognition.identity(of: "t", labels: nil)?.workload == node)
        recognition.answer("t", info(#"{"cluster":"web","metadata":{"namespace":"shop"}}"#))
        #expect(recognition.identity(of: "t", labels: nil)?.workload == other)

        recognition.fail("t", wasRefused: false)
        #expect(recognition.read("t", reading(restarts: 1)))
    }

    @Test func `who keeps silent is asked three times`() {
        let recognition = Recogniser()
        for _ in 1...3 {
            #expect(recognition.read("t", reading()))
            recognition.keepSilent("t")
            #expect(recognition.identity(of: "t", labels: nil)?.origin == .address)
        }
        #expect(!recognition.read("t", reading()))
    }

    @Test func `who is known by labels or is no Envoy is not asked`() {
        let recognition = Recogniser()
        #expect(!recognition.read("t", reading(labels: other)))
        #expect(!recognition.read("u", TargetRecognition.Reading(formats: ["Istio"])))
        #expect(recognition.identity(of: "u", labels: nil) == nil)
        #expect(recognition.completed(ScrapeTarget(address: "u")).formats == ["Istio"])
    }

    @Test func `an Envoy that says much is asked for less, until it refuses`() {
        let recognition = Recogniser()
        let path = "/stats/prometheus"
        _ = recognition.read("t", reading(byteCount: 1000))
        #expect(recognition.path(path, of: "t") == path)
        _ = recognition.read("t", reading(byteCount: 100_000))
        #expect(recognition.path(path, of: "t") == path + "?usedonly")
        // It stays so when the answer is small.
        _ = recognition.read("t", reading(byteCount: 1000))
        #expect(recognition.path(path, of: "t") == path + "?usedonly")
        #expect(recognition.path("/stats/prometheus?filter=x", of: "t") == "/stats/prometheus?filter=x")
        #expect(recognition.path("/metrics", of: "t") == "/metrics")

        recognition.fail("t", wasRefused: false)
        #expect(recognition.path(path, of: "t") == path + "?usedonly")
        recognition.fail("t", wasRefused: true)
        #expect(recognition.path(path, of: "t") == path)
    }

    @Test func `an Envoy on a real socket is asked who it is, and for less`() throws {
        let loop = try EventLoop()
        var paths: [String] = []
        var count = 0
        // Nobody who is not asked for less would say so much.
        let idle = (0..<800).map { "envoy_cluster_upstream_rq_total{envoy_cluster_name=\"c\($0)\"} 0\n" }.joined()
        let server = try HTTPServer(loop: loop, address: .loopback()) { request, responder in
            paths.append(request.target)
            guard request.target != "/server_info" else {
                let info = #"{"node":{"id":"cart-1","cluster":"cart"}}"#
                return responder.respond(HTTPResponse(status: 200, headers: [:], body: Array(info.utf8)))
            }
            count += 10
            let used = "envoy_cluster_upstream_rq{envoy_response_code=\"200\",envoy_cluster_name=\"order\"} \(count)\n"
            let body = used + (request.target.hasSuffix("?usedonly") ? "" : idle)
            responder.respond(
                HTTPResponse(
                    status: 200, headers: ["content-type": "text/plain; version=0.0.4"], body: Array(body.utf8)))
        }
        let mailbox = Mailbox()
        let collector = try Collector(
            CollectorConfiguration(
                targets: [server.boundAddress], interval: .milliseconds(200), window: .seconds(2))
        ) { mailbox.put($0) }
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest?.edges.first.map { $0.traffic.samples >= 30 } ?? false })

        let snapshot = try #require(mailbox.newest)
        #expect(snapshot.edges.map { "\($0.source) > \($0.target)" } == ["app/unknown/cart/latest > external/order"])
        #expect(snapshot.targets.first?.identity == TargetIdentity(workload: node, origin: .node))
        #expect(snapshot.targets.first?.formats == ["Envoy"])
        #expect(paths.filter { $0 == "/server_info" }.count == 1)
        #expect(paths.first == "/stats/prometheus")
        #expect(paths.last == "/stats/prometheus?usedonly")
    }
}
