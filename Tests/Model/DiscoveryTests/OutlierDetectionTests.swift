import Discovery
import JSONWire
import Testing

@Suite("Outlier detection on the wire") struct OutlierDetectionTests {
    @Test func `every field survives`() throws {
        let detection = OutlierDetection(
            serverErrors: 1, enforcingServerErrors: 2, gatewayErrors: 3, enforcingGatewayErrors: 4, localFailures: 5,
            enforcingLocalFailures: 6, splitsLocalErrors: true, interval: .seconds(7), baseEjectionTime: .seconds(8),
            maximumEjectionTime: .seconds(9), maximumJitter: .milliseconds(10), maximumEjectionPercent: 11,
            alwaysEjectsOne: true)

        #expect(try OutlierDetection(json: try JSONValue.parse(detection.json.serialized())) == detection)
    }

    @Test(arguments: [
        ("{}", "enforcing_success_rate: is required"),
        (
            #"{"enforcing_success_rate": 100}"#,
            "enforcing_success_rate: 100 is not supported; only 0: success rates are not judged"
        ),
        (#"{"enforcing_success_rate": 0, "interval": "0s"}"#, "interval: must be longer than 0 s"),
        (
            #"{"enforcing_success_rate": 0, "base_ejection_time": "10s", "max_ejection_time": "9s"}"#,
            "max_ejection_time: must not be below base_ejection_time"
        ),
    ])
    func `what would mean something else is refused`(text: String, expected: String) throws {
        do {
            _ = try OutlierDetection(json: try JSONValue.parse(Array(text.utf8)))
            Issue.record("accepted")
        } catch let error as SchemaError {
            #expect("\(error)" == expected)
        }
    }
}
