import ByteCursor
import JSONWire
import Quantities

/// Spans as Jaeger's own clients send them over HTTP (`POST /api/traces?format=jaeger.thrift`): a `Batch` of
/// [jaeger.thrift](https://github.com/jaegertracing/jaeger-idl/blob/main/thrift/jaeger.thrift) in Thrift's binary
/// protocol, without a message around it.
///
/// Fields of another type than the definition gives them are passed over like unknown ones. Of the references, the
/// parent is kept; links to other traces are not.
package enum JaegerThrift {
    package static func batch(
        _ bytes: [UInt8], limits: SpanLimits = .default
    ) throws(SpanPayloadError) -> SpanBatch {
        var decoder = JaegerThriftDecoder(bytes, limits: limits)
        do throws(ThriftError) {
            return try decoder.read()
        } catch {
            throw SpanPayloadError(
                place: decoder.place.joined(separator: "."), message: "byte \(error.offset): \(error.message)")
        }
    }
}

private struct JaegerThriftDecoder {
    /// Where the reader is.
    private(set) var place: [String] = []

    private let limits: SpanLimits
    private var reader: ThriftReader
    private var batch = SpanBatch()
    private var service = OTLPDecoding.unknownService
    private var processTags: [(String, JSONValue)] = []

    init(_ bytes: [UInt8], limits: SpanLimits) {
        self.limits = limits
        reader = ThriftReader(bytes)
    }

    // struct Batch { 1: Process process; 2: list<Span> spans }
    mutating func read() throws(ThriftError) -> SpanBatch {
        // The process may come after its spans: twice over, the first time only for it.
        let start = reader
        try fields { (self, field) throws(ThriftError) in
            guard field.id == 1, field.kind == .structure else { return false }
            try self.within("process") { (self) throws(ThriftError) in try self.process() }
            return true
        }
        reader = start
        try fields { (self, field) throws(ThriftError) in
            guard field.id == 2 else { return false }
            return try self.structures(field, "spans") { (self) throws(ThriftError) in try self.span() }
        }
        return batch
    }

    // struct Process { 1: string serviceName; 2: list<Tag> tags }
    private mutating func process() throws(ThriftError) {
        try fields { (self, field) throws(ThriftError) in
            switch (field.id, field.kind) {
            case (1, .string):
                let name = try self.text()
                if !name.isEmpty { self.service = name }
                return true
            case (2, _):
                return try self.structures(field, "tags") { (self) throws(ThriftError) in
                    let tag = try self.tag()
                    if self.processTags.count < self.limits.attributes { self.processTags.append(tag) }
                }
            default: return false
            }
        }
    }

    // struct Span { 1: i64 traceIdLow; 2: i64 traceIdHigh; 3: i64 spanId; 4: i64 parentSpanId; 5: string operationName;
    //   6: list<SpanRef> references; 7: i32 flags; 8: i64 startTime; 9: i64 duration; 10: list<Tag> tags;
    //   11: list<Log> logs }, times in microseconds
    private mutating func span() throws(ThriftError) {
        var numbers: [Int16: Int64] = [:]
        var name = ""
        var references: [Reference] = []
        var flags: Int32 = 0
        var tags: [(String, JSONValue)] = []
        var logs: [Span.Event] = []
        try fields { (self, field) throws(ThriftError) in
            switch (field.id, field.kind) {
            case (1...4, .int64), (8...9, .int64): numbers[field.id] = try self.reader.int64()
            case (5, .string): name = try self.text()
            case (7, .int32): flags = try self.reader.int32()
            case (6, _):
                return try self.structures(field, "references") { (self) throws(ThriftError) in
                    let reference = try self.reference()
                    if references.count < self.limits.attributes { references.append(reference) }
                }
            case (10, _):
                return try self.structures(field, "tags") { (self) throws(ThriftError) in
                    let tag = try self.tag()
                    if tags.count < self.limits.attributes { tags.append(tag) }
                }
            case (11, _):
                return try self.structures(field, "logs") { (self) throws(ThriftError) in
                    let log = try self.log()
                    if logs.count < self.limits.attributes { logs.append(log) }
                }
            default: return false
            }
            return true
        }
        func number(_ id: Int16) -> Int64 { numbers[id] ?? 0 }
        let high = UInt64(bitPattern: number(2))
        let low = UInt64(bitPattern: number(1))
        guard let trace = TraceID(high: high, low: low) else { return batch.reject("a trace id is all zeros") }
        guard let id = SpanID(UInt64(bitPattern: number(3))) else { return batch.reject("a span id is zero") }
        let own = references.filter { $0.low == low && $0.high == high }
        let referred = own.first { $0.isChildOf } ?? own.first
        var span = Span(
            trace: trace, id: id,
            parent: SpanID(UInt64(bitPattern: number(4))) ?? referred.flatMap { SpanID(UInt64(bitPattern: $0.span)) },
            name: name, kind: .unspecified, service: service, start: WallTime(nanosecondsSinceEpoch: 0),
            duration: .zero, events: logs)
        span.setTimes(
            start: WallTime(nanosecondsSinceEpoch: nanoseconds(microseconds: number(8))),
            duration: .nanoseconds(nanoseconds(microseconds: number(9))))
        var reading = SpanTags()
        for (key, value) in tags + processTags { reading.add(key, value, to: &span) }
        // Bit 1 means sampled, bit 2 that somebody asked for this trace by hand.
        if flags & 2 != 0 { span.attributes.append(Span.Attribute(key: "debug", value: "true")) }
        batch.append(span, limits: limits)
    }

