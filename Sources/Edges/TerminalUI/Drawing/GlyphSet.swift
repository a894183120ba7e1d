/// The characters that everything is drawn with. Each of the three sets is complete: what one shows, the others show.
package struct GlyphSet: Hashable, Sendable {
    /// What a terminal's font must have.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Lines, blocks and braille patterns, which draw the finest curves.
        case braille
        /// Lines and blocks, and signs that fonts have had for decades (those of WGL4).
        case blocks
        /// Nothing beyond ASCII.
        case ascii
    }

    /// The pieces of a rectangle.
    package struct Box: Hashable, Sendable {
        package let horizontal: Unicode.Scalar
        package let vertical: Unicode.Scalar
        package let topLeft: Unicode.Scalar
        package let topRight: Unicode.Scalar
        package let bottomLeft: Unicode.Scalar
        package let bottomRight: Unicode.Scalar
    }

    package let kind: Kind
    package var isUnicode: Bool { kind != .ascii }
    package let box: Box
    package let heavyBox: Box
    package let ellipsis: Unicode.Scalar
    /// A moving dot of traffic, and one that stands for an error.
    package let dot: Unicode.Scalar
    package let errorDot: Unicode.Scalar
    package let arrowLeft: Unicode.Scalar
    package let arrowRight: Unicode.Scalar
    package let arrowUp: Unicode.Scalar
    package let arrowDown: Unicode.Scalar
    /// Sorted upwards and downwards; folded and open.
    package let ascending: Unicode.Scalar
    package let descending: Unicode.Scalar
    package let folded: Unicode.Scalar
    package let open: Unicode.Scalar
    package let marker: Unicode.Scalar
    package let separator: Unicode.Scalar
    /// Marks of health, so that colour is never the only carrier.
    package let healthy: Unicode.Scalar
    package let degraded: Unicode.Scalar
    package let failure: Unicode.Scalar
    package let unknown: Unicode.Scalar
    /// From empty to full height; the first is a space.
    package let eighthsUp: [Unicode.Scalar]
    /// From empty to full width; the first is a space.
    package let eighthsRight: [Unicode.Scalar]
    /// A full cell, and the track of an unfilled bar.
    package let full: Unicode.Scalar
    package let track: Unicode.Scalar
    package let scrollThumb: Unicode.Scalar
    package let scrollTrack: Unicode.Scalar

    package static func of(_ kind: Kind) -> GlyphSet {
        switch kind {
        case .braille: braille
        case .blocks: blocks
        case .ascii: ascii
        }
    }

    package static let braille = GlyphSet(
        kind: .braille,
        box: Box(
            horizontal: "─", vertical: "│", topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯"),
        heavyBox: Box(
            horizontal: "━", vertical: "┃", topLeft: "┏", topRight: "┓", bottomLeft: "┗", bottomRight: "┛"),
        ellipsis: "…", dot: "●", errorDot: "✕", arrowLeft: "◄", arrowRight: "►", arrowUp: "▲", arrowDown: "▼",
        ascending: "▲", descending: "▼", folded: "▸", open: "▾", marker: "▸", separator: "›", healthy: "✓",
        degraded: "!", failure: "✗", unknown: "?",
        eighthsUp: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        eighthsRight: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"], full: "█", track: "░", scrollThumb: "█",
        scrollTrack: "│")

    package static let blocks = GlyphSet(
        kind: .blocks,
        box: Box(
            horizontal: "─", vertical: "│", topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘"),
        heavyBox: Box(
            horizontal: "━", vertical: "┃", topLeft: "┏", topRight: "┓", bottomLeft: "┗", bottomRight: "┛"),
        ellipsis: "…", dot: "●", errorDot: "×", arrowLeft: "◄", arrowRight: "►", arrowUp: "▲", arrowDown: "▼",
        ascending: "▲", descending: "▼", folded: "►", open: "▼", marker: "►", separator: "›", healthy: "√",
        degraded: "!", failure: "×", unknown: "?",
        eighthsUp: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        eighthsRight: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"], full: "█", track: "░", scrollThumb: "█",
        scrollTrack: "│")

    package static let ascii = GlyphSet(
        kind: .ascii,
        box: Box(horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+"),
        heavyBox: Box(horizontal: "=", vertical: "#", topLeft: "#", topRight: "#", bottomLeft: "#", bottomRight: "#"),
        ellipsis: "~", dot: "o", errorDot: "x", arrowLeft: "<", arrowRight: ">", arrowUp: "^", arrowDown: "v",
        ascending: "^", descending: "v", folded: "+", open: "-", marker: ">", separator: ">", healthy: " ",
        degraded: "!", failure: "X", unknown: "?", eighthsUp: [" ", ".", ".", ":", "-", "=", "+", "*", "#"],
        eighthsRight: [" ", "-", "-", "-", "=", "=", "=", "#", "#"], full: "#", track: ".", scrollThumb: "#",
        scrollTrack: "|")
}
