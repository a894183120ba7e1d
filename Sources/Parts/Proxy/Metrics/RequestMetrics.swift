import Quantities
import TraceModel

/// What one worker has counted. It belongs to the worker's thread; other threads see ``MetricsPage`` copies.
///
/// A request costs one look-up by ``RequestSeries`` and seven additions. The labels' text is made once, when a series
/// is first seen.
struct RequestMetrics {
    /// Rows (label sets) a worker keeps. One row is 67 lines of exposition, so this bounds a scrape to some 100 MB in
    /// the worst case and to a few hundred lines in the usual one. What comes later is counted in `overflow`.
    static let defaultRowLimit = 2_000
    /// Label sets of peers and of services a worker keeps apart.
    static let labelLimit = 10_000

    var peers = LabelTable<WorkloadLabels>(unknown: .unknown, limit: labelLimit)
    var services = LabelTable<ServiceLabels>(unknown: .unknown, limit: labelLimit)
    var events = WorkerEvents()
    private var connections = ConnectionTable()

    private let local: WorkloadLabels
    private let rowLimit: Int
    private var rows: [RequestSeries: Int] = [:]
    private var labelTexts: [String] = []
    private var cells: [UInt64] = []
    private var examples = RequestExamples()
    private var overflow: UInt64 = 0
    /// Most requests belong to the series of the one before.
    private var last: (series: RequestSeries, row: Int)?

    init(local: WorkloadLabels, rowLimit: Int = defaultRowLimit) {
        self.local = local
        self.rowLimit = max(1, rowLimit)
    }

    /// Counts one finished request.
    ///
    /// - Parameter sampled: the request in its trace, when that is recorded.
    mutating func record(
        _ series: RequestSeries, durationMilliseconds: Double, requestBytes: UInt64, responseBytes: UInt64,
        sampled: RequestExample? = nil
    ) {
        guard let row = row(of: series) else {
            overflow &+= 1
            return
        }
        let base = row &* MetricsRow.width
        cells[base] &+= 1
        observe(durationMilliseconds, at: base &+ MetricsRow.durationOffset)
        observe(Double(requestBytes), at: base &+ MetricsRow.requestBytesOffset)
        observe(Double(responseBytes), at: base &+ MetricsRow.responseBytesOffset)
        if let sampled { examples.put(sampled, row: row, bucket: HistogramBuckets.index(of: durationMilliseconds)) }
    }

    /// Counts what happened on a TCP connection since the last time.
    mutating func record(_ counts: ConnectionCounts, of series: ConnectionSeries) {
        let (local, peer, service) = (local, peers[series.peer], services[series.service])
        connections.add(counts, to: series, limit: rowLimit) { series in
            series.labelText(local: local, peer: peer, service: service)
        }
    }

    /// A copy for another thread. The arrays are shared until the worker next counts.
    var page: MetricsPage {
        MetricsPage(
            labelTexts: labelTexts, cells: cells, examples: examples, connections: connections.page, overflow: overflow,
            events: events)
    }

    private mutating func observe(_ value: Double, at offset: Int) {
        cells[offset &+ HistogramBuckets.index(of: value)] &+= 1
        let sum = Double(bitPattern: cells[offset &+ HistogramBuckets.count]) + value
        cells[offset &+ HistogramBuckets.count] = sum.bitPattern
    }

    private mutating func row(of series: RequestSeries) -> Int? {
        if let last, last.series == series { return last.row }
        if let known = rows[series] {
            last = (series, known)
            return known
        }
        guard labelTexts.count < rowLimit else { return nil }
        let row = labelTexts.count
        rows[series] = row
        labelTexts.append(
            series.labelText(local: local, peer: peers[series.peer], service: services[series.service]))
        cells.append(contentsOf: repeatElement(0, count: MetricsRow.width))
        last = (series, row)
        return row
    }
}

/// How a row's numbers lie in the flat array of cells.
///
///     | requests | duration: 20 buckets, sum | request bytes: 20, sum | response bytes: 20, sum |
///
/// Buckets are not cumulative here; sums are the bit pattern of a `Double`.
enum MetricsRow {
    static let histogramWidth = HistogramBuckets.count + 1
    static let durationOffset = 1
    static let requestBytesOffset = durationOffset + histogramWidth
    static let responseBytesOffset = requestBytesOffset + histogramWidth
    static let width = responseBytesOffset + histogramWidth
}

