/// Takes what a parser finds, in the order of the text. The bytes are only there during the call.
package protocol ExpositionSink {
    /// One sample. `key` is the series as it stands in the text, `name{labels}`; the same series has the same bytes in
    /// every scrape of a target, so that labels need to be read, with ``SeriesKey/parse(_:)``, only on first sight.
    mutating func sample(key: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?)

    /// What `# TYPE` says of the samples that follow. `name` is without quotes; escapes in it are as they stand.
    mutating func family(name: UnsafeRawBufferPointer, type: MetricType)

    /// An example of what the sample that came right before counts. `labels` is the text in braces, to be read with
    /// ``Exemplar/init(labels:value:timestampMilliseconds:)`` by who wants it.
    mutating func exemplar(labels: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?)

    /// When a counter, histogram or summary began to count. `key` is the series as it stands, `name_created{labels}`:
    /// the name of its family with `_created`, and the labels of its samples without `le` and `quantile`.
    mutating func created(key: UnsafeRawBufferPointer, timestampMilliseconds: Int64)

    /// What `# HELP` says of a family. Escapes are as they stand: ``ExpositionText/plain(_:)``.
    mutating func help(family: UnsafeRawBufferPointer, text: UnsafeRawBufferPointer)

    /// What `# UNIT` says of a family, such as `seconds`.
    mutating func unit(family: UnsafeRawBufferPointer, unit: UnsafeRawBufferPointer)
}

/// Only samples and their types matter to most.
extension ExpositionSink {
    package mutating func exemplar(labels: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?) {}
    package mutating func created(key: UnsafeRawBufferPointer, timestampMilliseconds: Int64) {}
    package mutating func help(family: UnsafeRawBufferPointer, text: UnsafeRawBufferPointer) {}
    package mutating func unit(family: UnsafeRawBufferPointer, unit: UnsafeRawBufferPointer) {}
}
