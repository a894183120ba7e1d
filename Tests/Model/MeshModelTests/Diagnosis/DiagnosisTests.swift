import MeshModel
import Quantities
import Testing

/// One mesh with one trouble each.
@Suite struct DiagnosisTests {
    /// `web` calls `cart`, both scraped, both well.
    private struct Mesh {
        var nodes: [MeshNode]
        var edges: [MeshEdge]
        var targets: [ScrapeTarget]
        var window = Duration.seconds(10)
        var notices: [String] = []

        init() {
            nodes = [Mesh.node("web"), Mesh.node("cart")]
            edges = [Mesh.edge("web", "cart")]
            targets = [Mesh.target("10.0.0.1:15090", "web"), Mesh.target("10.0.0.2:15090", "cart")]
        }

        static func node(_ app: String, kind: MeshNode.Kind = .app) -> MeshNode {
            MeshNode(
                id: .init(app), kind: kind, namespace: kind == .app ? "shop" : "", app: kind == .app ? app : nil,
                service: kind == .external ? app : nil, workload: kind == .app ? "\(app)-v1" : nil,
                version: kind == .app ? "v1" : nil)
        }

        static func report(_ samples: Double, neverArrived: Double = 0) -> ReportedTraffic {
            ReportedTraffic(rate: RequestsPerSecond(samples / 10), samples: samples, neverArrived: neverArrived)
        }

        static func edge(
            _ source: String, _ target: String, sent: ReportedTraffic? = report(100),
            received: ReportedTraffic? = report(100)
        ) -> MeshEdge {
            MeshEdge(
                source: .init(source), target: .init(target),
                traffic: TrafficSummary(rate: RequestsPerSecond(10), samples: 100), sent: sent, received: received)
        }

        static func target(
            _ address: String, _ app: String, state: ScrapeTarget.State = .up, series: Int = 40
        ) -> ScrapeTarget {
            var target = ScrapeTarget(
                address: address,
                workload: WorkloadIdentity(namespace: "shop", workload: "\(app)-v1", app: app, version: "v1"),
                state: state, series: series, formats: series > 0 ? ["Istio"] : [])
            target.reading.interval = .seconds(1)
            target.reading.deadline = .milliseconds(900)
            target.reading.took = .milliseconds(3)
            return target
        }

        func diagnosis(_ question: Diagnosis.Question = .mesh) -> Diagnosis {
            let snapshot = MeshSnapshot(
                time: WallTime(nanosecondsSinceEpoch: 0), window: window, nodes: nodes, edges: edges, targets: targets,
                notices: notices)
            return Diagnosis(snapshot, about: question, wanted: .seconds(10))
        }
    }

    private func kinds(_ diagnosis: Diagnosis) -> [String] {
        diagnosis.symptoms.map { "\($0.severity.rawValue) \($0.kind.rawValue) \($0.subject)" }
    }

    @Test func `a mesh that is well has nothing to say`() {
        #expect(Mesh().diagnosis().symptoms.isEmpty)
        #expect(!Mesh().diagnosis().hasProblems)
        #expect(Mesh().diagnosis(.node("cart")).symptoms.isEmpty)
        #expect(Mesh().diagnosis(.edge(source: "web", target: "shop/cart")).symptoms.isEmpty)
    }

    @Test func `nobody to scrape`() {
        var mesh = Mesh()
        (mesh.nodes, mesh.edges, mesh.targets) = ([], [], [])

        #expect(kinds(mesh.diagnosis()) == ["problem no-targets targets"])
    }

    @Test func `targets that are down for one reason are one finding, and say whose telemetry is missing`() throws {
        var mesh = Mesh()
        mesh.targets = (1...5).map {
            Mesh.target("10.0.0.\($0):15090", "cart", state: .down(reason: "connection refused"))
        }
        mesh.targets.append(Mesh.target("10.0.0.9:15090", "web", state: .down(reason: "no answer within 900 ms")))

        let symptoms = mesh.diagnosis().symptoms.filter { $0.kind == .targetDown }

        #expect(symptoms.map(\.subject) == ["10.0.0.1:15090, 10.0.0.2:15090 and 3 more", "10.0.0.9:15090"])
        #expect(symptoms.first?.what == "down: connection refused; what cart v1 counts is missing")
        #expect(try #require(symptoms.first?.remedy).contains("nothing listens"))
        #expect(try #require(symptoms.last?.remedy).contains("more time"))
    }

    @Test(arguments: [
        ("answered 401 to /metrics", "--bearer-file"), ("answered 403", "says no"),
        ("answered 404 to /stats", "another path"), ("its metrics cannot be read: line 1", "no Prometheus text"),
        ("its certificate is of nobody known", "--ca"), ("host unreachable", "no way"), ("odd", "by hand"),
    ])
    func `each reason has its remedy`(reason: String, remedy: String) {
        var mesh = Mesh()
        mesh.targets = [Mesh.target("a:1", "web", state: .down(reason: reason))]

        let said = mesh.diagnosis().symptoms.first { $0.kind == .targetDown }?.remedy
        #expect(said?.contains(remedy) == true, "\(said ?? "nothing")")
    }

    @Test func `a target that is up and says nothing of a mesh`() {
        var mesh = Mesh()
        mesh.targets.append(Mesh.target("10.0.0.3:9100", "node", series: 0))

        #expect(kinds(mesh.diagnosis()) == ["problem not-read 10.0.0.3:9100"])
    }

