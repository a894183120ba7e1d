import MeshConfig
import MeshModel
import Quantities
import Testing

@Suite struct HealthConfigurationTests {
    @Test func `tolerances and objectives are read as they are written`() throws {
        let text = """
            health:
              judgeCallers: true
              rate:
              - namespace: payments
                kind: app
                name: pay.*
                tolerance:
                - {code: 5XX, protocol: http, direction: inbound, degraded: 1, failure: 5.5}
                - {code: 404}
              - tolerance: []
              objectives:
              - name: quick
                service: checkout
                threshold: 250ms
                target: 99.5
                window: 1h
                burnRate: {failure: 14.4}
              - {threshold: 1s, quantile: 0.95, window: 30m}
            """

        let rules = try HealthConfiguration.parse(Array(text.utf8), file: "health.yaml")

        #expect(rules.judgesCallers)
        #expect(rules.rates.map(\.tolerances.count) == [2, 0])
        let first = try #require(rules.rates.first?.tolerances.first)
        #expect(first.code == "5XX" && first.degraded == 1 && first.failure == 5.5 && first.direction == "inbound")
        #expect(rules.rates.first?.tolerances.last?.code == "404")
        #expect(rules.objectives.map(\.name) == ["quick", "95 % within 1000 ms"])
        #expect(rules.objectives.map(\.target.value) == [0.995, 0.95])
        #expect(rules.objectives.map(\.threshold) == [250, 1000])
        #expect(rules.objectives.first?.limits == LatencyObjective.BurnLimits(failure: 14.4))
        #expect(rules.objectives.map(\.window) == [.seconds(3600), .seconds(1800)])
    }

    @Test(arguments: ["", "objectives: []", "health_config: {}", "health: {judgeCallers: false}"])
    func `without tolerances they are Kiali's own`(text: String) throws {
        #expect(try HealthConfiguration.parse(Array(text.utf8), file: "h") == .standard)
    }

    @Test(arguments: [
        ("healht: {}", "h.yaml:1:1: healht: unknown field \"healht\"; supported here: rate, objectives, judgeCallers"),
        (
            "rate:\n- tolerance:\n  - {code: 5XX, failrue: 1}",
            "h.yaml:3:17: rate[0].tolerance[0].failrue: unknown field \"failrue\"; did you mean \"failure\"?"
        ),
        (
            "rate:\n- tolerance:\n  - code: 5XX\n    failure: lots",
            "h.yaml:4:5: rate[0].tolerance[0].failure: expected a percentage like 10, found a string"
        ),
        (
            "rate:\n- tolerance:\n  - failure: 110",
            "h.yaml:3:5: rate[0].tolerance[0].failure: 110.0 is out of range; expected a percentage like 10"
        ),
        (
            "rate:\n- tolerance:\n  - degraded: 20\n    failure: 10",
            "h.yaml:3:5: rate[0].tolerance[0].degraded: is above failure, 10; write the smaller number here"
        ),
        (
            "rate:\n- name: \"pay(\"",
            "h.yaml:2:3: rate[0].name: no regular expression: missing ): pay("
        ),
        (
            "rate:\n- tolerance:\n  - code: \"[5\"",
            "h.yaml:3:5: rate[0].tolerance[0].code: no regular expression: missing ]: [5"
        ),
        (
            "health:\n  rate: 3",
            "h.yaml:2:3: health.rate: expected an array, found a number"
        ),
        (
            "objectives:\n- threshold: 250\n  target: 99\n  window: 1h",
            "h.yaml:2:3: objectives[0].threshold: expected a string, found a number"
        ),
        (
            "objectives:\n- threshold: 250ms\n  window: 1h",
            "h.yaml:2:3: objectives[0].target: is required; write target: 99 or quantile: 0.99"
        ),
        (
            "objectives:\n- threshold: 250ms\n  window: 1h\n  target: 100",
            "h.yaml:4:3: objectives[0].target: leaves no budget; write a number between"
        ),
        (
            "objectives:\n- threshold: 250ms\n  window: 1h\n  target: 99\n  quantile: 0.99",
            "h.yaml:2:3: objectives[0]: only one of \"target\" and \"quantile\" may be set"
        ),
    ])
    func `what is wrong is said with its place and what would be right`(text: String, message: String) {
        #expect { try HealthConfiguration.parse(Array(text.utf8), file: "h.yaml") } throws: { error in
            if "\(error)" != message { Issue.record("\(error)") }
            return "\(error)" == message
        }
    }
}
