import JSONWire
import Quantities

/// Spans as [Zipkin's API](https://zipkin.io/zipkin-api/) takes them: a JSON list, in its second form
/// (`POST /api/v2/spans`) and in its first (`POST /api/v1/spans`).
///
/// Times are whole microseconds, ids are 1 to 16 hex digits, those of traces up to 32. Client and server share one span
/// id in Zipkin unless they are told otherwise; both halves are kept as they come, and ``TraceTree`` joins them. What
/// the format has and OpenTelemetry has not becomes an attribute in the words of OpenTelemetry's conventions:
///
/// | Zipkin | attribute |
/// |---|---|
/// | `localEndpoint.ipv4`, `.ipv6`, `.port` | `network.local.address`, `network.local.port` |
/// | `remoteEndpoint.serviceName` | `peer.service` |
/// | `remoteEndpoint.ipv4`, `.ipv6`, `.port` | `network.peer.address`, `network.peer.port` |
/// | `debug` | `debug`, when it is true |
package enum ZipkinJSON {
    /// The elements of the list in `bytes`, each given to `read` with its place.
    static func elements(
        of bytes: [UInt8], _ read: (JSONValue, String) throws(SpanPayloadError) -> Void
    ) throws(SpanPayloadError) {
        let document: JSONValue
        do throws(JSONError) {
            // A span is an object of lists of objects of objects.
            document = try JSONValue.parse(bytes, limits: JSONLimits(maximumDepth: 16))
        } catch {
            throw SpanPayloadError(place: "", message: error.description)
        }
        try elements(of: document, read)
    }

    /// The same of a list that is parsed already.
    static func elements(
        of document: JSONValue, _ read: (JSONValue, String) throws(SpanPayloadError) -> Void
    ) throws(SpanPayloadError) {
        guard let list = document.array else {
            throw SpanPayloadError(place: "", message: "expected an array of spans, found \(document.kindInWords)")
        }
        for (index, element) in list.enumerated() {
            guard case .object = element else {
                throw SpanPayloadError(place: "[\(index)]", message: "expected a span, found \(element.kindInWords)")
            }
            try read(element, "[\(index)]")
        }
    }
}

/// Who took part in a span: a service at an address, of which either may be missing.
struct ZipkinEndpoint {
    var service: String?
    var address: String?
    var port: Int?

    /// Address and port as attributes of that side, `local` or `peer`.
    func attributes(of side: String) -> [Span.Attribute] {
        [
            address.map { Span.Attribute(key: "network.\(side).address", value: $0) },
            port.map { Span.Attribute(key: "network.\(side).port", value: String($0)) },
        ].compactMap(\.self)
    }
}

/// Reads members of Zipkin's objects; `null` is as good as none.
struct ZipkinFields {
    let limits: SpanLimits

    func text(_ object: JSONValue, _ name: String, in place: String) throws(SpanPayloadError) -> String? {
        guard let member = present(object, name) else { return nil }
        guard let text = member.string else { throw unexpected(member, "text", at: place, name) }
        return text.clipped(toUTF8: limits.textBytes)
    }

    func flag(_ object: JSONValue, _ name: String, in place: String) throws(SpanPayloadError) -> Bool {
        guard let member = present(object, name) else { return false }
        guard let flag = member.bool else { throw unexpected(member, "true or false", at: place, name) }
        return flag
    }

    func traceID(_ object: JSONValue, in place: String) throws(SpanPayloadError) -> TraceID {
        let text = try text(object, "traceId", in: place) ?? ""
        guard let id = TraceID(hexadecimal: text) else {
            throw notAnID(text, "1 to 32", at: place + ".traceId")
        }
        return id
    }

    func spanID(_ object: JSONValue, in place: String) throws(SpanPayloadError) -> SpanID {
        let text = try text(object, "id", in: place) ?? ""
        guard let id = SpanID(hexadecimal: text) else { throw notAnID(text, "1 to 16", at: place + ".id") }
        return id
    }

