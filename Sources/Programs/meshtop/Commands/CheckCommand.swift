import JSONWire
import MeshModel
import Quantities

extension Command {
    static let check = Command(
        name: "check", summary: "is the mesh well? for scripts: exit code 1 when it is not",
        discussion: """
            Looks at the mesh for the length of the window and names what is ill, worst first, with the reason.
            Exit code 0: nothing is as bad as --fail-on. 1: something is. 2: the command line is wrong.
            Too few requests to judge by are said, and do not fail.
            """,
        options: Observation.options + [
            Option(name: "--fail-on", value: "HEALTH", summary: "degraded or failure (default failure)"),
            Option(
                name: "--service", value: "NAME",
                summary: "only this service or app, payments/payment-service or without a namespace; may be repeated",
                mayRepeat: true),
            Option(name: "-o", value: "FORMAT", summary: "text or json (default text)"),
        ]
    ) { invocation in
        let format = try invocation.choice("-o", of: ["text", "json"])
        let limit: Health =
            try invocation.choice("--fail-on", of: ["failure", "degraded"]) == "degraded" ? .degraded : .failure
        let report = HealthReport(
            try Observation.observe(invocation), services: invocation.allValues("--service"), limit: limit)
        print(format == "json" ? HealthOutput.json(report).text : HealthOutput.text(report))
        return report.isFailing ? .failure : .success
    }
}
