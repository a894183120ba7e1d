import MeshModel
import TerminalUI
import TraceModel

/// The console's own signs beside the terminal's ``GlyphSet``, and as complete for each of its kinds.
struct Signs: Hashable, Sendable {
    let healthy, notReady, degraded, failure, unknown: String
    let separator, crumb, absent, arrow, bullet, critical: String
    /// An object of the configuration without problems.
    let valid: String
    /// A moving dot of traffic, and one that stands for a failed request.
    let dot, failedDot: Unicode.Scalar
    /// The chosen point or cell of a picture, and a point that stands for a failure.
    let chosenPoint, failedPoint: Unicode.Scalar
    /// From nothing to most, for the cells of a heatmap.
    let shades: [Unicode.Scalar]
    let treeBranch, treeLast, treeLine: String
    let axis, bandLeft, bandRight, bandMark: Unicode.Scalar
    /// A line that stands back behind a bar: whole, and its left and right half.
    let thinBar, thinLeft, thinRight: Unicode.Scalar
    /// The left edge of a filled box.
    let boxEdge: Unicode.Scalar
    /// Before the number of an attempt that is not the first.
    let again: String
    let arrowKeys: String
    /// How keys are written where their names are long.
    let keys: [String: String]

    init(_ glyphs: GlyphSet) {
        self =
            switch glyphs.kind {
            case .braille: .braille
            case .blocks: .blocks
            case .ascii: .ascii
            }
    }

    func health(_ health: Health) -> String {
        switch health {
        case .unknown: unknown
        case .healthy: healthy
        case .notReady: notReady
        case .degraded: degraded
        case .failure: failure
        }
    }

    /// Who a span was made by: the one that calls, the one that is called, or nobody else than itself.
    func kind(_ kind: Span.Kind) -> String {
        switch kind {
        case .client: "c"
        case .server: "s"
        case .producer: "p"
        case .consumer: "r"
        case .internal, .unspecified: " "
        }
    }

    /// `shift+tab` as people know it.
    func key(_ name: String) -> String {
        if let sign = keys[name] { return sign }
        if name.hasPrefix("ctrl+") { return "^" + name.dropFirst(5).uppercased() }
        return name
    }

    /// `Shift-Tab`, `Ctrl-L`, `PgUp`: where there is room for words.
    func keyName(_ name: String) -> String {
        let words = [
            "pgup": "PgUp", "pgdn": "PgDn", "up": key("up"), "down": key("down"), "left": key("left"),
            "right": key("right"),
        ]
        return name.split(separator: "+", omittingEmptySubsequences: false).map { part -> String in
            if let word = words[String(part)] { return word }
            guard part.count > 1 || name.contains("ctrl+") else { return String(part) }
            return part.prefix(1).uppercased() + part.dropFirst()
        }.joined(separator: "-")
    }

    private init(
        health: [String], words: [String], dots: [Unicode.Scalar], tree: [String], band: [Unicode.Scalar],
        bars: [Unicode.Scalar], shades: [Unicode.Scalar],
        arrowKeys: String, keys: [String: String]
    ) {
        (healthy, degraded, failure, unknown, notReady) = (health[0], health[1], health[2], health[3], health[4])
        (separator, crumb, absent, arrow, bullet, critical) = (
            words[0], words[1], words[2], words[3], words[4], words[5]
        )
        (dot, failedDot) = (dots[0], dots[1])
        (chosenPoint, failedPoint) = (dots[2], dots[3])
        (treeBranch, treeLast, treeLine) = (tree[0], tree[1], tree[2])
        (axis, bandLeft, bandRight, bandMark) = (band[0], band[1], band[2], band[3])
        (thinBar, thinLeft, thinRight, boxEdge) = (bars[0], bars[1], bars[2], bars[3])
        (again, valid) = (words[6], words[7])
        self.shades = shades
        self.arrowKeys = arrowKeys
        self.keys = keys
    }

    private static let braille = Signs(
        health: ["●", "▲", "✕", "○", "◌"], words: ["·", "▸", "–", "→", "•", "◆", "↻", "✓"], dots: ["•", "✕", "◆", "✕"],
        tree: ["├ ", "╰ ", "│ "], band: ["─", "├", "┤", "◆"], bars: ["━", "╸", "╺", "▏"],
        shades: [" ", "░", "▒", "▓", "█"], arrowKeys: "↑↓←→",
        keys: [
            "up": "↑", "down": "↓", "left": "←", "right": "→", "enter": "⏎", "tab": "⇥", "shift+tab": "⇤",
            "shift+up": "⇧↑", "shift+down": "⇧↓", "shift+left": "⇧←", "shift+right": "⇧→", "backspace": "⌫",
        ])

    private static let blocks = Signs(
        health: ["●", "▲", "×", "○", "◦"], words: ["·", "›", "–", "→", "•", "◊", "try ", "√"],
        dots: ["•", "×", "◊", "×"],
        tree: ["├ ", "└ ", "│ "], band: ["─", "├", "┤", "◊"], bars: ["─", "─", "─", "▌"],
        shades: [" ", "░", "▒", "▓", "█"], arrowKeys: "↑↓←→",
        keys: [
            "up": "↑", "down": "↓", "left": "←", "right": "→", "enter": "Enter", "tab": "Tab", "shift+tab": "S-Tab",
        ])

    private static let ascii = Signs(
        health: ["o", "!", "X", "?", "-"], words: ["|", ">", "-", "->", "*", "*", "try ", "o"],
        dots: ["o", "x", "@", "X"],
        tree: ["|-", "`-", "| "], band: ["-", "[", "]", "*"], bars: ["-", "-", "-", "|"],
        shades: [" ", ".", ":", "+", "#"], arrowKeys: "arrows",
        keys: ["enter": "Enter", "tab": "Tab", "shift+tab": "S-Tab"])
}
