extension SeriesKey {
    /// The key as an exposition spells it: `name{a="1"}`. ``parse(_:)-(UnsafeRawBufferPointer)`` reads it back.
    package var spelling: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(key: self)
        return bytes
    }
}
