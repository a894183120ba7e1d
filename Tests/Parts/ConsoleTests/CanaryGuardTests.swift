import MeshModel
import Quantities
import Testing

@testable import Console

@Suite("The rule of a guard") struct GuardRuleTests {
    @Test(arguments: [
        ("errors 2%", GuardRule(.errors(Ratio(0.02)))),
        ("err 0.5% 10s", GuardRule(.errors(Ratio(0.005)), patience: .seconds(10))),
        ("p99 50ms 1m", GuardRule(.p99(.milliseconds(50)), patience: .seconds(60))),
        ("P99 1.5s", GuardRule(.p99(.milliseconds(1_500)))),
    ])
    func `is read`(text: String, rule: GuardRule) {
        #expect(GuardRule(text) == rule)
    }

    @Test(arguments: [
        "", "errors", "errors 2", "errors 0%", "errors 101%", "errors -1%", "p99 0ms", "p99 50", "p50 10ms",
        "errors 2% 0s", "errors 2% 2h", "errors 2% 61m", "errors 2% 30s more", "p99 99999999999s", "errors nan%",
    ])
    func `is refused when it makes no sense`(text: String) {
        #expect(GuardRule(text) == nil)
    }
}

@Suite("A guard of a canary") struct CanaryGuardTests {
    private let split = TrafficSplit(
        service: SampleMesh.payment, owner: SampleMesh.payment, routeIndex: 0,
        shares: [.init(subset: "v1", weight: 90), .init(subset: "v2", weight: 10)], resourceVersion: "1")

    private func reading(_ errors: [Double?], p99: [Double?] = [10, 10], samples: [Double] = [500, 50])
        -> CanaryReading
    {
        var reading = CanaryReading(of: split, in: MeshSnapshot(time: SampleMesh.start, window: .seconds(60)))
        for index in reading.versions.indices {
            reading.versions[index].traffic = TrafficSummary(
                rate: .zero, samples: samples[index], errors: errors[index].map { Ratio($0) },
                latency: p99[index].map { LatencyQuantiles(p50: 1, p95: 5, p99: $0) })
        }
        return reading
    }

    private func at(_ seconds: Int) -> WallTime { SampleMesh.start.advanced(by: .seconds(seconds)) }

    @Test func `acts when a version is worse for long enough, and not before`() throws {
        var armed = try #require(
            CanaryGuard(GuardRule(.errors(Ratio(0.02)), patience: .seconds(30)), of: split, safe: ["v1": 100, "v2": 0]))