    @Test func `labels that are absent`() {
        var mesh = Mesh()
        mesh.targets[0].reading.gaps = [LabelGap(family: "istio_requests_total", label: "response_flags")]

        let symptoms = mesh.diagnosis().symptoms
        #expect(symptoms.map(\.kind) == [.labelMissing])
        #expect(
            symptoms.first?.what
                == "series of istio_requests_total lack the label response_flags, and are left out of the graph")
    }

    @Test func `an identity that is only an address, and a clock that is wrong, and an answer that is late`() {
        var mesh = Mesh()
        mesh.targets[0].identity?.origin = .address
        mesh.targets[1].reading.clockAhead = .seconds(-90)
        mesh.targets[1].reading.took = .milliseconds(700)

        #expect(
            kinds(mesh.diagnosis()) == [
                "warning identity-guessed 10.0.0.1:15090", "warning clock-skew 10.0.0.2:15090",
                "warning slow-target 10.0.0.2:15090",
            ])
        #expect(mesh.diagnosis().symptoms[1].what == "its clock is 90 s behind this one")
        mesh.targets[1].reading.clockAhead = .milliseconds(-1900)
        #expect(!mesh.diagnosis().symptoms.contains { $0.kind == .clockSkew })
    }

    @Test func `a window under two scrapes`() {
        var mesh = Mesh()
        mesh.window = .milliseconds(1500)
        #expect(kinds(mesh.diagnosis()) == ["problem young-window window"])
        mesh.window = .seconds(4)
        #expect(kinds(mesh.diagnosis()) == ["warning young-window window"])
    }

    @Test func `a destination that does not count, for each of three reasons`() throws {
        var mesh = Mesh()
        mesh.edges = [Mesh.edge("web", "cart", received: nil)]
        #expect(try #require(mesh.diagnosis().symptoms.first).what.hasSuffix("although its proxy answers"))

        mesh.targets[1].state = .down(reason: "connection refused")
        let down = try #require(mesh.diagnosis().symptoms.first { $0.kind == .sourceOnly })
        #expect(down.what == "only web v1 counts what it gets: its target 10.0.0.2:15090 is down")

        mesh.targets.removeLast()
        let bare = try #require(mesh.diagnosis().symptoms.first { $0.kind == .sourceOnly })
        #expect(bare.what == "only web v1 counts what it gets: none of its proxies is scraped")
        #expect(bare.remedy?.contains("sidecar") == true)
    }

    @Test func `a caller that does not count`() {
        var mesh = Mesh()
        mesh.edges = [Mesh.edge("web", "cart", sent: nil)]
        mesh.targets.removeFirst()

        #expect(kinds(mesh.diagnosis()) == ["warning destination-only web v1"])
    }

    @Test func `callers without a name are a note, and a host outside is nothing`() {
        var mesh = Mesh()
        mesh.nodes += [Mesh.node("unknown", kind: .unknown), Mesh.node("bank.example", kind: .external)]
        mesh.edges += [Mesh.edge("unknown", "web", sent: nil), Mesh.edge("cart", "bank.example", received: nil)]

        #expect(kinds(mesh.diagnosis()) == ["note unknown-callers unknown"])
        #expect(!mesh.diagnosis().hasProblems)
    }

    @Test func `requests that were sent and not received`() {
        var mesh = Mesh()
        mesh.edges = [Mesh.edge("web", "cart", sent: Mesh.report(1000), received: Mesh.report(960))]
        #expect(mesh.diagnosis().symptoms.isEmpty)
        mesh.edges = [Mesh.edge("web", "cart", sent: Mesh.report(1000, neverArrived: 80), received: Mesh.report(900))]
        let symptom = mesh.diagnosis().symptoms.first
        #expect(
            symptom?.what == "10.0 % of 1,000 requests were sent and not received"
                || symptom?.what == "10 % of 1,000 requests were sent and not received")
        #expect(symptom?.remedy?.contains("80") == true)
        // Twenty are needed to say so.
        mesh.edges = [Mesh.edge("web", "cart", sent: Mesh.report(30), received: Mesh.report(20))]
        #expect(mesh.diagnosis().symptoms.isEmpty)
    }

    @Test func `a proxy that counts nothing is a note`() {
        var mesh = Mesh()
        mesh.targets.append(Mesh.target("10.0.0.3:15090", "mail"))

        #expect(kinds(mesh.diagnosis()) == ["note target-silent 10.0.0.3:15090"])
        #expect(kinds(mesh.diagnosis(.node("mail"))) == ["problem no-traffic mail"])
    }

    @Test func `a name that nobody has, with those that are near`() {
        let symptoms = Mesh().diagnosis(.node("crat")).symptoms

        #expect(symptoms.map(\.kind) == [.notSeen])
        #expect(symptoms.first?.remedy == "did you mean cart?")
        #expect(Mesh().diagnosis(.node("zzz")).symptoms.first?.remedy?.contains("sidecar") == true)
    }

    @Test func `two that do not call each other`() {
        var mesh = Mesh()
        mesh.nodes.append(Mesh.node("db"))
        mesh.targets.append(Mesh.target("10.0.0.3:15090", "db"))
        mesh.edges.append(Mesh.edge("cart", "db"))

        let symptoms = mesh.diagnosis(.edge(source: "web", target: "db")).symptoms
        #expect(symptoms.map(\.kind) == [.noEdge])
        #expect(symptoms.first?.what == "no request in 10 s; web calls cart v1; db is called by cart v1")
        #expect(mesh.diagnosis(.edge(source: "web", target: "bd")).symptoms.first?.kind == .notSeen)
    }

    @Test func `what sources say of themselves comes along, and problems stand first`() {
        var mesh = Mesh()
        mesh.notices = ["the control plane does not answer"]
        mesh.targets[0].identity?.origin = .address
        mesh.targets.append(Mesh.target("10.0.0.3:15090", "mail"))

        #expect(mesh.diagnosis().symptoms.map(\.severity) == [.problem, .warning, .note])
        #expect(mesh.diagnosis().symptoms.first?.what == "the control plane does not answer")
    }
}
