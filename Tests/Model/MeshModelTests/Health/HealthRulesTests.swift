import MeshModel
import Patterns
import Quantities
import Testing

/// Kiali's rules, one row for each.
@Suite struct HealthRulesTests {
    struct Row: CustomTestStringConvertible, Sendable {
        /// `http 500 x10`, `grpc 14 x1`, `http gone x3`; of the edge and, by itself, of its target.
        var answers: [String]
        var edge: Health
        /// As the edge, where it is absent.
        var node: Health?
        /// Nothing for Kiali's own: an annotation's form.
        var tolerances: String?
        var testDescription: String { answers.joined(separator: ", ") + (tolerances.map { " by \($0)" } ?? "") }
    }

    private static func tally(_ answers: [String]) -> AnswerTally {
        var tally = AnswerTally()
        for answer in answers {
            let words = answer.split(separator: " ")
            let amount = Double(words[2].dropFirst()) ?? .nan
            let `protocol` = TrafficProtocol(rawValue: String(words[0])) ?? .tcp
            tally.add(amount, words[1] == "gone" ? nil : String(words[1]), of: `protocol`)
            tally.add(requests: amount, of: `protocol`)
        }
        return tally
    }

    private static func rules(_ text: String?) throws -> HealthRules {
        guard let text else { return .standard }
        let annotation = HealthAnnotation(text)
        #expect(annotation.problems.isEmpty)
        let all = try Pattern(anchoring: "")
        return HealthRules(
            rates: [HealthRate(namespace: all, kind: all, name: all, tolerances: annotation.tolerances)])
    }

    private static let web = MeshNode(id: .init("app/shop/web/v1"), kind: .app, namespace: "shop", app: "web")
    private static let cart = MeshNode(
        id: .init("app/shop/cart/v1"), kind: .app, namespace: "shop", app: "cart", workload: "cart-v1")