        armed.look(reading([0.001, 0.05]), at: at(0))
        guard case .worse(let finding) = armed.verdict else { return #expect(Bool(false), "\(armed.verdict)") }
        #expect(finding.subset == "v2")
        armed.look(reading([0.001, 0.05]), at: at(29))
        guard case .worse = armed.verdict else { return #expect(Bool(false), "\(armed.verdict)") }
        armed.look(reading([0.001, 0.05]), at: at(30))
        guard case .broken(let broken) = armed.verdict else { return #expect(Bool(false), "\(armed.verdict)") }
        #expect(armed.words(broken) == "v2 fails 5 % against 0.1 % of v1")
    }

    @Test func `begins anew after a good moment`() throws {
        var armed = try #require(CanaryGuard(.usual, of: split, safe: [:]))
        armed.look(reading([0, 0.5]), at: at(0))
        armed.look(reading([0, 0.01]), at: at(20))
        #expect(armed.verdict == .well)
        armed.look(reading([0, 0.5]), at: at(25))
        armed.look(reading([0, 0.5]), at: at(40))
        guard case .worse(let finding) = armed.verdict else { return #expect(Bool(false), "\(armed.verdict)") }
        #expect(finding.since == at(25))
    }

    @Test func `asks for more than the stable version has, not for more than nothing`() throws {
        var armed = try #require(CanaryGuard(.usual, of: split, safe: [:]))
        armed.look(reading([0.30, 0.31]), at: at(0))
        #expect(armed.verdict == .well)
    }

    @Test func `says nothing about a handful of requests`() throws {
        var armed = try #require(CanaryGuard(.usual, of: split, safe: [:]))
        armed.look(reading([0, 1], samples: [500, 19]), at: at(0))
        #expect(armed.verdict == .waiting)
        armed.look(reading([nil, 1], samples: [0, 50]), at: at(1))
        #expect(armed.verdict == .waiting)
    }

    @Test func `watches the p99 where it is told to`() throws {
        var armed = try #require(
            CanaryGuard(GuardRule(.p99(.milliseconds(50)), patience: .seconds(1)), of: split, safe: [:]))
        armed.look(reading([0, 1], p99: [100, 149]), at: at(0))
        #expect(armed.verdict == .well)
        armed.look(reading([0, 0], p99: [100, 151]), at: at(1))
        armed.look(reading([0, 0], p99: [100, 151]), at: at(2))
        guard case .broken(let finding) = armed.verdict else { return #expect(Bool(false), "\(armed.verdict)") }
        #expect(armed.words(finding) == "p99 of v2 is 151 ms against 100 ms of v1")
    }
}

/// In the sample mesh v2 fails 4.1 % and v1 nothing.
@Suite("Guarding from the screen") struct GuardDriverTests {
    /// A look each second.
    private func wait(_ person: inout Driver, _ seconds: Int) {
        for _ in 0..<seconds { person.wait(seconds: 1) }
    }

    @Test func `a person moves v2 to 20, arms a guard, and the weights go back`() {
        var person = Driver()
        person.run("select payment-service v2")
        person.press("w", "2", "enter", "y")
        #expect(person.weights.v2 == 20)
        person.run("guard errors 2% 30s")
        #expect(person.sees("guard: failing 2 % more than v1 for 30 s"))

        wait(&person, 29)
        #expect(person.weights.v2 == 20)
        #expect(person.sees("v2 fails"))
        wait(&person, 3)

        #expect(person.weights.v1 == 90)
        #expect(person.weights.v2 == 10)
        #expect(person.effects.contains(.ring))
        #expect(person.model.toast?.level == .failure)
        #expect(person.model.toast?.text.contains("payment-service is back at v1 90, v2 10") == true)
        #expect(person.model.guards.isEmpty)
        // And once more by hand: the guard's change can be undone like any other.
        person.press("u", "y")
        #expect(person.weights.v2 == 20)
    }

    @Test func `it looks while the screen is paused, and elsewhere`() {
        var person = Driver()
        person.run("select payment-service v2")
        person.press("w", "2", "enter", "y", "G")
        person.press("esc", "1", "space")

        wait(&person, 40)

        #expect(person.weights.v2 == 10)
    }

    @Test func `with nothing to go back to it says so once and is off`() {
        var person = Driver()
        person.run("select payment-service v2")
        person.press("w", "G")

        wait(&person, 40)

        #expect(person.weights.v2 == 10)
        #expect(person.model.guards.isEmpty)
        #expect(person.model.log.entries.count { $0.author == .guard } == 1)
    }

    @Test func `what the mesh refuses is said, and tried again`() {
        var person = Driver()
        person.run("select payment-service v2")
        person.press("w", "2", "enter", "y", "G")
        person.refusal = .unreachable(reason: "nobody there")
        wait(&person, 40)
        #expect(person.weights.v2 == 20)
        #expect(person.model.log.entries.contains { $0.text.contains("could not be put back: nobody there") })

        person.refusal = nil
        wait(&person, 2)

        #expect(person.weights.v2 == 10)
    }

    @Test func `it is taken away by the same key, and a wrong rule is explained`() {
        var person = Driver()
        person.run("select payment-service v2")
        person.press("w", "G", "G")
        #expect(person.model.guards.isEmpty)
        person.run("guard p50 3")
        #expect(person.model.toast?.text.contains("a guard is written like errors 2% 30s") == true)
        person.press("esc")
        person.run("guard off")
        #expect(person.model.toast?.text == "“guard” does nothing here; ? lists what does")
    }
}

@Suite("Following a change") struct ChangeFollowingTests {
    private func report(_ revision: Int, behind: Int = 0) -> ControlPlaneReport {
        var report = ControlPlaneReport(address: "127.0.0.1:15010")
        report.revision = revision
        report.proxies = (1...8).map { number in
            ProxyReport(
                name: "p\(number).shop", namespace: "shop", address: "127.0.1.\(number)", isConnected: number < 8,
                sync: number <= behind ? .stale : .synced, revision: number <= behind ? revision - 1 : revision,
                connectedFor: nil)
        }
        return report
    }

    @Test func `says in how many proxies it is in force, and after what time in all`() {
        var person = Driver()
        person.control = [report(42)]
        person.run("select payment-service v2")
        person.press("w", "2", "enter", "y")
        #expect(person.model.isFollowingChange)
        #expect(!person.sees("in force"))

        person.control = [report(43, behind: 3)]
        person.wait(seconds: 1)
        #expect(person.sees("in force in 4 of 7 proxies"))
        person.control = [report(43)]
        person.wait(seconds: 1)

        #expect(person.sees("in force in all 7 proxies after 2"))
        #expect(!person.model.isFollowingChange)
        #expect(person.model.log.entries.last?.text.contains("are in force in all 7 proxies") == true)
    }

    @Test func `a control plane that does not tell is not asked for ever`() {
        var person = Driver()
        person.control = []
        person.run("select payment-service v2")
        person.press("w", "2", "enter", "y")
        #expect(!person.model.isFollowingChange)

        person.control = [report(42)]
        person.press("u", "y")
        #expect(person.model.isFollowingChange)
        person.wait(seconds: 31)
        #expect(!person.model.isFollowingChange)
    }
}