    /// Nothing for an absent, empty or all-zero id: some tracers write those for a root.
    func parentID(_ object: JSONValue, in place: String) throws(SpanPayloadError) -> SpanID? {
        guard let text = try text(object, "parentId", in: place), text.contains(where: { $0 != "0" }) else {
            return nil
        }
        guard let id = SpanID(hexadecimal: text) else { throw notAnID(text, "1 to 16", at: place + ".parentId") }
        return id
    }

    /// Microseconds as nanoseconds, stopping at the ends of the range; fractions are cut off.
    func microseconds(_ object: JSONValue, _ name: String, in place: String) throws(SpanPayloadError) -> Int64? {
        guard let member = present(object, name) else { return nil }
        let whole: Int64? =
            switch member {
            case .integer(let value): value
            case .number(let value): Int64(exactly: value.rounded(.towardZero)) ?? (value > 0 ? .max : .min)
            case .string(let text): Int64(text)
            default: nil
            }
        guard let whole else { throw unexpected(member, "whole microseconds", at: place, name) }
        return nanoseconds(microseconds: whole)
    }

    func endpoint(_ object: JSONValue, _ name: String, in place: String) throws(SpanPayloadError) -> ZipkinEndpoint? {
        guard let member = present(object, name) else { return nil }
        guard case .object = member else { throw unexpected(member, "an endpoint", at: place, name) }
        let place = "\(place).\(name)"
        var endpoint = ZipkinEndpoint()
        endpoint.service = try text(member, "serviceName", in: place).flatMap { $0.isEmpty ? nil : $0 }
        let ipv6 = try text(member, "ipv6", in: place)
        endpoint.address = try text(member, "ipv4", in: place) ?? ipv6
        // A port that is none is left out: it says nothing that the span would be refused for.
        endpoint.port = present(member, "port")?.int.flatMap { (1...65_535).contains($0) ? $0 : nil }
        return endpoint
    }

    /// The elements of a list, each with its place; an absent list is empty.
    func elements(
        _ object: JSONValue, _ name: String, in place: String
    ) throws(SpanPayloadError) -> [(place: String, value: JSONValue)] {
        guard let member = present(object, name) else { return [] }
        guard let list = member.array else { throw unexpected(member, "an array", at: place, name) }
        return list.enumerated().map { ("\(place).\(name)[\($0.offset)]", $0.element) }
    }

    func present(_ object: JSONValue, _ name: String) -> JSONValue? {
        object[name].flatMap { $0.isNull ? nil : $0 }
    }

    func unexpected(_ value: JSONValue, _ expected: String, at place: String, _ name: String) -> SpanPayloadError {
        SpanPayloadError(place: "\(place).\(name)", message: "expected \(expected), found \(value.kindInWords)")
    }

    private func notAnID(_ text: String, _ digits: String, at place: String) -> SpanPayloadError {
        SpanPayloadError(
            place: place,
            message: "expected \(digits) hexadecimal digits, not all 0, found \"\(text.clipped(toUTF8: 64))\"")
    }
}

/// Stops at the ends of the range, in the years 1677 and 2262.
func nanoseconds(microseconds: Int64) -> Int64 {
    let (value, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
    return overflow ? (microseconds > 0 ? .max : .min) : value
}

extension Span {
    /// Adds a tag, or does what it means: `error` is there when a call failed, with the reason for its value, and the
    /// OpenTelemetry exporter spells its status in tags (<https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/#status>).
    mutating func add(zipkinTag key: String, _ value: String, limits: SpanLimits) {
        switch (key, value) {
        case ("error", let reason) where reason.lowercased() != "false":
            status = .error
            if reason.lowercased() != "true", !reason.isEmpty { statusMessage = reason }
        case ("otel.status_code", "OK"): if status == .unset { status = .ok }
        case ("otel.status_code", "ERROR"): status = .error
        default: if attributes.count < limits.attributes { attributes.append(Attribute(key: key, value: value)) }
        }
    }
}
