import Quantities
import Testing

@Suite struct RatesTests {
    @Test func `rates add up and compare`() {
        var sum = RequestsPerSecond(1.5)
        sum += RequestsPerSecond(2)

        #expect(sum == RequestsPerSecond(3.5))
        #expect(RequestsPerSecond.zero < sum)
        #expect(BytesPerSecond(1) + BytesPerSecond(2) == BytesPerSecond(3))
    }

    @Test(arguments: [(-0.1, 0.0), (0.25, 0.25), (1.0, 1.0), (7.0, 1.0), (Double.nan, 0.0), (.infinity, 1.0)])
    func `a ratio stays between nothing and all`(value: Double, expected: Double) {
        #expect(Ratio(value).value == expected)
    }

    @Test func `the share of nothing is unknown`() {
        #expect(Ratio(0, of: 0) == nil)
        #expect(Ratio(1, of: -1) == nil)
        #expect(Ratio(1, of: 4) == Ratio(0.25))
    }
}
