/// An example of what a sample counts, most often one request with its trace.
package struct Exemplar: Hashable, Sendable {
    /// In the order of the text, each name once, none with an empty value.
    package let labels: [Label]
    package let value: Double
    /// When it happened, by the target's clock.
    package let timestampMilliseconds: Int64?

    package init(labels: [Label], value: Double, timestampMilliseconds: Int64? = nil) {
        self.labels = labels.filter { !$0.value.isEmpty }
        self.value = value
        self.timestampMilliseconds = timestampMilliseconds
    }

    /// Reads what ``ExpositionSink/exemplar(labels:value:timestampMilliseconds:)`` gets.
    package init(
        labels: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?
    ) throws(ExpositionError) {
        var read = LabelReader(RawText(labels))
        do throws(ExpositionFailure) {
            var scanner = KeyScanner(read.text, from: 0, to: labels.count)
            try scanner.labelSet { read.visit($0) }
            let labels = try read.labels()
            try read.checkNames(of: labels.sorted { $0.name < $1.name })
            self.init(labels: labels, value: value, timestampMilliseconds: timestampMilliseconds)
        } catch {
            throw ExpositionError(line: nil, column: error.position + 1, error.message)
        }
    }

    /// The trace in which it can be seen, as the target spells it: `trace_id`, or `traceID` and `traceId` of older
    /// client libraries.
    package var traceID: String? {
        for name in ["trace_id", "traceID", "traceId"] {
            if let label = labels.first(where: { $0.name == name }) { return label.value }
        }
        return nil
    }
}
