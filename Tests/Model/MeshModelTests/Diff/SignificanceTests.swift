import MeshModel
import Testing

/// Against sums of binomial coefficients and the error function, worked out apart with whole numbers of any size.
@Suite struct SignificanceTests {
    @Test(arguments: [
        (10.0, 10.0, 1.0), (5, 15, 0.041_389_465), (0, 6, 0.031_25), (0, 0, 1), (100, 150, 0.001_883_301),
    ])
    func `rates of equal times are compared by the binomial distribution`(first: Double, second: Double, p: Double) {
        let found = Significance.ofRates(first, over: 60, second, over: 60)

        #expect(abs(found - p) < 1e-6, "\(found)")
        #expect(abs(Significance.ofRates(second, over: 60, first, over: 60) - p) < 1e-6)
    }

    @Test func `rates of unequal times are compared by what each should have of the sum`() {
        #expect(Significance.ofRates(600, over: 60, 100, over: 10) == 1)
        #expect(Significance.ofRates(600, over: 60, 200, over: 10) < 1e-12)
        // 0 of 3 in a tenth of the time: 0.1³ of chance that all three fall into it.
        #expect(abs(Significance.ofRates(0, over: 90, 3, over: 10) - 0.002) < 1e-12)
    }

    @Test func `shares are compared by the hypergeometric distribution`() {
        // One marked of two, drawn one: an even chance on either side.
        #expect(abs(Significance.ofShares((0, 1), (1, 1)) - 1) < 1e-9)
        // All five of ten drawn are the marked ones: 1 in 252.
        #expect(abs(Significance.ofShares((0, 5), (5, 5)) - 2.0 / 252) < 1e-12)
        #expect(Significance.ofShares((5, 1000), (5, 1000)) == 1)
        #expect(Significance.ofShares((0, 100), (0, 100)) == 1)
        #expect(Significance.ofShares((10, 1_000_000), (5000, 1_000_000)) < 1e-12)
    }

    @Test func `histograms are compared by chi-square`() {
        // 100/11 at one degree of freedom: erfc(√(50/11)).
        #expect(abs(Significance.ofHistograms([30, 20], [15, 35]) - 0.002_568_832) < 1e-6)
        #expect(Significance.ofHistograms([10, 20, 30], [10, 20, 30]) == 1)
        #expect(Significance.ofHistograms([1, 2], [2, 1]) == 1)
        #expect(Significance.ofHistograms([], []) == 1)
    }

    @Test func `Benjamini and Hochberg believe up to the last that is small for its rank`() {
        let believed = Significance.believed([0.001, 0.5, 0.008, 0.039, 0.041, 0.042], falseDiscoveryRate: 0.05)

        #expect(believed == [true, false, true, false, false, false])
        #expect(Significance.believed([], falseDiscoveryRate: 0.05) == [])
        // The second is too large for its own rank, but the third is not for its.
        #expect(Significance.believed([0.01, 0.036, 0.04], falseDiscoveryRate: 0.05) == [true, true, true])
    }
}
