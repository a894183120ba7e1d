import ExpositionWire

/// An exposition as a list of what it says: what a parser hands out, and what a writer can write again.
struct ExpositionDocument: ExpositionSink, Hashable {
    /// A double that equals itself: every NaN is one, and −0 is not 0.
    struct Number: Hashable {
        let bits: UInt64

        init(_ value: Double) { bits = value.isNaN ? Double.nan.bitPattern : value.bitPattern }

        var value: Double { Double(bitPattern: bits) }
    }

    struct Example: Hashable {
        let labels: [Label]
        let value: Number
        let time: Int64?
    }

    enum Statement: Hashable {
        case type(String, MetricType)
        case help(String, String)
        case unit(String, String)
        case sample(SeriesKey, Number, time: Int64?, Example?)
        case created(SeriesKey, time: Int64)
    }

    var statements: [Statement] = []
    /// What could not be read of what the parser handed out: it leaves keys and texts to its sink.
    private(set) var failure: ExpositionError?
    private(set) var hasForeignText = false

    /// What stands in `bytes`, come in pieces that end where `cuts` say.
    ///
    /// The parser's own error is thrown; ``failure`` is a sink's affair.
    static func parse(
        _ bytes: [UInt8], format: ExpositionFormat, cuts: [Int] = []
    ) throws(ExpositionError) -> ExpositionDocument {
        var document = ExpositionDocument()
        try document.read(bytes, format: format, cuts: cuts)
        return document
    }

    mutating func read(_ bytes: [UInt8], format: ExpositionFormat, cuts: [Int]) throws(ExpositionError) {
        var parser = ExpositionParser(format: format)
        guard !cuts.isEmpty else {
            try parser.parse(bytes, into: &self)
            return
        }
        var start = 0
        for end in cuts + [bytes.count] {
            // A piece of memory of its own, so that a look beyond its end would be seen.
            try parser.read(Array(bytes[start..<end]), into: &self)
            start = end
        }
        try parser.finish(into: &self)
    }

    func written(format: ExpositionFormat) -> [UInt8] {
        var writer = ExpositionWriter(format: format)
        for statement in statements {
            switch statement {
            case .type(let name, let type): writer.type(name, type)
            case .help(let name, let text): writer.help(name, text)
            case .unit(let name, let unit): writer.unit(name, unit)
            case .sample(let key, let number, let time, let example):
                let exemplar = example.map {
                    Exemplar(labels: $0.labels, value: $0.value.value, timestampMilliseconds: $0.time)
                }
                writer.sample(key, number.value, timestampMilliseconds: time, exemplar: exemplar)
            case .created(let key, let time): writer.created(key, timestampMilliseconds: time)
            }
        }
        writer.finish()
        return writer.bytes
    }

    mutating func sample(key: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?) {
        guard let key = series(key) else { return }
        statements.append(.sample(key, Number(value), time: timestampMilliseconds, nil))
    }

    mutating func exemplar(labels: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?) {
        guard failure == nil, case .sample(let key, let number, let time, nil)? = statements.last else { return }
        do {
            let read = try Exemplar(labels: labels, value: value, timestampMilliseconds: timestampMilliseconds)
            let example = Example(labels: read.labels, value: Number(read.value), time: read.timestampMilliseconds)
            statements[statements.count - 1] = .sample(key, number, time: time, example)
        } catch {
            failure = error
        }
    }

    mutating func created(key: UnsafeRawBufferPointer, timestampMilliseconds: Int64) {
        guard let key = series(key) else { return }
        statements.append(.created(key, time: timestampMilliseconds))
    }

    mutating func family(name: UnsafeRawBufferPointer, type: MetricType) {
        guard let name = plain(name) else { return }
        statements.append(.type(name, type))
    }

    mutating func help(family: UnsafeRawBufferPointer, text: UnsafeRawBufferPointer) {
        guard let name = plain(family), let text = plain(text) else { return }
        statements.append(.help(name, text))
    }

    mutating func unit(family: UnsafeRawBufferPointer, unit: UnsafeRawBufferPointer) {
        // A unit has no escapes.
        guard let name = plain(family), let unit = String(validating: unit, as: UTF8.self) else { return }
        statements.append(.unit(name, unit))
    }

    private mutating func series(_ key: UnsafeRawBufferPointer) -> SeriesKey? {
        guard failure == nil else { return nil }
        do {
            return try SeriesKey.parse(key)
        } catch {
            failure = error
            return nil
        }
    }

    private mutating func plain(_ text: UnsafeRawBufferPointer) -> String? {
        let plain = ExpositionText.plain(text)
        if plain == nil { hasForeignText = true }
        return plain
    }
}
