import ByteCursor
import JSONWire
import ProtobufWire
import Quantities

extension OTLPDecoding {
    /// Reads the protobuf form (`application/x-protobuf`).
    ///
    /// The fields are those of `opentelemetry/proto/{collector/trace,trace,resource,common}/v1` in
    /// <https://github.com/open-telemetry/opentelemetry-proto>, which names them in `snake_case`.
    package static func batch(
        protobuf bytes: [UInt8], limits: SpanLimits = .default
    ) throws(SpanPayloadError) -> SpanBatch {
        var decoder = ProtobufDecoder(limits: limits)
        try decoder.request(ProtobufReader(bytes))
        return decoder.batch
    }
}

private struct ProtobufDecoder {
    let limits: SpanLimits
    var batch = SpanBatch()
    /// Where the reader is; errors say it.
    private var place: [String] = []

    init(limits: SpanLimits) {
        self.limits = limits
    }

    // ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
    mutating func request(_ message: ProtobufReader) throws(SpanPayloadError) {
        var reader = message
        var index = 0
        while let field = try next(&reader) {
            guard field.number == 1, let inner = field.message else { continue }
            try within("resource_spans[\(index)]") { (self) throws(SpanPayloadError) in try self.resourceSpans(inner) }
            index += 1
        }
    }

    // ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
    private mutating func resourceSpans(_ message: ProtobufReader) throws(SpanPayloadError) {
        var resource = OTLPResource()
        // The resource may come after its spans: twice over, which costs nothing but the tags.
        var reader = message
        while let field = try next(&reader) {
            guard field.number == 1, let inner = field.message else { continue }
            try within("resource") { (self) throws(SpanPayloadError) in try self.resource(inner, into: &resource) }
        }
        reader = message
        var index = 0
        while let field = try next(&reader) {
            guard field.number == 2, let inner = field.message else { continue }
            try within("scope_spans[\(index)]") { (self) throws(SpanPayloadError) in
                try self.scopeSpans(inner, of: resource)
            }
            index += 1
        }
    }

    // Resource { repeated KeyValue attributes = 1; }
    private mutating func resource(
        _ message: ProtobufReader, into resource: inout OTLPResource
    ) throws(SpanPayloadError) {
        var reader = message
        while let field = try next(&reader) {
            guard field.number == 1, let inner = field.message else { continue }
            resource.add(try attribute(inner), limits: limits)
        }
    }

    // ScopeSpans { InstrumentationScope scope = 1; repeated Span spans = 2; }
    private mutating func scopeSpans(_ message: ProtobufReader, of resource: OTLPResource) throws(SpanPayloadError) {
        var reader = message
        var index = 0
        while let field = try next(&reader) {
            guard field.number == 2, let inner = field.message else { continue }
            try within("spans[\(index)]") { (self) throws(SpanPayloadError) in try self.span(inner, of: resource) }
            index += 1
        }
    }

    private mutating func span(_ message: ProtobufReader, of resource: OTLPResource) throws(SpanPayloadError) {
        var fields = OTLPSpanFields()
        var reader = message
        while let field = try next(&reader) {
            switch (field.number, field.value) {
            case (1, .bytes(let bytes)): fields.trace = Array(bytes)
            case (2, .bytes(let bytes)): fields.id = Array(bytes)
            case (4, .bytes(let bytes)): fields.parent = Array(bytes)
            case (5, .bytes(let bytes)): fields.name = text(bytes)
            case (6, .varint(let value)): fields.kind = Int(truncatingIfNeeded: value)
            case (7, .fixed64(let value)): fields.start = value
            case (8, .fixed64(let value)): fields.end = value
            case (9, .bytes(let bytes)):
                // Read even when it is not kept: a broken attribute means a broken message.
                let attribute = try attribute(ProtobufReader(bytes))
                if fields.attributes.count < limits.attributes { fields.attributes.append(attribute) }
            case (11, .bytes(let bytes)):
                let event = try event(ProtobufReader(bytes))
                if fields.events.count < limits.attributes { fields.events.append(event) }
            case (15, .bytes(let bytes)): try status(ProtobufReader(bytes), into: &fields)
            default: continue
            }
        }
        batch.append(fields, of: resource, limits: limits)
    }

    // Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
    private mutating func event(_ message: ProtobufReader) throws(SpanPayloadError) -> Span.Event {
        var event = Span.Event(time: WallTime(nanosecondsSinceEpoch: 0), name: "")
        var reader = message
        while let field = try next(&reader) {
            switch (field.number, field.value) {
            case (1, .fixed64(let value)): event.time = WallTime(nanosecondsSinceEpoch: Int64(clamping: value))
            case (2, .bytes(let bytes)): event.name = text(bytes)
            case (3, .bytes(let bytes)):
                let attribute = try attribute(ProtobufReader(bytes))
                if event.attributes.count < limits.attributes { event.attributes.append(attribute) }
            default: continue
            }
        }
        return event
    }

