import ByteCursor
package import Quantities

/// A W3C trace id: 16 bytes, never all zero. <https://www.w3.org/TR/trace-context/#trace-id>
package struct TraceID: Hashable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    /// Nothing for the all-zero id, which means "no trace".
    package init?(high: UInt64, low: UInt64) {
        guard high | low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    /// Nothing unless `bytes` are 16, and not all zero.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.init(high: bigEndian(bytes.prefix(8)), low: bigEndian(bytes.dropFirst(8)))
    }

    /// Reads 1 to 32 hex digits in either case; Jaeger leaves out leading zeros.
    package init?(hexadecimal text: some StringProtocol) {
        guard let bytes = paddedBytes(text, count: 16) else { return nil }
        self.init(bytes: bytes)
    }

    /// 32 lower-case hex digits.
    package var description: String { hexadecimal(high) + hexadecimal(low) }
}

/// A span id: 8 bytes, never all zero.
package struct SpanID: Hashable, Sendable, CustomStringConvertible {
    package let value: UInt64

    /// Nothing for the all-zero id, which means "no span".
    package init?(_ value: UInt64) {
        guard value != 0 else { return nil }
        self.value = value
    }

    /// Nothing unless `bytes` are 8, and not all zero.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 8 else { return nil }
        self.init(bigEndian(bytes))
    }

    /// Reads 1 to 16 hex digits in either case; Jaeger leaves out leading zeros.
    package init?(hexadecimal text: some StringProtocol) {
        guard let bytes = paddedBytes(text, count: 8) else { return nil }
        self.init(bytes: bytes)
    }

    /// 16 lower-case hex digits.
    package var description: String { hexadecimal(value) }
}

/// One timed piece of work, as OpenTelemetry defines it.
package struct Span: Hashable, Sendable {
    package enum Kind: Int, Hashable, Sendable {
        // OTLP's numbers (opentelemetry/proto/trace/v1/trace.proto, SpanKind).
        case unspecified = 0
        case `internal`, server, client, producer, consumer
    }

    package enum Status: Int, Hashable, Sendable {
        // OTLP's numbers (Status.StatusCode).
        case unset = 0
        case ok, error
    }

    package struct Attribute: Hashable, Sendable {
        package var key: String
        /// The value in its plain text form.
        package var value: String

        package init(key: String, value: String) {
            self.key = key
            self.value = value
        }
    }

    /// Something that happened at one moment of the span: an OTLP event, an annotation of Zipkin, a log of Jaeger.
    package struct Event: Hashable, Sendable {
        package var time: WallTime
        package var name: String
        package var attributes: [Attribute]

        package init(time: WallTime, name: String, attributes: [Attribute] = []) {
            self.time = time
            self.name = name
            self.attributes = attributes
        }
    }

    package var trace: TraceID
    package var id: SpanID
    package var parent: SpanID?
    package var name: String
    package var kind: Kind
    /// `service.name` of the resource.
    package var service: String
    package var start: WallTime
    package var duration: Duration
    package var status: Status
    package var statusMessage: String
    /// The span's own attributes, then the resource's, in the order they came.
    package var attributes: [Attribute]
    /// In the order they came.
    package var events: [Event]
    /// Faults that show in the span alone.
    package var oddities: SpanOddities

    package init(
        trace: TraceID, id: SpanID, parent: SpanID? = nil, name: String, kind: Kind, service: String, start: WallTime,
        duration: Duration, status: Status = .unset, statusMessage: String = "", attributes: [Attribute] = [],
        events: [Event] = [], oddities: SpanOddities = []
    ) {
        self.trace = trace
        self.id = id
        self.parent = parent
        self.name = name
        self.kind = kind
        self.service = service
        self.start = start
        self.duration = duration
        self.status = status
        self.statusMessage = statusMessage
        self.attributes = attributes
        self.events = events
        self.oddities = oddities
    }

    package var end: WallTime { start.advanced(by: duration) }

    package func attribute(_ key: String) -> String? { attributes.first { $0.key == key }?.value }

    /// Sets start and duration from what a sender wrote, and notes what cannot be.
    ///
    /// - Parameters:
    ///   - start: nothing, or 1970, when none was sent.
    ///   - duration: negative when the sender's clock was set back meanwhile.
    mutating func setTimes(start: WallTime?, duration: Duration) {
        self.start = start ?? WallTime(nanosecondsSinceEpoch: 0)
        self.duration = max(.zero, duration)
        if duration < .zero { oddities.insert(.endsBeforeStart) }
        if self.start.nanosecondsSinceEpoch == 0 { oddities.insert(.startIsMissing) }
    }
}

private func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The number in at most 8 bytes, the highest first.
private func bigEndian(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
}

private func paddedBytes(_ text: some StringProtocol, count: Int) -> [UInt8]? {
    let digits = text.utf8.count
    guard digits > 0, digits <= 2 * count else { return nil }
    return Hexadecimal.decode(String(repeating: "0", count: 2 * count - digits) + text)
}