    @Test(arguments: [
        // No traffic, or no trouble.
        Row(answers: [], edge: .unknown),
        Row(answers: ["http 200 x100"], edge: .healthy),
        Row(answers: ["http 301 x100"], edge: .healthy),
        Row(answers: ["http 304 x1", "http 101 x1"], edge: .healthy),
        Row(answers: ["grpc 0 x100"], edge: .healthy),
        // 5XX: any degrades, a tenth fails.
        Row(answers: ["http 200 x99999", "http 500 x1"], edge: .degraded),
        Row(answers: ["http 200 x90.1", "http 503 x9.9"], edge: .degraded),
        Row(answers: ["http 200 x90", "http 503 x10"], edge: .failure),
        Row(answers: ["http 200 x0.9", "http 503 x0.1"], edge: .failure),
        Row(answers: ["http 599 x1"], edge: .failure),
        // All codes of a tolerance add up.
        Row(answers: ["http 200 x90", "http 500 x4", "http 502 x6"], edge: .failure),
        // 4XX: from a tenth, from a fifth.
        Row(answers: ["http 200 x901", "http 404 x99"], edge: .healthy),
        Row(answers: ["http 200 x90", "http 404 x10"], edge: .degraded),
        Row(answers: ["http 200 x81", "http 404 x19"], edge: .degraded),
        Row(answers: ["http 200 x80", "http 429 x20"], edge: .failure),
        // Each tolerance by itself, the worst counts.
        Row(answers: ["http 200 x86", "http 404 x9", "http 500 x5"], edge: .degraded),
        Row(answers: ["http 200 x70", "http 404 x15", "http 500 x15"], edge: .failure),
        // gRPC statuses.
        Row(answers: ["grpc 0 x99", "grpc 1 x1"], edge: .degraded),
        Row(answers: ["grpc 0 x99", "grpc 16 x1"], edge: .degraded),
        Row(answers: ["grpc 0 x90", "grpc 14 x10"], edge: .failure),
        Row(answers: ["grpc 0 x1", "grpc 17 x99"], edge: .healthy),
        // A gRPC call that failed under HTTP is what its client makes of it.
        Row(answers: ["grpc 0 x99", "grpc 503 x1"], edge: .degraded),
        // No answer.
        Row(answers: ["http 200 x99", "http - x1"], edge: .degraded),
        Row(answers: ["http 200 x90", "http - x10"], edge: .failure),
        Row(answers: ["grpc 0 x99", "grpc - x1"], edge: .degraded),
        // Clients that had gone are nobody's fault, but they are requests.
        Row(answers: ["http 200 x1", "http gone x99"], edge: .healthy),
        Row(answers: ["http 200 x80", "http gone x11", "http 500 x9"], edge: .degraded),
        // Protocols by themselves: one in ten of the few is enough.
        Row(answers: ["http 200 x990", "grpc 0 x9", "grpc 13 x1"], edge: .failure),
        // Other meshes' codes.
        Row(answers: ["http 2xx x90", "http 5xx x10"], edge: .failure),
        Row(answers: ["http 2xx x90", "http 4xx x10"], edge: .degraded),
        Row(answers: ["http ok x90", "http error x10"], edge: .failure),
        // Configured tolerances.
        Row(answers: ["http 200 x95", "http 404 x5"], edge: .degraded, tolerances: "404,5,10,http,.*"),
        Row(answers: ["http 200 x90", "http 403 x10"], edge: .healthy, tolerances: "404,5,10,http,.*"),
        Row(answers: ["http 200 x99", "http 500 x1"], edge: .healthy, tolerances: "5XX,2,10,http,inbound"),
        Row(answers: ["http 200 x98", "http 500 x2"], edge: .degraded, tolerances: "5xx,2,10,http,inbound"),
        // A tolerance of 0 for failure fails at the first.
        Row(answers: ["http 200 x99999", "http 500 x1"], edge: .failure, tolerances: "5XX,0,0,http,.*"),
        // No tolerance for this protocol or direction: an entity is unknown, an edge with traffic is healthy.
        Row(answers: ["http 500 x100"], edge: .healthy, node: .unknown, tolerances: "5XX,0,10,grpc,.*"),
        Row(answers: ["http 500 x100"], edge: .failure, node: .unknown, tolerances: "5XX,0,10,http,outbound"),
        Row(answers: ["http 500 x100"], edge: .failure, tolerances: "5XX,0,10,http,inbound"),
        Row(answers: ["http 500 x100"], edge: .failure, tolerances: "5XX,0,10,http,in.*|out.*"),
        // Anchored before and behind, not around: ^htt|grpc$.
        Row(answers: ["http 500 x100"], edge: .failure, tolerances: "5XX,0,10,htt|grpc,.*"),
        Row(answers: ["http 500 x100"], edge: .healthy, node: .unknown, tolerances: "5XX,0,10,htt,.*"),
        // Empty patterns are everything.
        Row(answers: ["http 200 x100"], edge: .failure, tolerances: ",0,10,,"),
        Row(
            answers: ["http 500 x10", "http 200 x90"], edge: .failure, tolerances: "5XX,0,10,http,.*;200,95,100,http,.*"
        ),
    ])
    func `tolerances are Kiali's`(row: Row) throws {
        var judge = HealthJudge(try Self.rules(row.tolerances))
        let tally = Self.tally(row.answers)

        let edge = judge.verdict(of: tally, from: Self.web, to: Self.cart)
        let node = judge.verdict(of: Self.cart, inbound: tally, outbound: AnswerTally())

        #expect(edge.health == row.edge)
        #expect(node.health == row.node ?? row.edge)
        #expect((node.cause == nil) == (node.health <= .healthy))
    }

