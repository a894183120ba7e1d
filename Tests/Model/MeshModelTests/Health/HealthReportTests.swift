import MeshModel
import Quantities
import Testing

@Suite struct HealthReportTests {
    private static func traffic(_ requests: Double, failed: Double) -> TrafficSummary {
        TrafficSummary(
            rate: RequestsPerSecond(requests), samples: requests, errors: Ratio(failed, of: requests),
            codes: [
                ResponseCodeRate(code: "200", rate: RequestsPerSecond(requests - failed)),
                ResponseCodeRate(code: "500", rate: RequestsPerSecond(failed)),
            ].filter { $0.rate > .zero })
    }

    /// `web` and `job` call `cart`; `web` calls `mail` and `bank`. Numbers are requests and failures.
    private static func snapshot(
        webToCart: (Double, Double) = (1000, 0), jobToCart: (Double, Double) = (1000, 0),
        webToMail: (Double, Double) = (1000, 0)
    ) -> MeshSnapshot {
        func node(_ app: String, _ namespace: String, _ inbound: (Double, Double)?) -> MeshNode {
            MeshNode(
                id: .init("app/\(namespace)/\(app)/v1"), kind: .app, namespace: namespace, app: app, service: app,
                version: "v1", inbound: inbound.map { traffic($0.0, failed: $0.1) })
        }
        let cart = node("cart", "shop", (webToCart.0 + jobToCart.0, webToCart.1 + jobToCart.1))
        let mail = node("mail", "post", webToMail)
        let web = node("web", "shop", nil)
        let job = node("job", "shop", nil)
        var snapshot = MeshSnapshot(
            time: WallTime(secondsSinceEpoch: 0), window: .seconds(5), nodes: [mail, cart, job, web],
            edges: [(job, cart, jobToCart), (web, cart, webToCart), (web, mail, webToMail)].map { edge in
                MeshEdge(source: edge.0.id, target: edge.1.id, traffic: traffic(edge.2.0, failed: edge.2.1))
            })
        var judge = HealthJudge()
        judge.judge(&snapshot)
        return snapshot
    }

    @Test func `what is ill is named worst first, and an edge only where it is worse than its target`() {
        let report = HealthReport(Self.snapshot(webToCart: (100, 50), webToMail: (1000, 300)))

        #expect(report.ill.map(\.title) == ["post/mail v1", "web v1 → cart v1", "shop/cart v1"])
        #expect(report.ill.map(\.health) == [.failure, .failure, .degraded])
        #expect(report.ill.last?.cause?.description == "4.5 % of 1,100 requests failed with 500, degraded above 0 %")
        #expect(report.requests == 2100)
    }

    @Test(arguments: [
        (0.0, Health.failure, false), (1, .failure, false), (1, .degraded, true), (200, .failure, true),
        (200, .degraded, true), (0, .degraded, false),
    ])
    func `it fails from the limit on`(failed: Double, limit: Health, isFailing: Bool) {
        #expect(HealthReport(Self.snapshot(webToMail: (1000, failed)), limit: limit).isFailing == isFailing)
    }

    @Test func `a service is chosen by its name, with its namespace or without`() {
        let snapshot = Self.snapshot(webToMail: (1000, 300))

        #expect(HealthReport(snapshot, services: ["mail"]).isFailing)
        #expect(HealthReport(snapshot, services: ["post/mail"]).isFailing)
        #expect(!HealthReport(snapshot, services: ["cart"]).isFailing)
        #expect(HealthReport(snapshot, services: ["cart"]).requests == 2000)
    }

    @Test func `a service that was not seen is missing, and that fails`() {
        let report = HealthReport(Self.snapshot(), services: ["cart", "shop/mail"])

        #expect(report.missing == ["shop/mail"])
        #expect(report.isFailing)
    }

    @Test func `too few requests are said and do not fail`() {
        let report = HealthReport(Self.snapshot(webToMail: (3, 0)), limit: .degraded)

        #expect(report.unsure.map(\.title) == ["post/mail v1"])
        #expect(!report.isFailing)
    }
}
