import ExpositionWire
import ProtobufWire

/// Reads Prometheus' remote write, of both versions, after it is unpacked.
///
/// <https://prometheus.io/docs/specs/prw/remote_write_spec/> and
/// <https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/>. Native histograms are counted and not read; exemplars
/// and metadata are passed over, and so are fields that are unknown.
package enum RemoteWriteDecoding {
    package enum Version: Hashable, Sendable {
        /// `prometheus.WriteRequest`.
        case one
        /// `io.prometheus.write.v2.Request`.
        case two
    }

    /// - Parameter wants: whether series of this name are of use; of others nothing is kept.
    package static func batch(
        _ bytes: [UInt8], version: Version, limits: PushLimits = .default, wants: (String) -> Bool = { _ in true }
    ) throws(PushError) -> PushedBatch {
        try withoutActuallyEscaping(wants) { wants throws(PushError) in
            var decoder = RemoteWriteDecoder(limits: limits, wants: wants)
            switch version {
            case .one: try decoder.requestOfOne(ProtobufReader(bytes))
            case .two: try decoder.requestOfTwo(ProtobufReader(bytes))
            }
            return decoder.batch
        }
    }
}

private struct RemoteWriteDecoder {
    /// Label pairs of a series as they stand in the message.
    private struct Fields {
        var name = ""
        var labels: [Label] = []
        /// All that there were.
        var labelCount = 0
        var isCut = false
        var samples: [PushedSample] = []
        var histograms = 0
        var start: Int64?
    }

    /// Distinct texts of a request of version two; each is named by its number.
    private static let maximumSymbols = 500_000

    let limits: PushLimits
    let wants: (String) -> Bool
    var batch = PushedBatch()

    // WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
    mutating func requestOfOne(_ message: ProtobufReader) throws(PushError) {
        var reader = message
        var index = 0
        while let field = try next(&reader, "") {
            guard field.number == 1, let inner = field.message else { continue }
            try seriesOfOne(inner, "timeseries[\(index)]")
            index += 1
        }
    }

    // TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3;
    //              repeated Histogram histograms = 4; }
    private mutating func seriesOfOne(_ message: ProtobufReader, _ place: String) throws(PushError) {
        var fields = Fields()
        var reader = message
        while let field = try next(&reader, place) {
            switch (field.number, field.value) {
            case (1, .bytes(let bytes)):
                var pair = ProtobufReader(bytes)
                var (name, value) = ("", "")
                while let part = try next(&pair, place) {
                    guard case .bytes(let bytes) = part.value else { continue }
                    if part.number == 1 { name = text(bytes, &fields) }
                    if part.number == 2 { value = text(bytes, &fields) }
                }
                add(name, value, to: &fields)
            case (2, .bytes(let bytes)): try sample(ProtobufReader(bytes), into: &fields, place)
            case (4, .bytes): fields.histograms += 1
            default: continue
            }
        }
        try finish(fields, place)
    }

    // Request { repeated string symbols = 4; repeated TimeSeries timeseries = 5; }
    mutating func requestOfTwo(_ message: ProtobufReader) throws(PushError) {
        var symbols: [ArraySlice<UInt8>] = []
        // The symbols may come after what names them.
        var reader = message
        while let field = try next(&reader, "") {
            guard field.number == 4, case .bytes(let bytes) = field.value else { continue }
            guard symbols.count < Self.maximumSymbols else {
                throw PushError(place: "symbols", message: "more than \(Self.maximumSymbols) are not taken")
            }
            symbols.append(bytes)
        }
        reader = message
        var index = 0
        while let field = try next(&reader, "") {
            guard field.number == 5, let inner = field.message else { continue }
            try seriesOfTwo(inner, symbols, "timeseries[\(index)]")
            index += 1
        }
    }

