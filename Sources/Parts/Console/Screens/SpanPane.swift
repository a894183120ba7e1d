import Quantities
import TerminalUI
import TraceModel

/// One span explained: what it took and why, how it failed, its attributes and events, and how its kind does elsewhere.
enum SpanPane {
    static func draw(
        _ index: Int, _ waterfall: Waterfall, _ model: Model, in pane: Rect, place: ScreenGeometry.PanePlace,
        on canvas: inout Canvas
    ) {
        let row = waterfall.rows[index]
        let span = row.span
        let attributes = span.attributes.map { TextLine([Piece($0.key + " ", .dim), Piece($0.value)]) }
        let half = place == .below ? (attributes.count + 1) / 2 : attributes.count
        var sections = [Section("", facts(index, waterfall)), peers(index, waterfall, model)]
        sections.append(Section("events", events(span)))
        sections.append(Section("attributes", Array(attributes.prefix(half))))
        if half < attributes.count { sections.append(Section("", [.empty] + attributes.dropFirst(half))) }
        let title = [Piece(row.service, .title), Piece(" " + row.operation)]
        canvas.draw(sections, title: title, in: pane, place: place)
    }

    private static func facts(_ index: Int, _ waterfall: Waterfall) -> [TextLine] {
        let row = waterfall.rows[index]
        let span = row.span
        let share = Ratio(row.row.criticalTime.inSeconds, of: waterfall.duration.inSeconds)
        var facts: [TextLine] = []
        if span.status == .error {
            facts.append(
                TextLine(
                    [Piece(span.statusMessage.isEmpty ? "failed" : "failed: \(span.statusMessage)", .failure)],
                    right: tries(row)))
        } else if row.attempt != nil {
            facts.append(TextLine(tries(row)))
        }
        if let flags = span.attribute("response_flags"), let words = ResponseFlag.words(flags) {
            facts.append(TextLine([Piece("\(flags) ", .accent), Piece(words)]))
        }
        facts += [
            TextLine(
                [Piece("took ", .dim), Piece(Field.duration(span.duration), .strong)],
                right: [Piece("own ", .dim), Piece(Field.duration(row.row.selfTime))]),
            TextLine(
                [Piece("from ", .dim), Piece("+" + Field.duration(row.row.offset))],
                right: [Piece(words(span.kind), .dim)]),
        ]
        if let between = waterfall.hop(at: index) {
            facts.append(TextLine([Piece("network and proxies", .dim)], right: [Piece(Field.duration(between))]))
        }
        if row.row.isOnCriticalPath {
            facts.append(
                TextLine(
                    [Piece("on the critical path", .accent)],
                    right: share.map { [Piece(Humane.percent($0), .accent)] } ?? []))
        }
        facts += row.span.oddities.words.map { TextLine($0, .degraded) }
        if row.row.skew != .zero {
            facts.append(TextLine([Piece("clock moved by ", .dim), Piece(signed(row.row.skew))]))
        }
        facts.append(TextLine([Piece("span ", .dim), Piece(span.id.description, .dim)]))
        return facts
    }

    private static func tries(_ row: Waterfall.Row) -> [Piece] {
        row.attempt.map { [Piece("attempt \($0.number) of \($0.count)", .degraded)] } ?? []
    }

    private static func signed(_ duration: Duration) -> String {
        duration < .zero ? "-" + Field.duration(.zero - duration) : "+" + Field.duration(duration)
    }

    private static func events(_ span: Span) -> [TextLine] {
        span.events.flatMap { event in
            [
                TextLine(
                    [
                        Piece("+" + Field.duration(max(.zero, span.start.duration(to: event.time))) + " ", .dim),
                        Piece(event.name, .strong),
                    ])
            ] + event.attributes.map { TextLine([Piece("  \($0.key) ", .dim), Piece($0.value)]) }
        }
    }

    /// How long the same operation takes in the other traces of the list, and how long it took here.
    private static func peers(_ index: Int, _ waterfall: Waterfall, _ model: Model) -> Section {
        let span = waterfall.rows[index].span
        guard let peers = model.shelf.peers(of: span), peers.count > 1 else { return Section("", []) }
        let place = peers.share(below: span.duration)
        return Section(
            [Piece("the same in \(peers.traces) traces", .dim)],
            [
                TextLine(
                    [Piece("p50 ", .dim), Piece(Field.duration(peers.quantile(0.5)))],
                    right: [Piece("p95 ", .dim), Piece(Field.duration(peers.quantile(0.95)))]),
                TextLine(
                    [
                        Piece("slower than ", .dim),
                        Piece(Humane.percent(place), place.value >= 0.95 ? .degraded : .text),
                    ],
                    right: [Piece("of \(peers.count)", .dim)]),
            ])
    }

    static func words(_ kind: Span.Kind) -> String {
        switch kind {
        case .unspecified: ""
        case .internal: "internal"
        case .server: "server"
        case .client: "client"
        case .producer: "producer"
        case .consumer: "consumer"
        }
    }
}
