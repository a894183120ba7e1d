import ByteCursor
package import JSONWire
import Quantities

extension OTLPDecoding {
    /// Reads the JSON form (`application/json`): ids in hex, names in camel case, 64-bit numbers as text or number,
    /// enumerations as numbers – and as names, which the protocol forbids and some senders use.
    package static func batch(json bytes: [UInt8], limits: SpanLimits = .default) throws(SpanPayloadError) -> SpanBatch
    {
        let request: JSONValue
        do {
            request = try JSONValue.parse(bytes, limits: JSONLimits(maximumDepth: 32))
        } catch {
            throw SpanPayloadError(place: "", message: error.description)
        }
        return try batch(document: request, limits: limits)
    }

    /// The same of a document that is parsed already.
    ///
    /// Beside what the protocol says, Tempo's spelling is understood: ids in Base64, as protobuf's JSON has bytes, and
    /// `instrumentationLibrarySpans`, as scopes were called.
    package static func batch(
        document request: JSONValue, limits: SpanLimits = .default
    ) throws(SpanPayloadError) -> SpanBatch {
        guard case .object = request else {
            throw SpanPayloadError(
                place: "", message: "expected an object with \"resourceSpans\", found \(request.kindInWords)")
        }
        var decoder = JSONDecoder(limits: limits)
        try decoder.request(request)
        return decoder.batch
    }
}

private struct JSONDecoder {
    let limits: SpanLimits
    var batch = SpanBatch()

    mutating func request(_ value: JSONValue) throws(SpanPayloadError) {
        for (place, group) in try members(of: value, "resourceSpans", in: "") {
            var resource = OTLPResource()
            for attribute in try attributes(of: group["resource"] ?? .null, in: place + ".resource") {
                resource.add(attribute, limits: limits)
            }
            let scopes =
                try members(of: group, "scopeSpans", in: place + ".")
                + members(of: group, "instrumentationLibrarySpans", in: place + ".")
            for (place, scope) in scopes {
                for (place, span) in try members(of: scope, "spans", in: place + ".") {
                    batch.append(try fields(of: span, in: place), of: resource, limits: limits)
                }
            }
        }
    }

    private func fields(of span: JSONValue, in place: String) throws(SpanPayloadError) -> OTLPSpanFields {
        var fields = OTLPSpanFields()
        fields.trace = try identifier(span, "traceId", bytes: 16, in: place)
        fields.id = try identifier(span, "spanId", bytes: 8, in: place)
        fields.parent = try identifier(span, "parentSpanId", bytes: 8, in: place)
        fields.name = try text(span, "name", in: place)
        fields.kind = try enumeration(span, "kind", prefix: "SPAN_KIND_", Self.kinds, in: place)
        fields.start = try nanoseconds(span, "startTimeUnixNano", in: place)
        fields.end = try nanoseconds(span, "endTimeUnixNano", in: place)
        fields.attributes = Array(try attributes(of: span, in: place).prefix(limits.attributes))
        for (place, event) in try members(of: span, "events", in: place + ".").prefix(limits.attributes) {
            let time = try nanoseconds(event, "timeUnixNano", in: place)
            fields.events.append(
                Span.Event(
                    time: WallTime(nanosecondsSinceEpoch: Int64(clamping: time)),
                    name: try text(event, "name", in: place),
                    attributes: Array(try attributes(of: event, in: place).prefix(limits.attributes))))
        }
        let status = span["status"] ?? .null
        fields.status = try enumeration(
            status, "code", prefix: "STATUS_CODE_", ["UNSET", "OK", "ERROR"], in: place + ".status")
        fields.statusMessage = try text(status, "message", in: place + ".status")
        return fields
    }

    private static let kinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"]

    private func attributes(of value: JSONValue, in place: String) throws(SpanPayloadError) -> [Span.Attribute] {
        var attributes: [Span.Attribute] = []
        for (place, pair) in try members(of: value, "attributes", in: place + ".") {
            let key = try text(pair, "key", in: place)
            let plain = anyValue(pair["value"] ?? .null).plainText
            attributes.append(Span.Attribute(key: key, value: plain.clipped(toUTF8: limits.textBytes)))
        }
        return attributes
    }

