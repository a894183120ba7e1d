import Quantities
import Testing
import TraceModel

@testable import Proxy

@Suite("Request metrics")
struct RequestMetricsTests {
    @Test func `a value falls into the bucket of the first bound that is not below it`() {
        for (index, bound) in HistogramBuckets.bounds.enumerated() {
            #expect(HistogramBuckets.index(of: bound) == index)
            #expect(HistogramBuckets.index(of: bound.nextUp) == index + 1)
        }
        #expect(HistogramBuckets.index(of: 0) == 0)
        #expect(HistogramBuckets.index(of: .infinity) == 19)
        #expect(HistogramBuckets.index(of: .nan) == 19)
        #expect(HistogramBuckets.boundTexts.count == HistogramBuckets.count)
    }

    @Test func `workers' pages add up by labels`() {
        var first = RequestMetrics(local: .unknown)
        var second = RequestMetrics(local: .unknown)
        let web = WorkloadLabels(workload: "web-v1", app: "web")
        // The second worker meets another peer first, so the same labels have different numbers.
        let other = series(second.peers.id(of: WorkloadLabels(workload: "other")))
        let inFirst = series(first.peers.id(of: web))
        let inSecond = series(second.peers.id(of: web))

        first.record(inFirst, durationMilliseconds: 3, requestBytes: 0, responseBytes: 128)
        second.record(other, durationMilliseconds: 1, requestBytes: 0, responseBytes: 0)
        second.record(inSecond, durationMilliseconds: 40, requestBytes: 10, responseBytes: 128)
        let page = MetricsPage.merged([first.page, second.page])

        #expect(page.labelTexts.count == 2)
        let row = page.labelTexts.firstIndex { $0.contains("web-v1") }.map { $0 * MetricsRow.width } ?? 0
        #expect(page.cells[row] == 2)
        #expect(page.cells[row + MetricsRow.durationOffset + 2] == 1)
        #expect(page.cells[row + MetricsRow.durationOffset + 5] == 1)
        #expect(Double(bitPattern: page.cells[row + MetricsRow.durationOffset + HistogramBuckets.count]) == 43)
        #expect(Double(bitPattern: page.cells[row + MetricsRow.responseBytesOffset + HistogramBuckets.count]) == 256)
    }

    @Test func `of several workers' examples the newest is shown, by labels and bucket`() throws {
        var first = RequestMetrics(local: .unknown)
        var second = RequestMetrics(local: .unknown)
        let web = WorkloadLabels(workload: "web-v1", app: "web")
        let other = series(second.peers.id(of: WorkloadLabels(workload: "other")))
        func record(_ metrics: inout RequestMetrics, _ series: RequestSeries, _ id: UInt64, _ milliseconds: Double)
            throws
        {
            let trace = try #require(TraceID(high: 1, low: id))
            metrics.record(
                series, durationMilliseconds: milliseconds, requestBytes: 0, responseBytes: 0,
                sampled: RequestExample(
                    trace: trace, milliseconds: milliseconds, time: WallTime(secondsSinceEpoch: Double(id))))
        }
        second.record(other, durationMilliseconds: 3, requestBytes: 0, responseBytes: 0)
        let inFirst = series(first.peers.id(of: web))
        let inSecond = series(second.peers.id(of: web))

        try record(&first, inFirst, 5, 3)
        try record(&first, inFirst, 1, 40)
        try record(&second, inSecond, 4, 3.5)
        try record(&second, inSecond, 2, 41)
        let page = MetricsPage.merged([first.page, second.page])

        let row = try #require(page.labelTexts.firstIndex { $0.contains("web-v1") })
        let shown = try #require(page.examples[row]).map { $0?.trace.low }
        #expect(shown.count == HistogramBuckets.count)
        #expect(shown[2] == 5 && shown[5] == 2)
        #expect(shown.compactMap { $0 }.count == 2)
        let otherRow = try #require(page.labelTexts.firstIndex { $0.contains("other") })
        #expect(page.examples[otherRow]?.compactMap { $0 }.isEmpty ?? true)
    }

    @Test func `a series beyond the limit is counted and not kept`() {
        var metrics = RequestMetrics(local: .unknown, rowLimit: 2)

        for code in [200, 201, 202, 203, 200] as [UInt16] {
            metrics.record(
                series(.unknown, code: code), durationMilliseconds: 1, requestBytes: 0, responseBytes: 0)
        }

        #expect(metrics.page.labelTexts.count == 2)
        #expect(metrics.page.overflow == 2)
        #expect(metrics.page.cells[0] == 2)
    }

    @Test func `label sets beyond the limit become unknown`() {
        var table = LabelTable<WorkloadLabels>(unknown: .unknown, limit: 2)

        let first = table.id(of: WorkloadLabels(workload: "a"))
        let second = table.id(of: WorkloadLabels(workload: "b"))

        #expect(table[first].workload == "a")
        #expect(second == .unknown)
        #expect(table[LabelID(rawValue: 99)] == .unknown)
    }

    @Test func `the source reports unknown security and the destination what it saw`() {
        let local = WorkloadLabels(
            workload: "payment-v1", namespace: "payments", app: "payment-service", version: "v1", cluster: "Kubernetes",
            principal: "spiffe://cluster.local/ns/payments/sa/payment")
        let service = ServiceLabels(
            host: "payment-service.payments.svc.cluster.local", name: "payment-service", namespace: "payments")

        let source = series(.unknown).labelText(local: local, peer: .unknown, service: service)
        let destination = series(.unknown, reporter: .destination, isSecure: false)
            .labelText(local: local, peer: .unknown, service: service)

        #expect(source.contains("connection_security_policy=\"unknown\""))
        #expect(source.contains("source_principal=\"spiffe://cluster.local/ns/payments/sa/payment\""))
        #expect(destination.contains("connection_security_policy=\"none\""))
        #expect(destination.contains("destination_principal=\"unknown\""))
        #expect(destination.contains("destination_workload=\"payment-v1\""))
    }

    @Test func `label values are escaped`() {
        let text = series(.unknown).labelText(
            local: WorkloadLabels(workload: "a\\b\"c\nd"), peer: .unknown, service: .unknown)

        #expect(text.contains("source_workload=\"a\\\\b\\\"c\\nd\""))
    }

    private func series(
        _ peer: LabelID, code: UInt16 = 200, reporter: Reporter = .source, isSecure: Bool = true
    ) -> RequestSeries {
        RequestSeries(reporter: reporter, peer: peer, service: .unknown, code: code, isSecure: isSecure)
    }
}
