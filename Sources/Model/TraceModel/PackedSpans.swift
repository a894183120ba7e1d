import Quantities

/// The spans of one trace, packed, in the order they came.
struct PackedSpans: Sendable {
    /// More spans than this are found by a table, fewer by going through them.
    private static let fewSpans = 64
    /// Of a span in that table.
    private static let indexBytes = 40

    private(set) var count = 0
    private var packed: [UInt8] = []
    /// The first start, from which the others are counted.
    private var base = WallTime(nanosecondsSinceEpoch: 0)
    /// Where the last span of each id is; empty while there are few.
    private var lastOfID: [SpanID: Int] = [:]

    /// Estimated, without the texts that are shared.
    var bytes: Int { packed.capacity + lastOfID.count * Self.indexBytes }

    mutating func append(_ span: Span, _ texts: inout SpanTexts) {
        if count == 0 { base = span.start }
        let position = packed.count
        PackedSpan.append(span, to: &packed, base: base, namesake: lastPosition(of: span.id), &texts)
        count += 1
        if count > Self.fewSpans {
            lastOfID[span.id] = position
        } else if count == Self.fewSpans {
            var last: [SpanID: Int] = [:]
            forEachPosition { last[$1] = $0 }
            lastOfID = last
        }
    }

    func spans(of trace: TraceID, _ texts: SpanTexts, _ detail: PackedSpan.Detail = .everything) -> [Span] {
        var spans: [Span] = []
        spans.reserveCapacity(count)
        forEachPosition { position, _ in
            spans.append(unpacked(PackedSpan(in: packed, at: position, base: base, detail), of: trace, texts, detail))
        }
        return spans
    }

    /// Those that have this id, the last first.
    func spans(with id: SpanID, of trace: TraceID, _ texts: SpanTexts) -> [Span] {
        var spans: [Span] = []
        var next = lastPosition(of: id)
        while let position = next {
            let packedSpan = PackedSpan(in: packed, at: position, base: base)
            spans.append(unpacked(packedSpan, of: trace, texts))
            next = packedSpan.namesake
        }
        return spans
    }

    /// Takes back every use of a shared text. Nothing may be read any more.
    func drop(from texts: inout SpanTexts) {
        forEachPosition { position, _ in
            PackedSpan(in: packed, at: position, base: base).forEachShared { texts.drop($0) }
        }
    }

    private func lastPosition(of id: SpanID) -> Int? {
        if count >= Self.fewSpans { return lastOfID[id] }
        var last: Int?
        forEachPosition { if $1 == id { last = $0 } }
        return last
    }

    private func forEachPosition(_ body: (Int, SpanID) -> Void) {
        var position = 0
        while position < packed.count {
            let (id, end) = PackedSpan.head(in: packed, at: position)
            if let id { body(position, id) }
            position = end
        }
    }

    private func unpacked(
        _ span: PackedSpan, of trace: TraceID, _ texts: SpanTexts, _ detail: PackedSpan.Detail = .everything
    ) -> Span {
        func string(_ text: PackedSpan.Text) -> String {
            switch text {
            case .shared(let number): texts[number]
            case .own(let range): String(decoding: packed[range], as: UTF8.self)
            }
        }
        func attributes(_ pairs: [PackedSpan.Pair]) -> [Span.Attribute] {
            pairs.compactMap { pair in
                let key = string(pair.key)
                guard detail == .everything || Span.peerKeys.contains(key) else { return nil }
                return Span.Attribute(key: key, value: string(pair.value))
            }
        }
        return Span(
            trace: trace, id: span.id, parent: span.parent, name: string(span.name), kind: span.kind,
            service: string(span.service), start: span.start, duration: span.duration, status: span.status,
            statusMessage: span.statusMessage.map(string) ?? "", attributes: attributes(span.attributes),
            events: span.events.map {
                Span.Event(time: $0.time, name: string($0.name), attributes: attributes($0.attributes))
            }, oddities: span.oddities)
    }
}