    /// The parser has bounded the nesting. A value of no known kind is an empty one, as in protobuf.
    private func anyValue(_ value: JSONValue) -> JSONValue {
        guard let object = value.object else { return .null }
        if let text = object["stringValue"]?.string { return .string(text) }
        if let flag = object["boolValue"]?.bool { return .bool(flag) }
        if let number = object["intValue"] {
            return number.int.map { .integer(Int64($0)) } ?? number.string.flatMap(Int64.init).map(JSONValue.integer)
                ?? .null
        }
        // "NaN" and "Infinity" are text in protobuf's JSON.
        if let number = object["doubleValue"] { return number.string == nil ? number : .string(number.plainText) }
        if let text = object["bytesValue"]?.string { return .string(text) }
        if let list = object["arrayValue"] { return .array((list["values"]?.array ?? []).map(anyValue)) }
        if let list = object["kvlistValue"] {
            return .object(
                JSONObject(
                    (list["values"]?.array ?? []).map { ($0["key"]?.string ?? "", anyValue($0["value"] ?? .null)) }))
        }
        return .null
    }

    private func identifier(
        _ value: JSONValue, _ name: String, bytes count: Int, in place: String
    ) throws(SpanPayloadError) -> [UInt8] {
        guard let member = present(value, name) else { return [] }
        guard let text = member.string else { throw unexpected(member, "hexadecimal text", at: place, name) }
        let hexadecimal = Hexadecimal.decode(text)
        // 16 bytes are 24 characters in Base64, and 8 are 12: neither is as long as the digits would be.
        if hexadecimal?.count != count, !text.isEmpty, text.utf8.count <= 24, let bytes = Base64.decode(text),
            bytes.count == count
        {
            return bytes
        }
        guard let bytes = hexadecimal else {
            throw SpanPayloadError(
                place: "\(place).\(name)", message: "expected hexadecimal digits, found \"\(text.clipped(toUTF8: 64))\""
            )
        }
        return bytes
    }

    private func text(_ value: JSONValue, _ name: String, in place: String) throws(SpanPayloadError) -> String {
        guard let member = present(value, name) else { return "" }
        guard let text = member.string else { throw unexpected(member, "text", at: place, name) }
        return text.clipped(toUTF8: limits.textBytes)
    }

    private func nanoseconds(_ value: JSONValue, _ name: String, in place: String) throws(SpanPayloadError) -> UInt64 {
        guard let member = present(value, name) else { return 0 }
        let number = member.string.flatMap { UInt64($0) } ?? member.int.flatMap { UInt64(exactly: $0) }
        guard let number else { throw unexpected(member, "nanoseconds since 1970", at: place, name) }
        return number
    }

    private func enumeration(
        _ value: JSONValue, _ name: String, prefix: String, _ names: [String], in place: String
    ) throws(SpanPayloadError) -> Int {
        guard let member = present(value, name) else { return 0 }
        if let number = member.int { return number }
        if let text = member.string {
            return names.firstIndex { text == $0 || text == prefix + $0 } ?? Int(text) ?? 0
        }
        throw unexpected(member, "a number", at: place, name)
    }

    /// The elements of a list, each with its place; an absent list is empty.
    private func members(
        of value: JSONValue, _ name: String, in place: String
    ) throws(SpanPayloadError) -> [(place: String, value: JSONValue)] {
        guard let list = present(value, name) else { return [] }
        guard let elements = list.array else { throw unexpected(list, "an array", at: place, name) }
        return elements.enumerated().map { ("\(place)\(name)[\($0.offset)]", $0.element) }
    }

    /// `null` means the default, as in protobuf's JSON.
    private func present(_ value: JSONValue, _ name: String) -> JSONValue? {
        value[name].flatMap { $0.isNull ? nil : $0 }
    }

    private func unexpected(
        _ value: JSONValue, _ expected: String, at place: String, _ name: String
    ) -> SpanPayloadError {
        let place = place.hasSuffix(".") || place.isEmpty ? place + name : "\(place).\(name)"
        return SpanPayloadError(place: place, message: "expected \(expected), found \(value.kindInWords)")
    }
}
