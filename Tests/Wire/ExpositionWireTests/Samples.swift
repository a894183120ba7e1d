import ExpositionWire

/// Everything that a parser hands out, as values.
struct Samples: ExpositionSink, Equatable {
    struct Sample: Equatable {
        let key: String
        /// Bits, so that NaN equals itself and −0 is not 0.
        let bits: UInt64
        let timestamp: Int64?

        init(_ key: String, _ value: Double, at timestamp: Int64? = nil) {
            self.key = key
            self.bits = value.isNaN ? Double.nan.bitPattern : value.bitPattern
            self.timestamp = timestamp
        }

        var value: Double { Double(bitPattern: bits) }
    }

    struct Family: Equatable {
        let name: String
        let type: MetricType
    }

    var samples: [Sample] = []
    var families: [Family] = []

    mutating func sample(key: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?) {
        samples.append(Sample(String(decoding: key, as: UTF8.self), value, at: timestampMilliseconds))
    }

    mutating func family(name: UnsafeRawBufferPointer, type: MetricType) {
        families.append(Family(name: String(decoding: name, as: UTF8.self), type: type))
    }

    static func parse(
        _ bytes: [UInt8], format: ExpositionFormat = .prometheus
    ) throws(ExpositionError) -> Samples {
        var samples = Samples()
        var parser = ExpositionParser(format: format)
        try parser.parse(bytes, into: &samples)
        return samples
    }

    static func parse(_ text: String, format: ExpositionFormat = .prometheus) throws(ExpositionError) -> Samples {
        try parse(Array(text.utf8), format: format)
    }
}

extension SeriesKey {
    static func parse(_ text: String) throws(ExpositionError) -> SeriesKey {
        try parse(Array(text.utf8)[...])
    }
}
