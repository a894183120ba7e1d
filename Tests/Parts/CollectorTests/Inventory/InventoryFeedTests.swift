import HTTPTransport
import JSONWire
import MeshModel
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Collector

/// What there is, from an API on real sockets.
@Suite struct InventoryFeedTests {
    private static let services = "/api/v1/services"
    private static let istio = "/apis/networking.istio.io/v1"

    private final class Heard {
        var inventory: MeshInventory?
        var count = 0
    }

    private func follow(_ api: FakeObjects, _ loop: EventLoop, hasAllWorkloads: Bool = true) -> (InventoryFeed, Heard) {
        let errands = Errands(name: "test", width: 1, loop: loop.handle)
        let names = TargetNames(loop: loop, errands: errands, server: nil)
        let heard = Heard()
        let feed = InventoryFeed(
            of: TargetURL(scheme: .http, host: .address(api.address)), hasAllWorkloads: hasAllWorkloads, loop: loop,
            asking: TargetAsking(TargetAccess(), loop: loop, names: names, errands: errands)
        ) {
            heard.inventory = $0
            heard.count += 1
        }
        feed.start()
        return (feed, heard)
    }

    @Test func `lists in pages make a whole inventory, and changes reach it by themselves`() throws {
        let loop = try EventLoop()
        let api = try FakeObjects(loop)
        for name in ["a", "b", "c", "d", "e"] { api.put(Self.services, "shop", name) }
        api.put(Self.istio + "/workloadentries", "shop", "a-v1", spec: ["labels": ["app": "a", "version": "v1"]])

        let (feed, heard) = follow(api, loop)

        #expect(runs(loop) { heard.inventory?.isComplete == true && api.openWatches == 4 })
        #expect(heard.inventory?.services.map(\.name) == ["a", "b", "c", "d", "e"])
        #expect(heard.inventory?.workloads.map(\.identity.app) == ["a"])
        #expect(feed.troubles.isEmpty)
        let lists = api.questions.count

        api.put(Self.istio + "/serviceentries", "pay", "bank", spec: ["hosts": ["bank.example"]])
        #expect(runs(loop) { heard.inventory?.serviceEntries.map(\.name) == ["bank"] })
        api.put(Self.istio + "/serviceentries", "pay", "bank", spec: ["hosts": ["other.example"]])
        #expect(runs(loop) { heard.inventory?.serviceEntries.first?.hosts == ["other.example"] })
        api.delete(Self.services, "c")
        #expect(runs(loop) { heard.inventory?.services.map(\.name) == ["a", "b", "d", "e"] })
        #expect(api.questions.count == lists)
    }

    @Test(arguments: [true, false])
    func `a watch that ends is followed by a new list`(isOrderly: Bool) throws {
        let loop = try EventLoop()
        let api = try FakeObjects(loop)
        for name in ["a", "b"] { api.put(Self.services, "shop", name) }
        let (feed, heard) = follow(api, loop)
        #expect(runs(loop) { heard.inventory?.services.count == 2 && api.openWatches == 4 })

        api.forget(Self.services, "a")
        if isOrderly { api.expire() } else { api.breakOff() }

        #expect(runs(loop) { heard.inventory?.services.map(\.name) == ["b"] && api.openWatches == 4 })
        #expect(feed.troubles.isEmpty)
    }

    @Test func `an API of an older version is asked in its words`() throws {
        let loop = try EventLoop()
        let api = try FakeObjects(loop)
        api.refusals[Self.istio + "/gateways"] = 404
        api.put(
            "/apis/networking.istio.io/v1beta1/gateways", "shop", "in",
            spec: ["selector": ["istio": "in"], "servers": [["hosts": ["shop.example"]]]])

        let (feed, heard) = follow(api, loop)

        #expect(runs(loop) { heard.inventory?.gateways.map(\.name) == ["in"] })
        #expect(feed.troubles.isEmpty)
    }

    @Test func `what may not be listed is said, and the inventory is not complete`() throws {
        let loop = try EventLoop()
        let api = try FakeObjects(loop)
        api.put(Self.istio + "/workloadentries", "shop", "a")
        api.refusals[Self.services] = 403
        let (feed, heard) = follow(api, loop)

        #expect(runs(loop) { heard.inventory?.workloads.count == 1 && !feed.troubles.isEmpty })
        #expect(heard.inventory?.isComplete == false)
        #expect(feed.troubles.first?.contains("answered 403") == true)
        #expect(feed.troubles.first?.contains("Service objects") == true)

        api.refusals = [:]
        #expect(runs(loop) { heard.inventory?.isComplete == true && feed.troubles.isEmpty })
    }

    @Test func `where others run workloads too, entries are not all`() throws {
        let loop = try EventLoop()
        let api = try FakeObjects(loop)
        api.put(Self.istio + "/workloadentries", "shop", "a")
        let (feed, heard) = follow(api, loop, hasAllWorkloads: false)

        #expect(runs(loop) { heard.inventory?.workloads.count == 1 && api.openWatches == 4 })
        #expect(heard.inventory?.isComplete == false)
        #expect(feed.troubles.isEmpty)
    }

    @Test func `the graph names what the control plane names, a tick after it does`() throws {
        let loop = try EventLoop()
        let api = try FakeObjects(loop)
        let gate = try FakeProxy(loop, "source gate/v1@shop -> unknown bank.example x10")
        api.targets =
            "[{\"targets\":[\"\(gate.address)\"],\"labels\":{\"namespace\":\"shop\",\"workload\":\"gate-v1\","
            + "\"app\":\"gate\",\"version\":\"v1\",\"__metrics_path__\":\"/metrics\"}}]"
        let entries = Self.istio + "/workloadentries"
        let labels: JSONValue = ["app": "gate", "version": "v1", "istio": "front"]
        api.put(entries, "shop", "gate-v1", spec: ["labels": labels])
        api.put(entries, "shop", "night-v1", spec: ["labels": ["app": "night", "version": "v1"]])
        let mailbox = Mailbox()
        var configuration = CollectorConfiguration(
            control: api.address, interval: .milliseconds(100), window: .seconds(2))
        configuration.view.showsIdleNodes = true
        let collector = try Collector(configuration) { mailbox.put($0) }
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest?.node("external/bank.example") != nil })
        #expect(runs(loop) { mailbox.newest?.node("app/shop/night/v1")?.marks == .idle })

        // When a service entry appears, and a Gateway for what was a workload like others.
        #expect(mailbox.newest?.node("app/shop/gate/v1")?.marks.contains(.ingressGateway) == false)
        api.put(Self.istio + "/serviceentries", "pay", "bank", spec: ["hosts": ["bank.example"]])
        api.put(Self.istio + "/gateways", "shop", "front", spec: ["selector": ["istio": "front"]])

        #expect(runs(loop) { mailbox.newest?.node("external/pay/bank") != nil })
        #expect(mailbox.newest?.node("external/pay/bank")?.marks.contains(.serviceEntry) == true)
        #expect(mailbox.newest?.node("external/bank.example") == nil)
        #expect(runs(loop) { mailbox.newest?.node("app/shop/gate/v1")?.marks.contains(.ingressGateway) == true })

        // And what is taken away is gone from the graph.
        api.delete(entries, "night-v1")
        #expect(runs(loop) { mailbox.newest?.node("app/shop/night/v1") == nil })
        #expect(mailbox.newest?.notices.isEmpty == true)
    }
}
