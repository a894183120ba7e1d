import Quantities
import TraceModel

/// A trace as a picture, its waterfall with the critical path: `meshtop trace ID -o svg > trace.svg`.
///
/// One file that any browser shows: no scripts, no fonts of its own, a light or a dark ground as the reader has it. A bar
/// is a span, in a colour of its service; the strong line below it is where the whole duration hung on the span itself; an
/// error has a red frame and a mark.
enum TraceSVG {
    private static let width = 1240
    private static let margin = 18
    /// Of names, in pixels.
    private static let labelWidth = 440
    private static let rowHeight = 24
    /// Room for title and axis.
    private static let head = 74
    /// Rows that are drawn; a browser is slow with more, and nobody reads them.
    private static let mostRows = 5000
    private static let barLeft = margin + labelWidth
    /// Room for a duration stays behind the longest bar.
    private static let barWidth = width - barLeft - margin - 74

    static func document(_ trace: Trace, onlyCriticalPath: Bool = false) -> String {
        let tree = TraceTree(trace)
        let all = tree.rows.indices.filter { !onlyCriticalPath || tree.rows[$0].isOnCriticalPath }
        let shown = all.prefix(mostRows)
        let foot = 44
        let height = head + shown.count * rowHeight + foot
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(width) \(height)\" font-family=\"ui-monospace, monospace\" font-size=\"13\">",
            "<title>\(SVGText.escaped("Trace \(trace.id)"))</title>",
            style,
            "<rect class=\"ground\" width=\"\(width)\" height=\"\(height)\"/>",
        ]
        lines += header(trace, tree) + axis(tree.duration, bottom: head + shown.count * rowHeight)
        let colours = colours(of: tree)
        var stretches: [Int: [TraceTree.CriticalStretch]] = [:]
        for stretch in tree.criticalPath { stretches[stretch.row, default: []].append(stretch) }
        for (line, index) in shown.enumerated() {
            let row = tree.rows[index]
            lines += drawing(
                row, at: head + line * rowHeight, of: tree.duration, colour: colours[row.span.service] ?? palette[0],
                stretches[index] ?? [])
        }
        lines += legend(at: height - foot + 26, hidden: all.count - shown.count)
        lines.append("</svg>")
        return lines.joined(separator: "\n")
    }

    // MARK: Parts

    private static func header(_ trace: Trace, _ tree: TraceTree) -> [String] {
        let summary = trace.summary
        let errors = summary.errorCount == 0 ? "" : " · \(summary.errorCount) errors"
        let facts =
            "\(Humane.milliseconds(tree.duration.milliseconds)) · \(summary.spanCount) spans\(errors) · "
            + "\(summary.services.count) services · \(tree.start.rfc3339) · \(trace.id)"
        let root = SVGText.clipped("\(summary.rootService) · \(summary.rootName)", to: 120)
        return [
            "<text class=\"strong\" x=\"\(margin)\" y=\"26\" font-size=\"15\">\(SVGText.escaped(root))</text>",
            "<text class=\"quiet\" x=\"\(margin)\" y=\"46\">\(SVGText.escaped(facts))</text>",
        ]
    }

    private static func axis(_ duration: Duration, bottom: Int) -> [String] {
        (0...4).flatMap { step -> [String] in
            let x = barLeft + barWidth * step / 4
            let time = Humane.milliseconds(duration.milliseconds * Double(step) / 4)
            return [
                "<line class=\"grid\" x1=\"\(x)\" y1=\"\(head - 6)\" x2=\"\(x)\" y2=\"\(bottom)\"/>",
                "<text class=\"quiet\" x=\"\(x)\" y=\"\(head - 10)\" font-size=\"11\" "
                    + "text-anchor=\"\(step == 0 ? "start" : "middle")\">\(time)</text>",
            ]
        }
    }

    private static func drawing(
        _ row: TraceTree.Row, at top: Int, of whole: Duration, colour: String, _ stretches: [TraceTree.CriticalStretch]
    ) -> [String] {
        let span = row.span
        let left = x(row.offset, of: whole)
        let length = max(2, x(row.offset + span.duration, of: whole) - left)
        let isError = span.status == .error
        let indent = min(row.depth, 20) * 12
        let room = (labelWidth - indent - 12) / 8
        let label = SVGText.clipped("\(isError ? "! " : "")\(span.service) · \(span.name)", to: room)
        let time = Humane.milliseconds(span.duration.milliseconds)
        var lines = [
            "<g><title>\(SVGText.escaped(words(row)))</title>",
            "<text class=\"\(isError ? "failed" : "name")\" x=\"\(margin + indent)\" y=\"\(top + 15)\">"
                + "\(SVGText.escaped(label))</text>",
            "<rect x=\"\(fixed(left))\" y=\"\(top + 3)\" width=\"\(fixed(length))\" height=\"13\" rx=\"2\" "
                + "fill=\"\(colour)\"\(isError ? " stroke=\"#e5484d\" stroke-width=\"2\"" : "")/>",
            "<text class=\"quiet\" x=\"\(fixed(left + length + 6))\" y=\"\(top + 14)\" font-size=\"11\">\(time)</text>",
        ]
        for stretch in stretches {
            let from = x(stretch.offset, of: whole)
            let to = x(stretch.offset + stretch.duration, of: whole)
            lines.append(
                "<rect class=\"critical\" x=\"\(fixed(from))\" y=\"\(top + 18)\" width=\"\(fixed(max(1, to - from)))\" "
                    + "height=\"3\"/>")
        }
        return lines + ["</g>"]
    }

    private static func legend(at y: Int, hidden: Int) -> [String] {
        let more = hidden > 0 ? " · \(hidden) more spans are not drawn" : ""
        return [
            "<rect class=\"critical\" x=\"\(margin)\" y=\"\(y - 6)\" width=\"28\" height=\"3\"/>",
            "<text class=\"quiet\" x=\"\(margin + 36)\" y=\"\(y)\" font-size=\"11\">critical path: what the whole duration "
                + "hung on · ! failed · a colour is a service\(more)</text>",
        ]
    }

    /// What a browser shows of a span below the pointer.
    private static func words(_ row: TraceTree.Row) -> String {
        let span = row.span
        let times =
            "\(Humane.milliseconds(span.duration.milliseconds)), itself "
            + "\(Humane.milliseconds(row.selfTime.milliseconds)), from +"
            + Humane.milliseconds(row.offset.milliseconds)
        let attributes = span.attributes.prefix(24).map { "\($0.key) = \(SVGText.clipped($0.value, to: 120))" }
        let status = span.statusMessage.isEmpty ? [] : ["error: \(SVGText.clipped(span.statusMessage, to: 200))"]
        return (["\(span.service) · \(span.name)  (\(span.kind))", times] + status + span.oddities.words + attributes)
            .joined(separator: "\n")
    }

    // MARK: Places and colours

    private static func x(_ offset: Duration, of whole: Duration) -> Double {
        guard whole > .zero else { return Double(barLeft) }
        let share = Double(offset.nanoseconds) / Double(whole.nanoseconds)
        return Double(barLeft) + Double(barWidth) * min(1, max(0, share))
    }

    private static func fixed(_ value: Double) -> String { Humane.fixed(value, decimals: 1) }

    /// In the order in which services come in the tree, so that a picture is the same every time.
    private static func colours(of tree: TraceTree) -> [String: String] {
        var colours: [String: String] = [:]
        for row in tree.rows where colours[row.span.service] == nil {
            colours[row.span.service] = palette[colours.count % palette.count]
        }
        return colours
    }

    /// Of middle lightness, so that they stand out on white and on black; none is the red of errors.
    private static let palette = [
        "#3e7bd6", "#2f9e6e", "#b8862b", "#8e63ce", "#1f94a8", "#c2619a", "#6f8f2f", "#7a7f99", "#c26f3a", "#4f6fb0",
    ]

    // Colours stand at each element or in a flat class: not every viewer knows variables or nested selectors.
    private static let style =
        "<style>.ground{fill:#fff}text{fill:#1a1a1a}.strong{font-weight:600}.quiet{fill:#5c6370}.failed{fill:#c62a2f}"
        + ".grid{stroke:#d9dce3;stroke-width:1}.critical{fill:#111}"
        + "@media(prefers-color-scheme:dark){.ground{fill:#16181d}text{fill:#e6e6e6}.quiet{fill:#9aa2b1}"
        + ".failed{fill:#ff8589}.grid{stroke:#30343d}.critical{fill:#fff}}</style>"
}
