import ExpositionWire
import Testing

@Suite struct AcceptTests {
    @Test(arguments: [
        ("", ExpositionFormat.prometheus), ("*/*", .prometheus), ("text/plain", .prometheus),
        ("text/plain;version=0.0.4", .prometheus), ("application/openmetrics-text", .openMetrics),
        // Prometheus 2.42's own.
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics
        ),
        ("Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.3 , text/plain; q=0.2", .openMetrics),
        ("application/openmetrics-text;q=0.3,text/plain;q=0.4", .prometheus),
        ("application/openmetrics-text;q=0,*/*", .prometheus), ("application/openmetrics-text;q=x", .prometheus),
        ("application/json", .prometheus), (",;,;q=1,", .prometheus),
    ])
    func `the format is the one that is liked best`(_ accept: String, _ format: ExpositionFormat) {
        #expect(ExpositionFormat(accept: accept) == format)
    }
}