    // Status { string message = 2; StatusCode code = 3; }
    private mutating func status(_ message: ProtobufReader, into fields: inout OTLPSpanFields) throws(SpanPayloadError)
    {
        var reader = message
        while let field = try next(&reader) {
            switch (field.number, field.value) {
            case (2, .bytes(let bytes)): fields.statusMessage = text(bytes)
            case (3, .varint(let value)): fields.status = Int(truncatingIfNeeded: value)
            default: continue
            }
        }
    }

    // KeyValue { string key = 1; AnyValue value = 2; }
    private mutating func attribute(_ message: ProtobufReader) throws(SpanPayloadError) -> Span.Attribute {
        var attribute = Span.Attribute(key: "", value: "")
        var reader = message
        while let field = try next(&reader) {
            guard case .bytes(let bytes) = field.value else { continue }
            switch field.number {
            case 1: attribute.key = text(bytes)
            case 2:
                let value = try anyValue(ProtobufReader(bytes), depth: 0)
                attribute.value = value.plainText.clipped(toUTF8: limits.textBytes)
            default: continue
            }
        }
        return attribute
    }

    // AnyValue { oneof value { string = 1; bool = 2; int64 = 3; double = 4; ArrayValue = 5; KeyValueList = 6;
    //            bytes = 7; } }
    private mutating func anyValue(_ message: ProtobufReader, depth: Int) throws(SpanPayloadError) -> JSONValue {
        var value = JSONValue.null
        var reader = message
        while let field = try next(&reader) {
            switch (field.number, field.value) {
            case (1, .bytes(let bytes)): value = .string(text(bytes))
            case (2, .varint(let bit)): value = .bool(bit != 0)
            case (3, .varint(let bits)): value = .integer(Int64(bitPattern: bits))
            case (4, .fixed64(let bits)): value = .number(Double(bitPattern: bits))
            case (5, .bytes(let bytes)): value = .array(try values(ProtobufReader(bytes), depth: depth + 1))
            case (6, .bytes(let bytes)): value = .object(try members(ProtobufReader(bytes), depth: depth + 1))
            case (7, .bytes(let bytes)): value = .string(Base64.encode(bytes.prefix(limits.textBytes)))
            default: continue
            }
        }
        return value
    }

    // ArrayValue { repeated AnyValue values = 1; }
    private mutating func values(_ message: ProtobufReader, depth: Int) throws(SpanPayloadError) -> [JSONValue] {
        try checkDepth(depth)
        var values: [JSONValue] = []
        var reader = message
        while let field = try next(&reader) {
            guard field.number == 1, let inner = field.message else { continue }
            let value = try anyValue(inner, depth: depth)
            if values.count < limits.attributes { values.append(value) }
        }
        return values
    }

    // KeyValueList { repeated KeyValue values = 1; }
    private mutating func members(_ message: ProtobufReader, depth: Int) throws(SpanPayloadError) -> JSONObject {
        try checkDepth(depth)
        var members = JSONObject()
        var reader = message
        while let field = try next(&reader) {
            guard field.number == 1, var pair = field.message else { continue }
            var key = ""
            var value = JSONValue.null
            while let part = try next(&pair) {
                guard case .bytes(let bytes) = part.value else { continue }
                if part.number == 1 { key = text(bytes) }
                if part.number == 2 { value = try anyValue(ProtobufReader(bytes), depth: depth) }
            }
            if members.count < limits.attributes { members[key] = value }
        }
        return members
    }

    /// The sender decides how deep values nest, and every level is one of ours on the stack.
    private func checkDepth(_ depth: Int) throws(SpanPayloadError) {
        guard depth <= 16 else { throw failure("an attribute's value nests deeper than 16 levels") }
    }

    /// Text that is no UTF-8 is repaired, not refused: a span with an odd name is better than none.
    private func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self).clipped(toUTF8: limits.textBytes)
    }

    private func next(_ reader: inout ProtobufReader) throws(SpanPayloadError) -> ProtobufField? {
        do { return try reader.next() } catch { throw failure(error.description) }
    }

    private func failure(_ message: String) -> SpanPayloadError {
        SpanPayloadError(place: place.joined(separator: "."), message: message)
    }

    private mutating func within(
        _ step: String, _ body: (inout ProtobufDecoder) throws(SpanPayloadError) -> Void
    ) throws(SpanPayloadError) {
        place.append(step)
        try body(&self)
        // Not deferred: after a failure the place is what the error has said.
        place.removeLast()
    }
}

extension JSONValue {
    /// A scalar without quotes, anything nested as JSON.
    var plainText: String {
        switch self {
        case .null: ""
        case .string(let text): text
        case .bool, .integer, .array, .object: text
        // JSON has no spelling for what is not finite.
        case .number(let value): value.isFinite ? text : value.description
        }
    }
}
