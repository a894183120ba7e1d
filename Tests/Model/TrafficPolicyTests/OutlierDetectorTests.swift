import Quantities
import Testing
import TrafficPolicy

/// Envoy's rules of ejection; the trap of small clusters has the figures measured with Envoy 1.40.
@Suite("Outlier detection") struct OutlierDetectorTests {
    private func time(_ seconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    private func detector(
        _ count: Int, _ change: (inout OutlierRules) -> Void = { _ in }
    ) -> OutlierDetector<Int> {
        var rules = OutlierRules()
        change(&rules)
        return OutlierDetector(rules, endpoints: 0..<count, now: time(0))
    }

    @discardableResult private func fail(
        _ detector: inout OutlierDetector<Int>, _ endpoint: Int, times: Int = 5, at seconds: UInt64 = 1,
        _ evidence: OutlierEvidence = .response(status: 500)
    ) -> Bool {
        var isChanged = false
        for _ in 0..<times where detector.record(evidence, from: endpoint, now: time(seconds), draw: 0) {
            isChanged = true
        }
        return isChanged
    }

    private func advance(_ detector: inout OutlierDetector<Int>, _ seconds: UInt64) -> Bool {
        detector.advance(to: time(seconds))
    }

    @Test func `the fifth server error in a row ejects, a success in between does not count`() {
        var detector = detector(10)

        fail(&detector, 3, times: 4)
        _ = detector.record(.response(status: 200), from: 3, now: time(1), draw: 0)
        fail(&detector, 3, times: 4)
        #expect(detector.ejected == [])
        let changed = fail(&detector, 3, times: 1)

        #expect(changed)
        #expect(detector.ejected == [3])
        #expect(detector.tally.ejected == [.serverErrors: 1])
    }

    @Test func `a small cluster loses nobody at ten percent, and says so`() {
        var detector = detector(3)

        // Envoy 1.40: 15 answers of 503 are 3 detections of each kind, none enforced, 6 overflows.
        fail(&detector, 0, times: 15, .response(status: 503))

        #expect(detector.ejected == [])
        #expect(detector.tally.detected == [.serverErrors: 3, .gatewayErrors: 3])
        #expect(detector.tally.ejected == [:])
        #expect(detector.tally.suppressed == 6)
    }

    @Test(arguments: [(34 as UInt32, false), (10, true)])
    func `a larger share, or always one, lets the first of three go`(percent: UInt32, always: Bool) {
        var detector = detector(3) {
            $0.maximumPercent = percent
            $0.alwaysEjectsOne = always
        }

        fail(&detector, 0)
        fail(&detector, 1)

        #expect(detector.ejected == [0])
        #expect(detector.tally.suppressed == 1)
    }

    @Test func `only a sweep brings back, and each ejection lasts longer`() {
        var detector = detector(10)
        fail(&detector, 0, at: 1)

        #expect(!advance(&detector, 30))
        #expect(!advance(&detector, 39))
        #expect(advance(&detector, 40))
        #expect(detector.ejected == [])

        // Again at once: twice the time.
        fail(&detector, 0, at: 41)
        #expect(!advance(&detector, 109))
        #expect(advance(&detector, 110))
        // An interval in use takes one off.
        #expect(!advance(&detector, 125))
        fail(&detector, 0, at: 125)
        #expect(!advance(&detector, 184))
        #expect(advance(&detector, 190))
        #expect(detector.tally.returned == 3)
    }

    @Test func `sweeps that nobody asked for are made up for`() {
        var detector = detector(10)
        fail(&detector, 0, at: 1)

        #expect(advance(&detector, 1_000_000_003))

        #expect(detector.ejected == [])
        #expect(detector.nextSweep == time(1_000_000_010))
    }

    @Test func `gateway errors count only where they are enforced`() {
        var detector = detector(10) {
            $0.gatewayErrors = .init(count: 2, enforcedPercent: 100)
            $0.serverErrors = .init(count: 0, enforcedPercent: 0)
        }

        fail(&detector, 0, times: 9)
        #expect(detector.ejected == [])
        fail(&detector, 0, times: 1, .response(status: 502))
        fail(&detector, 0, times: 1, .response(status: 500))
        fail(&detector, 0, times: 1, .response(status: 504))
        #expect(detector.ejected == [])
        fail(&detector, 0, times: 1, .connectionFailed)

        #expect(detector.ejected == [0])
        #expect(detector.tally.detected == [.gatewayErrors: 1])
    }

    @Test func `local failures count apart when split`() {
        var split = detector(10) {
            $0.splitsLocalErrors = true
            $0.localFailures.count = 2
        }
        fail(&split, 0, times: 1, .connectionFailed)
        fail(&split, 0, times: 1, .response(status: 500))
        fail(&split, 0, times: 1, .timedOut)
        #expect(split.ejected == [])
        fail(&split, 0, times: 1, .connectionFailed)
        #expect(split.tally.ejected == [.localFailures: 1])

        var joined = detector(10)
        fail(&joined, 0, times: 2, .connectionFailed)
        fail(&joined, 0, times: 3, .timedOut)
        #expect(joined.tally.ejected == [.serverErrors: 1])
    }

    @Test func `enforcement draws`() {
        var detector = detector(10) { $0.serverErrors.enforcedPercent = 30 }

        for _ in 0..<5 { _ = detector.record(.response(status: 500), from: 0, now: time(1), draw: 30) }
        #expect(detector.ejected == [])
        for _ in 0..<5 { _ = detector.record(.response(status: 500), from: 0, now: time(1), draw: 29) }

        #expect(detector.ejected == [0])
    }

    @Test func `an endpoint that leaves is forgotten, one that stays is not`() {
        var detector = detector(20)
        fail(&detector, 0)
        fail(&detector, 1)

        detector.setEndpoints([1, 2])
        #expect(detector.ejected == [1])
        detector.setEndpoints([0, 1])

        #expect(detector.ejected == [1])
        let changed = fail(&detector, 7)
        #expect(!changed)
    }
}
