import TraceModel

/// A request's place in a trace, as the headers tell it.
struct TraceContext: Hashable, Sendable {
    var trace: TraceID
    /// The caller's span.
    var span: SpanID
    /// Whether the caller records this trace; `nil` when it leaves that to us (B3 only).
    var isSampled: Bool?
}

/// What the tracing headers of a request say, all forms taken together.
struct IncomingTrace: Hashable, Sendable {
    var context: TraceContext?
    /// A sampling decision that came without ids (`b3: 0`).
    var decision: Bool?
    /// The forms to answer in, besides `traceparent`, which always leaves.
    var usesB3Single = false
    var usesB3Multiple = false
    /// `tracestate` belongs to a valid `traceparent` and is dropped without one.
    var keepsTraceState = false
}

/// W3C Trace Context, <https://www.w3.org/TR/trace-context/#traceparent-header>.
enum TraceParent {
    /// `00-<32 hex>-<16 hex>-<2 hex>`; later versions may go on after another dash. Upper-case hex is refused.
    static func parse(_ text: some RandomAccessCollection<UInt8>) -> TraceContext? {
        let start = text.startIndex
        func at(_ offset: Int) -> UInt8 { text[text.index(start, offsetBy: offset)] }
        func part(_ from: Int, _ to: Int) -> UInt64? {
            HexWord.value(text[text.index(start, offsetBy: from)..<text.index(start, offsetBy: to)], lowerOnly: true)
        }
        guard text.count >= 55, at(2) == dash, at(35) == dash, at(52) == dash else { return nil }
        guard let version = part(0, 2), version != 0xff else { return nil }
        guard version == 0 ? text.count == 55 : (text.count == 55 || at(55) == dash) else { return nil }
        guard let high = part(3, 19), let low = part(19, 35), let trace = TraceID(high: high, low: low) else {
            return nil
        }
        guard let id = part(36, 52), let span = SpanID(id), let flags = part(53, 55) else { return nil }
        return TraceContext(trace: trace, span: span, isSampled: flags & 1 == 1)
    }

    /// The header's 55 bytes.
    static func bytes(trace: TraceID, span: SpanID, isSampled: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(55)
        bytes += [zero, zero, dash]
        HexWord.append(trace.high, to: &bytes)
        HexWord.append(trace.low, to: &bytes)
        bytes.append(dash)
        HexWord.append(span.value, to: &bytes)
        bytes += [dash, zero, isSampled ? zero + 1 : zero]
        return bytes
    }
}

/// B3, <https://github.com/openzipkin/b3-propagation>.
enum B3 {
    /// The single header: `0`, or `<trace>-<span>[-<sampled>[-<parent>]]`.
    static func parse(single text: some RandomAccessCollection<UInt8>) -> IncomingTrace? {
        let parts = text.split(separator: dash, omittingEmptySubsequences: false)
        if parts.count == 1 {
            guard let decision = sampled(parts[0]) else { return nil }
            return IncomingTrace(decision: decision, usesB3Single: true)
        }
        guard (2...4).contains(parts.count), let trace = traceID(parts[0]), let span = spanID(parts[1]) else {
            return nil
        }
        var isSampled: Bool?
        if parts.count > 2 {
            guard let said = sampled(parts[2]) else { return nil }
            isSampled = said
        }
        return IncomingTrace(
            context: TraceContext(trace: trace, span: span, isSampled: isSampled), usesB3Single: true)
    }

    /// The `X-B3-…` headers. Nothing when there is neither a pair of ids nor a decision.
    static func parse(
        trace: (some RandomAccessCollection<UInt8>)?, span: (some RandomAccessCollection<UInt8>)?,
        sampled said: (some RandomAccessCollection<UInt8>)?, flags: (some RandomAccessCollection<UInt8>)?
    ) -> IncomingTrace? {
        let isDebug = flags.map { $0.elementsEqual([zero + 1]) } ?? false
        let decision = isDebug ? true : said.flatMap { sampled($0) }
        if let trace, let span, let traceID = traceID(trace), let spanID = spanID(span) {
            return IncomingTrace(
                context: TraceContext(trace: traceID, span: spanID, isSampled: decision), usesB3Multiple: true)
        }
        guard let decision else { return nil }
        return IncomingTrace(decision: decision, usesB3Multiple: true)
    }

    /// The single header's bytes.
    static func single(trace: TraceID, span: SpanID, isSampled: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(51)
        HexWord.append(trace.high, to: &bytes)
        HexWord.append(trace.low, to: &bytes)
        bytes.append(dash)
        HexWord.append(span.value, to: &bytes)
        bytes += [dash, isSampled ? zero + 1 : zero]
        return bytes
    }

    /// 16 digits (the older form) or 32.
    private static func traceID(_ text: some RandomAccessCollection<UInt8>) -> TraceID? {
        switch text.count {
        case 16:
            return HexWord.value(text, lowerOnly: false).flatMap { TraceID(high: 0, low: $0) }
        case 32:
            guard let high = HexWord.value(text.prefix(16), lowerOnly: false) else { return nil }
            return HexWord.value(text.dropFirst(16), lowerOnly: false).flatMap { TraceID(high: high, low: $0) }
        default:
            return nil
        }
    }

    private static func spanID(_ text: some RandomAccessCollection<UInt8>) -> SpanID? {
        text.count == 16 ? HexWord.value(text, lowerOnly: false).flatMap { SpanID($0) } : nil
    }

    /// `1`, `0`, `d` (debug: sampled), and the `true` and `false` of old tracers.
    private static func sampled(_ text: some RandomAccessCollection<UInt8>) -> Bool? {
        if text.elementsEqual([zero + 1]) || text.elementsEqual([UInt8(ascii: "d")]) { return true }
        if text.elementsEqual([zero]) { return false }
        if text.elementsEqual("true".utf8) { return true }
        return text.elementsEqual("false".utf8) ? false : nil
    }
}

/// Sixteen digits at a time.
enum HexWord {
    /// The number that up to 16 hex digits spell.
    static func value(_ text: some Collection<UInt8>, lowerOnly: Bool) -> UInt64? {
        guard !text.isEmpty, text.count <= 16 else { return nil }
        var value: UInt64 = 0
        for byte in text {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F") where !lowerOnly: digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt64(digit)
        }
        return value
    }

    /// Appends 16 lower-case digits.
    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 60, through: 0, by: -4) {
            bytes.append(digit(UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15))
        }
    }

    @inline(__always)
    static func digit(_ value: UInt8) -> UInt8 {
        let value = value & 15
        return value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ value &- 10
    }
}

private let dash = UInt8(ascii: "-")
private let zero = UInt8(ascii: "0")