/// What a worker counts that has no labels of a request.
struct WorkerEvents: Sendable {
    /// Connections to an inbound listener closed because they were plaintext and the policy is STRICT.
    var refusedPlaintext: UInt64 = 0
    /// Inbound TLS handshakes that failed: no certificate, an unknown issuer, a broken peer.
    var refusedHandshake: UInt64 = 0
    /// Requests answered by the parser (400, 431, 501 …) before they had a route.
    var malformedRequests: UInt64 = 0
    var upstreamRetries: UInt64 = 0
    /// Requests sent to upstreams, each time that one was.
    var upstreamAttempts: UInt64 = 0
    /// What the time of all requests together was spent on: all of it; attempts, to the answer's last byte; waiting for a
    /// connection.
    var requestNanoseconds: UInt64 = 0
    var upstreamNanoseconds: UInt64 = 0
    var queueNanoseconds: UInt64 = 0
    var upstreamConnectFailures: UInt64 = 0
    /// Copies of requests that a route sends to mirrors.
    var mirroredRequests: UInt64 = 0
    /// Of those, the ones that did not arrive whole or whose answer did not come.
    var droppedMirrors: UInt64 = 0
    /// Requests for which there was no token, refused or not.
    var rateLimited: UInt64 = 0
    var spansDropped: UInt64 = 0
    var activeRequests: Int64 = 0
    /// TCP connections that stand or are being made.
    var activeConnections: Int64 = 0
    /// What TCP connections hold that was read and not yet taken by the other side.
    var bufferedBytes: Int64 = 0

    /// The events of all workers.
    mutating func add(_ other: WorkerEvents) {
        refusedPlaintext &+= other.refusedPlaintext
        refusedHandshake &+= other.refusedHandshake
        malformedRequests &+= other.malformedRequests
        upstreamRetries &+= other.upstreamRetries
        upstreamAttempts &+= other.upstreamAttempts
        requestNanoseconds &+= other.requestNanoseconds
        upstreamNanoseconds &+= other.upstreamNanoseconds
        queueNanoseconds &+= other.queueNanoseconds
        upstreamConnectFailures &+= other.upstreamConnectFailures
        mirroredRequests &+= other.mirroredRequests
        droppedMirrors &+= other.droppedMirrors
        rateLimited &+= other.rateLimited
        spansDropped &+= other.spansDropped
        activeRequests &+= other.activeRequests
        activeConnections &+= other.activeConnections
        bufferedBytes &+= other.bufferedBytes
    }
}

/// One worker's counts at one moment.
struct MetricsPage: Sendable {
    /// The label text of each row.
    var labelTexts: [String] = []
    /// ``MetricsRow/width`` cells for each row.
    var cells: [UInt64] = []
    var examples = RequestExamples()
    var connections = ConnectionPage()
    /// Requests that found no row.
    var overflow: UInt64 = 0
    var events = WorkerEvents()

    /// The sum of several workers' pages, rows of equal labels joined, sorted by label text.
    static func merged(_ pages: [MetricsPage]) -> MetricsPage {
        var sum = MetricsPage()
        sum.connections = ConnectionPage.merged(pages.map(\.connections))
        var rows: [String: [UInt64]] = [:]
        var examples: [String: [RequestExample?]] = [:]
        for page in pages {
            sum.overflow &+= page.overflow
            sum.events.add(page.events)
            for (row, text) in page.labelTexts.enumerated() {
                let slice = page.cells[(row * MetricsRow.width)..<((row + 1) * MetricsRow.width)]
                rows[text] = rows[text].map { Self.added($0, slice) } ?? Array(slice)
                guard let shown = page.examples[row] else { continue }
                examples[text] = examples[text].map { RequestExample.newer($0, shown) } ?? Array(shown)
            }
        }
        for (text, cells) in rows.sorted(by: { $0.key < $1.key }) {
            sum.labelTexts.append(text)
            sum.cells += cells
            if let shown = examples[text] { sum.examples.put(shown, row: sum.labelTexts.count - 1) }
        }
        return sum
    }

    private static func added(_ left: [UInt64], _ right: ArraySlice<UInt64>) -> [UInt64] {
        zip(left.indices, right).map { index, value in
            let isSum =
                index > 0 && (index - MetricsRow.durationOffset) % MetricsRow.histogramWidth == HistogramBuckets.count
            return isSum
                ? (Double(bitPattern: left[index]) + Double(bitPattern: value)).bitPattern : left[index] &+ value
        }
    }
}
