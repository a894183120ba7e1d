import Quantities
import Testing

@testable import Console

@Suite struct `Numbers in fields` {
    static let values = [
        0, 0.001, 0.04, 0.4, 9.94, 9.96, 42.4, 99.94, 99.96, 999.4, 999.6, 5_400, 120_000, 5.8e6, .nan, .infinity,
    ]

    @Test(arguments: values) func `keep their width`(value: Double) {
        #expect(Field.rate(RequestsPerSecond(value)).count == Field.rateWidth)
        #expect(Field.latency(value).count == Field.latencyWidth)
        #expect(Field.percent(Ratio(value / 100)).count == Field.percentWidth)
        #expect(Field.shortRate(RequestsPerSecond(value)).count <= 5)
        #expect(Field.shortLatency(value).count <= 5, "\(Field.shortLatency(value))")
    }

    @Test func `show three digits of a span's duration`() {
        #expect(Field.duration(.microseconds(226)) == "226 µs")
        #expect(Field.duration(.microseconds(3_340)) == "3.34 ms")
        #expect(Field.duration(.milliseconds(97)) == "97.0 ms")
        #expect(Field.duration(.milliseconds(1_420)) == "1.42 s")
    }

    @Test func `say how long ago in the largest unit`() {
        #expect(
            [0, 59, 60, 3_599, 3_600, 86_400 * 3].map { Field.age(.seconds($0)) } == [
                "0 s", "59 s", "1 min", "59 min", "1 h", "3 d",
            ])
    }
}