    private struct Reference {
        var isChildOf = true
        var low: UInt64 = 0
        var high: UInt64 = 0
        var span: Int64 = 0
    }

    // struct SpanRef { 1: SpanRefType refType; 2: i64 traceIdLow; 3: i64 traceIdHigh; 4: i64 spanId }
    private mutating func reference() throws(ThriftError) -> Reference {
        var reference = Reference()
        try fields { (self, field) throws(ThriftError) in
            switch (field.id, field.kind) {
            // enum SpanRefType { CHILD_OF, FOLLOWS_FROM }
            case (1, .int32): reference.isChildOf = try self.reader.int32() == 0
            case (2, .int64): reference.low = UInt64(bitPattern: try self.reader.int64())
            case (3, .int64): reference.high = UInt64(bitPattern: try self.reader.int64())
            case (4, .int64): reference.span = try self.reader.int64()
            default: return false
            }
            return true
        }
        return reference
    }

    // struct Tag { 1: string key; 2: TagType vType; 3: string vStr; 4: double vDouble; 5: bool vBool; 6: i64 vLong;
    //   7: binary vBinary }, enum TagType { STRING, DOUBLE, BOOL, LONG, BINARY }
    private mutating func tag() throws(ThriftError) -> (String, JSONValue) {
        var key = ""
        var type: Int32 = 0
        var values: [Int16: JSONValue] = [:]
        try fields { (self, field) throws(ThriftError) in
            switch (field.id, field.kind) {
            case (1, .string): key = try self.text()
            case (2, .int32): type = try self.reader.int32()
            case (3, .string): values[3] = .string(try self.text())
            case (4, .double): values[4] = .number(try self.reader.double())
            case (5, .bool): values[5] = .bool(try self.reader.bool())
            case (6, .int64): values[6] = .integer(try self.reader.int64())
            case (7, .string):
                values[7] = .string(Base64.encode(try self.reader.bytes().prefix(self.limits.textBytes / 4 * 3)))
            default: return false
            }
            return true
        }
        // What its type says, or else the one value that it has.
        let named = (0...4).contains(type) ? values[Int16(type) + 3] : nil
        return (key, named ?? values.values.first ?? .null)
    }

    // struct Log { 1: i64 timestamp; 2: list<Tag> fields }
    private mutating func log() throws(ThriftError) -> Span.Event {
        var time: Int64 = 0
        var tags: [(String, String)] = []
        try fields { (self, field) throws(ThriftError) in
            switch (field.id, field.kind) {
            case (1, .int64):
                time = try self.reader.int64()
                return true
            case (2, _):
                return try self.structures(field, "fields") { (self) throws(ThriftError) in
                    let (key, value) = try self.tag()
                    if tags.count < self.limits.attributes { tags.append((key, value.plainText)) }
                }
            default: return false
            }
        }
        return Span.Event(microseconds: time, logFields: tags)
    }

    private mutating func text() throws(ThriftError) -> String {
        String(decoding: try reader.bytes(), as: UTF8.self).clipped(toUTF8: limits.textBytes)
    }

    /// Hands every field of a struct to `read`, and passes over those that it does not want.
    private mutating func fields(
        _ read: (inout JaegerThriftDecoder, ThriftReader.Field) throws(ThriftError) -> Bool
    ) throws(ThriftError) {
        while let field = try reader.nextField() {
            if try !read(&self, field) { try reader.skip(field.kind) }
        }
    }

    /// Reads a list of structs; false when `field` is none.
    private mutating func structures(
        _ field: ThriftReader.Field, _ name: String, _ read: (inout JaegerThriftDecoder) throws(ThriftError) -> Void
    ) throws(ThriftError) -> Bool {
        guard field.kind == .list || field.kind == .set else { return false }
        let (kind, count) = try reader.list()
        for index in 0..<count {
            guard kind == .structure else {
                try reader.skip(kind)
                continue
            }
            try within("\(name)[\(index)]", read)
        }
        return true
    }

    private mutating func within(
        _ step: String, _ body: (inout JaegerThriftDecoder) throws(ThriftError) -> Void
    ) throws(ThriftError) {
        place.append(step)
        try body(&self)
        // Not deferred: after a failure the place is what the error says.
        place.removeLast()
    }
}