    @Test(arguments: [
        (["http 200 x999", "http 404 x1"], Health.degraded), (["http 200 x9995", "http 500 x4"], .healthy),
        (["http 200 x90", "http 500 x4", "http 404 x6"], .failure), (["http 200 x5", "http - x5"], .healthy),
        ([], .unknown),
    ])
    func `without tolerances 4xx and 5xx together have Kiali's limits`(answers: [String], health: Health) throws {
        let all = try Pattern(anchoring: "")
        let empty = HealthRate(namespace: all, kind: all, name: all, tolerances: [])

        for rules in [HealthRules(rates: []), HealthRules(rates: [empty])] {
            var judge = HealthJudge(rules)

            let verdict = judge.verdict(of: Self.cart, inbound: Self.tally(answers), outbound: AnswerTally())
            #expect(verdict.health == health)
            #expect(judge.verdict(of: Self.tally(answers), from: Self.web, to: Self.cart).health == health)
        }
    }

    @Test func `the first block that names an entity holds, and the last where none does`() throws {
        func block(_ namespace: String, _ kind: String, _ name: String, failure: Double) throws -> HealthRate {
            HealthRate(
                namespace: try Pattern(anchoring: namespace), kind: try Pattern(anchoring: kind),
                name: try Pattern(anchoring: name), tolerances: [try HealthTolerance(code: "5XX", failure: failure)]
            )
        }
        var judge = HealthJudge(
            HealthRules(rates: [
                try block("shop", "app", "cart", failure: 50), try block("shop", "", "ca.*", failure: 1),
                try block("", "workload", "mail-v1", failure: 1), try block("elsewhere", "", "", failure: 60),
            ]))
        let tally = Self.tally(["http 200 x70", "http 500 x30"])
        func health(_ namespace: String, _ app: String, workload: String? = nil) -> Health {
            let node = MeshNode(
                id: .init("\(namespace)/\(app)"), kind: .app, namespace: namespace, app: app, workload: workload)
            return judge.verdict(of: node, inbound: tally, outbound: AnswerTally()).health
        }

        #expect(health("shop", "cart") == .degraded)
        #expect(health("shop", "catalog") == .failure)
        #expect(health("other", "cart") == .degraded)
        #expect(health("shop", "mail", workload: "mail-v1") == .failure)
    }

    @Test func `an object's own tolerances come before all rules, unless none of them can be read`() {
        var judge = HealthJudge()
        let tally = Self.tally(["http 200 x95", "http 500 x5"])
        let entity = HealthEntity(namespace: "shop", kind: "app", name: "cart")
        func health() -> Health { judge.verdict(of: Self.cart, inbound: tally, outbound: AnswerTally()).health }

        #expect(health() == .degraded)
        judge.annotations[entity] = HealthAnnotation("5XX,1,5,http,inbound").tolerances
        #expect(health() == .failure)
        judge.annotations[entity] = HealthAnnotation("5XX,1").tolerances
        #expect(health() == .degraded)
    }

    @Test(arguments: [
        ("5XX,10,20,http", "expected code,degraded,failure,protocol,direction"),
        ("5XX,ten,20,http,inbound", "degraded and failure are percentages, like 10"),
        ("5XX,30,20,http,inbound", "degraded is above failure; the smaller number comes first"),
        ("5XX,10,20,ht(tp,inbound", "protocol: missing ): ht(tp"),
    ])
    func `a part of an annotation that cannot be read is told, and the others hold`(part: String, problem: String) {
        let annotation = HealthAnnotation(" 4XX, 10 , 20,http,inbound ;\(part);;")

        #expect(annotation.tolerances.map(\.code) == ["4XX"])
        #expect(annotation.tolerances.map(\.failure) == [20])
        #expect(annotation.problems == ["health.kiali.io/rate: “\(part)”: \(problem)"])
    }

