package import ExpositionWire

/// A counter's value at a time, as a sender says it.
package struct PushedSample: Hashable, Sendable {
    /// By the sender's clock, in milliseconds since 1970.
    package var milliseconds: Int64
    package var value: Double
    /// When the count began, by the same clock; nothing when nobody says.
    package var startMilliseconds: Int64?

    package init(milliseconds: Int64, value: Double, startMilliseconds: Int64? = nil) {
        self.milliseconds = milliseconds
        self.value = value
        self.startMilliseconds = startMilliseconds
    }

    /// Prometheus' mark for a series that is no more: one of all the values that are no numbers.
    package static let staleMarker = Double(bitPattern: 0x7FF0_0000_0000_0002)

    package var isStale: Bool { value.bitPattern == Self.staleMarker.bitPattern }
}

/// A series of one sender with what it sent.
package struct PushedSeries: Hashable, Sendable {
    /// Whose numbers they are: an instance, a pod. Empty when the labels do not tell.
    package var sender: String
    package var key: SeriesKey
    /// In the sender's order.
    package var samples: [PushedSample]
    /// Whether each value is what was counted since the one before, and not since the start.
    package var isDelta: Bool

    package init(sender: String, key: SeriesKey, samples: [PushedSample], isDelta: Bool = false) {
        self.sender = sender
        self.key = key
        self.samples = samples
        self.isDelta = isDelta
    }
}

/// How much of one request is taken. What a sender may cost is bounded here and not by its good manners.
package struct PushLimits: Hashable, Sendable {
    /// Samples of wanted series; Prometheus sends 2,000 at a time (`max_samples_per_send`).
    package var samples = 200_000
    /// Labels of a series. A series that has more is left out and counted.
    package var labels = SeriesKey.maximumLabels
    /// UTF-8 bytes of a name or a value; a longer one is cut.
    package var textBytes = 1_024

    package init() {}

    package static let `default` = PushLimits()
}

/// What one request brought.
package struct PushedBatch: Hashable, Sendable {
    /// Those that were wanted.
    package private(set) var series: [PushedSeries] = []
    package private(set) var sampleCount = 0
    /// What the request held that was understood, wanted or not.
    package internal(set) var writtenCount = 0
    /// Native histograms of remote write, which are not read.
    package internal(set) var histogramCount = 0
    /// Samples or data points that were not taken, and why the first was not.
    package private(set) var rejectedCount = 0
    package private(set) var firstRejection: String?
    /// Series of which a label was cut.
    package internal(set) var cutCount = 0

    package init() {}

    /// Adds a series, or counts it as rejected where there is no room.
    package mutating func append(_ new: PushedSeries, limits: PushLimits = .default) {
        guard !new.samples.isEmpty else { return }
        guard sampleCount + new.samples.count <= limits.samples else {
            return reject(new.samples.count, "a request may bring \(limits.samples) samples; send smaller batches")
        }
        sampleCount += new.samples.count
        series.append(new)
    }

    mutating func reject(_ count: Int, _ reason: String) {
        guard count > 0 else { return }
        rejectedCount += count
        firstRejection = firstRejection ?? reason
    }
}

/// Why bytes are no such request, and where.
package struct PushError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The place in the message: `timeseries[7].labels`; empty for the message itself.
    package let place: String
    package let message: String

    package var description: String { place.isEmpty ? message : "\(place): \(message)" }
}

extension String {
    /// The longest prefix of at most `maximum` UTF-8 bytes that cuts no scalar in two.
    func clipped(toUTF8 maximum: Int) -> String {
        guard utf8.count > maximum else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: max(0, maximum))
        // A byte 10xxxxxx continues the scalar before it.
        while end > utf8.startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
