import Quantities

/// A span in the bytes of its trace: a ninth of what it takes as a ``Span``, whose every text and list is a block of
/// its own.
///
/// ```text
/// ┌────────┬────┬───────┬────────┬──────┬──────┬─────────┬───────┬──────────┬─────────┬──────────┐
/// │ length │ id │ flags │ parent │ back │ name │ service │ start │ duration │ message │ oddities │
/// └────────┴────┴───────┴────────┴──────┴──────┴─────────┴───────┴──────────┴─────────┴──────────┘
/// ┌───┬───────────────────────────────────────┬───┬──────────────────┐
/// │ n │ n × (time, name, n, n × (key, value)) │ n │ n × (key, value) │
/// └───┴───────────────────────────────────────┴───┴──────────────────┘
///      events                                      attributes
/// ```
///
/// Flags say whether parent, back, and message with oddities are there. Ids have eight bytes, flags and oddities one,
/// all else is a varint. What follows `length` is as long. `back` leads to the span before of the same id. Times are
/// nanoseconds in zigzag, the start's from the first start of the trace and an event's from that of the span. A text is
/// `2n` for the text of number `n` in ``SpanTexts``, or `2n + 1` with its own `n` bytes behind.
struct PackedSpan {
    enum Text {
        case shared(SpanTexts.Number)
        /// Where its UTF-8 is.
        case own(Range<Int>)
    }

    typealias Pair = (key: Text, value: Text)

    struct Event {
        let time: WallTime
        let name: Text
        let attributes: [Pair]
    }

    /// How much of a span is wanted.
    enum Detail {
        case everything
        /// What a search looks at: not the status message, the events, and other attributes than those that name whom
        /// a client called.
        case calls
    }

    private struct Flags: OptionSet {
        let rawValue: UInt8

        // The lowest three bits are the kind, the next two the status.
        static let hasParent = Flags(rawValue: 1 << 5)
        static let hasRest = Flags(rawValue: 1 << 6)
        static let hasNamesake = Flags(rawValue: 1 << 7)
    }

    let id: SpanID
    let parent: SpanID?
    let kind: Span.Kind
    let status: Span.Status
    let oddities: SpanOddities
    let name: Text
    let service: Text
    let start: WallTime
    let duration: Duration
    let statusMessage: Text?
    let events: [Event]
    let attributes: [Pair]
    /// Where the span before of the same id is.
    let namesake: Int?
}

extension PackedSpan {
    /// Writes `span` at the end of `bytes`.
    ///
    /// - Parameters:
    ///   - base: what its start is counted from.
    ///   - namesake: where the span before of the same id is.
    static func append(
        _ span: Span, to bytes: inout [UInt8], base: WallTime, namesake: Int?, _ texts: inout SpanTexts
    ) {
        var writer = PackedWriter()
        writer.identifier(span.id)
        let hasRest = !span.statusMessage.isEmpty || !span.oddities.isEmpty
        var flags = Flags(rawValue: UInt8(span.kind.rawValue) | UInt8(span.status.rawValue) << 3)
        if span.parent != nil { flags.insert(.hasParent) }
        if hasRest { flags.insert(.hasRest) }
        if namesake != nil { flags.insert(.hasNamesake) }
        writer.bytes.append(flags.rawValue)
        if let parent = span.parent { writer.identifier(parent) }
        if let namesake { writer.varint(UInt64(bytes.count - namesake)) }
        writer.text(span.name, &texts)
        writer.shared(texts.useAlways(span.service))
        writer.time(span.start, from: base)
        writer.varint(UInt64(bitPattern: span.duration.nanoseconds))
        if hasRest {
            writer.text(span.statusMessage, &texts)
            writer.bytes.append(span.oddities.rawValue)
        }
        writer.varint(UInt64(span.events.count))
        for event in span.events {
            writer.time(event.time, from: span.start)
            writer.text(event.name, &texts)
            writer.attributes(event.attributes, &texts)
        }
        writer.attributes(span.attributes, &texts)
        var length = PackedWriter()
        length.varint(UInt64(writer.bytes.count))
        // By a quarter: doubled, as arrays are by themselves, half the memory would hold nothing.
        let needed = bytes.count + length.bytes.count + writer.bytes.count
        if needed > bytes.capacity { bytes.reserveCapacity(needed + needed / 4) }
        bytes += length.bytes
        bytes += writer.bytes
    }

    /// Reads the span at `position`.
    init(in bytes: [UInt8], at position: Int, base: WallTime, _ detail: Detail = .everything) {
        var reader = PackedReader(bytes: bytes, position: position)
        _ = reader.varint()
        guard let id = reader.identifier() else { preconditionFailure("a span without an id was packed") }
        self.id = id
        let flags = Flags(rawValue: reader.byte())
        kind = Span.Kind(rawValue: Int(flags.rawValue & 7)) ?? .unspecified
        status = Span.Status(rawValue: Int(flags.rawValue >> 3 & 3)) ?? .unset
        parent = flags.contains(.hasParent) ? reader.identifier() : nil
        namesake = flags.contains(.hasNamesake) ? position - Int(truncatingIfNeeded: reader.varint()) : nil
        name = reader.text()
        service = reader.text()
        start = reader.time(from: base)
        duration = .nanoseconds(Int64(bitPattern: reader.varint()))
        let message = flags.contains(.hasRest) ? reader.text() : nil
        oddities = flags.contains(.hasRest) ? SpanOddities(rawValue: reader.byte()) : []
        guard detail == .everything || kind == .client else {
            (statusMessage, events, attributes) = (nil, [], [])
            return
        }
        var events: [Event] = []
        for _ in 0..<reader.varint() {
            let time = reader.time(from: start)
            let name = reader.text()
            events.append(Event(time: time, name: name, attributes: reader.attributes()))
        }
        statusMessage = detail == .everything ? message : nil
        self.events = detail == .everything ? events : []
        attributes = reader.attributes()
    }

    /// The id of the span at `position`, and where the next one is.
    static func head(in bytes: [UInt8], at position: Int) -> (id: SpanID?, end: Int) {
        var reader = PackedReader(bytes: bytes, position: position)
        let length = Int(truncatingIfNeeded: reader.varint())
        let end = reader.position + length
        return (reader.identifier(), end)
    }

    /// Every text that is shared, as often as it is said.
    func forEachShared(_ body: (SpanTexts.Number) -> Void) {
        func visit(_ text: Text) {
            if case .shared(let number) = text { body(number) }
        }
        visit(name)
        visit(service)
        if let statusMessage { visit(statusMessage) }
        for pair in attributes + events.flatMap(\.attributes) {
            visit(pair.key)
            visit(pair.value)
        }
        for event in events { visit(event.name) }
    }
}