    @Test func `two reporters' accounts are joined by the larger number of each kind`() {
        let destination = Self.tally(["http 200 x90", "http 500 x2"])
        let source = Self.tally(["http 200 x85", "http 500 x5", "http - x3"])

        let both = source.consolidated(with: destination)

        #expect(Set(both.entries.map { "\($0.key.code ?? "") \($0.amount)" }) == ["200 90.0", "500 5.0", "- 3.0"])
        #expect(both.requests[.http] == 93)
    }

    @Test func `who calls something ill is ill only where that is wanted`() {
        func health(judgesCallers: Bool) -> [Health] {
            var snapshot = MeshSnapshot(
                time: WallTime(secondsSinceEpoch: 0), window: .seconds(10), nodes: [Self.cart, Self.web],
                edges: [
                    MeshEdge(
                        source: Self.web.id, target: Self.cart.id,
                        traffic: TrafficSummary(
                            rate: RequestsPerSecond(10), samples: 100,
                            codes: [ResponseCodeRate(code: "500", rate: RequestsPerSecond(10))]))
                ])
            var judge = HealthJudge(HealthRules(rates: [.standard], judgesCallers: judgesCallers))
            judge.judge(&snapshot)
            #expect(snapshot.edges[0].health == .failure)
            return snapshot.nodes.map(\.health)
        }

        #expect(health(judgesCallers: false) == [.failure, .unknown])
        #expect(health(judgesCallers: true) == [.failure, .failure])
    }

    @Test func `the reason says how many of how many ended how, and what was tolerated`() {
        var judge = HealthJudge()
        func reason(_ answers: [String]) -> String? {
            judge.verdict(of: Self.cart, inbound: Self.tally(answers), outbound: AnswerTally()).cause?.description
        }

        #expect(
            reason(["http 200 x614", "http 500 x26"])
                == "4.1 % of 640 requests failed with 500, degraded above 0 %")
        #expect(
            reason(["http 200 x800", "http 404 x150", "http 403 x250"])
                == "33 % of 1,200 requests were refused with 403, 404, failure from 20 %")
        #expect(reason(["http 200 x1", "http - x1"]) == "50 % of 2 requests got no answer, failure from 10 %")
        #expect(
            reason(["grpc 0 x99", "grpc 14 x1"])
                == "1 % of 100 requests ended with gRPC status 14, degraded above 0 %")
    }

    @Test(arguments: [
        (ReplicaCounts(desired: 0, current: 0, available: 0), Health.notReady),
        (ReplicaCounts(desired: 0, current: 3, available: 3), .notReady),
        (ReplicaCounts(desired: 3, current: 3, available: 1), .degraded),
        (ReplicaCounts(desired: 3, current: 2, available: 2), .degraded),
        (ReplicaCounts(desired: 3, current: 3, available: 0), .failure),
        (ReplicaCounts(desired: 3, current: 0, available: 0), .failure),
        (ReplicaCounts(desired: 3, current: 4, available: 3), .failure),
        (ReplicaCounts(desired: 3, current: 3, available: 3, synced: 2), .degraded),
        (ReplicaCounts(desired: 3, current: 3, available: 3, synced: -1), .healthy),
        (ReplicaCounts(desired: 3, current: 3, available: 3, synced: 3), .healthy),
        (ReplicaCounts(desired: 3, current: 3, available: 3), .healthy),
        (ReplicaCounts(desired: 3, current: 4, available: 4), .degraded),
    ])
    func `instances are judged by Kiali's rule`(replicas: ReplicaCounts, health: Health) {
        #expect(replicas.health == health)
    }

    @Test func `of two the worse counts, and not ready lies between healthy and degraded`() {
        let order: [Health] = [.unknown, .healthy, .notReady, .degraded, .failure]

        for (index, health) in order.enumerated() {
            for (other, worse) in order.enumerated() where other >= index {
                #expect(HealthVerdict(health: health).merged(with: HealthVerdict(health: worse)).health == worse)
                #expect(HealthVerdict(health: worse).merged(with: HealthVerdict(health: health)).health == worse)
            }
        }
    }
}
