import Quantities
import Testing

@Suite struct HumaneTests {
    @Test(arguments: [
        (0.0, "0"), (0.04, "0.0"), (0.4, "0.4"), (12.34, "12.3"), (99.94, "99.9"), (99.96, "100"), (340, "340"),
        (999.4, "999"), (999.5, "1.0k"), (1234, "1.2k"), (9960, "10k"), (56_000, "56k"), (999_499, "999k"),
        (999_500, "1.0M"), (1.2e6, "1.2M"), (3.4e9, "3.4G"), (-12, "-12.0"), (.nan, "–"), (.infinity, "–"),
    ])
    func `a count takes four cells`(value: Double, text: String) {
        #expect(Humane.count(value) == text)
    }

    @Test(arguments: [
        (0.0, "0 %"), (0.0001, "<0.1 %"), (0.004, "0.4 %"), (0.055, "5.5 %"), (0.12, "12 %"), (0.125, "13 %"),
        (0.9996, "99.9 %"), (0.999, "99.9 %"), (1, "100 %"),
    ])
    func `a percentage is all or nothing only when it is`(value: Double, text: String) {
        #expect(Humane.percent(Ratio(value)) == text)
    }

    @Test(arguments: [
        (0.0, "0.0 ms"), (0.44, "0.4 ms"), (9.96, "10 ms"), (41, "41 ms"), (999.6, "1.0 s"), (1_234, "1.2 s"),
        (12_000, "12 s"), (59_960, "1 min"), (180_000, "3 min"), (.nan, "–"),
    ])
    func `a latency has one unit`(value: Double, text: String) {
        #expect(Humane.milliseconds(value) == text)
    }

    @Test(arguments: [
        (0.0, "0 B"), (812, "812 B"), (999.6, "1.0 kB"), (1_200, "1.2 kB"), (56e6, "56 MB"), (2e9, "2.0 GB"),
    ])
    func `bytes go up by thousands`(value: Double, text: String) {
        #expect(Humane.bytes(value) == text)
        #expect(Humane.rate(BytesPerSecond(value)) == text + "/s")
    }

    @Test(arguments: [
        (1.25, 1, "1.3"), (-1.25, 1, "-1.3"), (-0.04, 1, "0.0"), (2.5, 0, "3"), (3, 2, "3.00"), (0.05, 2, "0.05"),
        (1e14, 3, "100000000000000.000"), (1, -3, "1"), (1, 40, "1.000000000"),
    ])
    func `a fixed number has exactly its decimals`(value: Double, decimals: Int, text: String) {
        #expect(Humane.fixed(value, decimals: decimals) == text)
    }
}