    // TimeSeries { repeated uint32 labels_refs = 1; repeated Sample samples = 2; repeated Histogram histograms = 3;
    //              repeated Exemplar exemplars = 4; Metadata metadata = 5; int64 created_timestamp = 6; }
    private mutating func seriesOfTwo(
        _ message: ProtobufReader, _ symbols: [ArraySlice<UInt8>], _ place: String
    ) throws(PushError) {
        var fields = Fields()
        var references: [UInt64] = []
        var reader = message
        while let field = try next(&reader, place) {
            switch (field.number, field.value) {
            case (1, .varint(let number)): references.append(number)
            case (1, .bytes(let bytes)): try unpack(bytes, into: &references, place)
            case (2, .bytes(let bytes)): try sample(ProtobufReader(bytes), into: &fields, place)
            case (3, .bytes): fields.histograms += 1
            case (6, .varint(let bits)): fields.start = Int64(bitPattern: bits)
            default: continue
            }
        }
        guard references.count.isMultiple(of: 2) else {
            throw PushError(place: place + ".labels_refs", message: "a name stands without a value")
        }
        for index in stride(from: 0, to: references.count, by: 2) {
            guard let name = Int(exactly: references[index]), symbols.indices.contains(name),
                let value = Int(exactly: references[index + 1]), symbols.indices.contains(value)
            else {
                throw PushError(
                    place: place + ".labels_refs", message: "it names a symbol beyond the \(symbols.count) there are")
            }
            add(text(symbols[name], &fields), text(symbols[value], &fields), to: &fields)
        }
        try finish(fields, place)
    }

    /// Packed varints have no fields: the numbers stand one after the other.
    private func unpack(
        _ bytes: ArraySlice<UInt8>, into numbers: inout [UInt64], _ place: String
    ) throws(PushError) {
        var (value, shift) = (UInt64(0), UInt64(0))
        for byte in bytes {
            // References are of 32 bits: five bytes.
            guard shift < 35 else {
                throw PushError(place: place + ".labels_refs", message: "a number is longer than 32 bits")
            }
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            numbers.append(value)
            (value, shift) = (0, 0)
        }
        guard shift == 0 else {
            throw PushError(place: place + ".labels_refs", message: "the message ends inside a number")
        }
    }

    // Sample { double value = 1; int64 timestamp = 2; int64 start_timestamp = 3; }
    private func sample(
        _ message: ProtobufReader, into fields: inout Fields, _ place: String
    ) throws(PushError) {
        var sample = PushedSample(milliseconds: 0, value: 0)
        var reader = message
        while let field = try next(&reader, place) {
            switch (field.number, field.value) {
            case (1, .fixed64(let bits)): sample.value = Double(bitPattern: bits)
            case (2, .varint(let bits)): sample.milliseconds = Int64(bitPattern: bits)
            case (3, .varint(let bits)) where bits != 0: sample.startMilliseconds = Int64(bitPattern: bits)
            default: continue
            }
        }
        fields.samples.append(sample)
    }

    private func add(_ name: String, _ value: String, to fields: inout Fields) {
        if name == "__name__" { return fields.name = value }
        fields.labelCount += 1
        if fields.labels.count < limits.labels { fields.labels.append(Label(name: name, value: value)) }
    }

    private mutating func finish(_ fields: Fields, _ place: String) throws(PushError) {
        guard !fields.name.isEmpty else {
            // The specification wants a name, and a request without one refused.
            throw PushError(place: place, message: "it has no label __name__")
        }
        guard !fields.labels.contains(where: { $0.name.isEmpty }) else {
            throw PushError(place: place, message: "a label of \(fields.name.prefix(80)) has no name")
        }
        batch.histogramCount += fields.histograms
        batch.writtenCount += fields.samples.count
        guard wants(fields.name), !fields.samples.isEmpty else { return }
        guard fields.labelCount <= limits.labels else {
            return batch.reject(
                fields.samples.count, "a series has \(fields.labelCount) labels, and \(limits.labels) are read")
        }
        if fields.isCut { batch.cutCount += 1 }
        var samples = fields.samples
        if let start = fields.start, start != 0 {
            for index in samples.indices where samples[index].startMilliseconds == nil {
                samples[index].startMilliseconds = start
            }
        }
        let key = SeriesKey(name: fields.name, labels: fields.labels)
        let sender = key["instance"] ?? key["pod"] ?? key["pod_name"] ?? ""
        batch.append(PushedSeries(sender: sender, key: key, samples: samples), limits: limits)
    }

    /// Text that is no UTF-8 is repaired, not refused.
    private func text(_ bytes: ArraySlice<UInt8>, _ fields: inout Fields) -> String {
        guard bytes.count <= limits.textBytes else {
            fields.isCut = true
            // A few bytes more, so that a scalar on the border is whole before it is cut off.
            return String(decoding: bytes.prefix(limits.textBytes), as: UTF8.self).clipped(toUTF8: limits.textBytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func next(_ reader: inout ProtobufReader, _ place: String) throws(PushError) -> ProtobufField? {
        do { return try reader.next() } catch { throw PushError(place: place, message: error.description) }
    }
}
