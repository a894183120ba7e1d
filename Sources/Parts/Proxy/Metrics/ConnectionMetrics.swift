/// What is counted of TCP connections.
struct ConnectionCounts: Hashable, Sendable {
    var opened: UInt64 = 0
    var closed: UInt64 = 0
    /// Bytes to the downstream: Istio's "sent", at both ends.
    var sent: UInt64 = 0
    /// Bytes from the downstream: Istio's "received", at both ends.
    var received: UInt64 = 0

    var isZero: Bool { self == ConnectionCounts() }

    static func += (left: inout ConnectionCounts, right: ConnectionCounts) {
        left.opened &+= right.opened
        left.closed &+= right.closed
        left.sent &+= right.sent
        left.received &+= right.received
    }
}

/// The counts of one worker by series, and of what found no room.
struct ConnectionTable: Sendable {
    private(set) var labelTexts: [String] = []
    private(set) var counts: [ConnectionCounts] = []
    private(set) var overflow: UInt64 = 0
    private var rows: [ConnectionSeries: Int] = [:]

    /// - Parameters:
    ///   - limit: how many series are kept; what comes for others is counted in ``overflow``.
    ///   - labelText: called when the series is new.
    mutating func add(
        _ new: ConnectionCounts, to series: ConnectionSeries, limit: Int, labelText: (ConnectionSeries) -> String
    ) {
        if let row = rows[series] {
            counts[row] += new
        } else if labelTexts.count < limit {
            rows[series] = labelTexts.count
            labelTexts.append(labelText(series))
            counts.append(new)
        } else {
            overflow &+= 1
        }
    }

    var page: ConnectionPage { ConnectionPage(labelTexts: labelTexts, counts: counts, overflow: overflow) }
}

/// One worker's, or all workers', counts of TCP connections at one moment.
struct ConnectionPage: Sendable {
    var labelTexts: [String] = []
    /// Of each label text.
    var counts: [ConnectionCounts] = []
    /// Changes that found no row.
    var overflow: UInt64 = 0

    /// The sum of several workers' pages, sorted by label text.
    static func merged(_ pages: [ConnectionPage]) -> ConnectionPage {
        var sums: [String: ConnectionCounts] = [:]
        for page in pages {
            for (text, counts) in zip(page.labelTexts, page.counts) {
                sums[text, default: ConnectionCounts()] += counts
            }
        }
        let sorted = sums.sorted { $0.key < $1.key }
        return ConnectionPage(
            labelTexts: sorted.map(\.key), counts: sorted.map(\.value), overflow: pages.reduce(0) { $0 &+ $1.overflow })
    }
}
