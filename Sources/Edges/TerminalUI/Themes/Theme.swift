/// The looks of all roles, brought down to what a terminal can show.
///
/// Read from text (``init(parsing:file:)``) as a palette of named colours and then a look per role. ``adapted(to:)``
/// turns it into the styles of one colour depth; views then only index it by role.
package struct Theme: Hashable, Sendable {
    /// A colour of the palette.
    struct Ink: Hashable, Sendable {
        var color: Color
        /// What a 16-colour terminal shows instead, when the file says so.
        var sixteen: Color?
    }

    /// A role's look before it meets a terminal.
    struct Look: Hashable, Sendable {
        var foreground: Ink?
        var background: Ink?
        var attributes: Style.Attributes = []
    }

    package let name: String
    /// One line that says whom it may please; may be empty.
    package let summary: String
    package let appearance: Appearance
    package let depth: ColorDepth
    private let looks: [Role: Look]
    private let styles: [Role: Style]

    init(
        name: String, looks: [Role: Look], summary: String = "", appearance: Appearance = .dark,
        depth: ColorDepth = .trueColor
    ) {
        self.name = name
        self.summary = summary
        self.appearance = appearance
        self.depth = depth
        self.looks = looks
        let text = looks[.text] ?? Look()
        var styles: [Role: Style] = [:]
        for role in Role.allCases {
            styles[role] = Theme.style(of: looks[role] ?? text, role: role, depth: depth)
        }
        // What says nothing about its background stands on the canvas.
        let canvas = styles[.canvas]?.background ?? .terminalDefault
        styles = styles.mapValues { style in
            style.background.isDefault
                ? Style(foreground: style.foreground, background: canvas, attributes: style.attributes) : style
        }
        // Of eight colours the selection's may be the canvas's.
        if depth == .eight, let selection = styles[.selection], selection.background == canvas {
            styles[.selection]?.attributes.insert(.reverse)
        }
        self.styles = styles
    }

    /// How cells of that role look.
    package subscript(_ role: Role) -> Style { styles[role] ?? .plain }

    /// The ink of `role` on the ground of `base`: a failing service's name on the selected row.
    package func style(_ role: Role, on base: Role) -> Style {
        let ink = self[role]
        let ground = self[base]
        let style = Style(
            foreground: ink.foreground, background: ground.background,
            attributes: ink.attributes.on(ground.attributes))
        return depth == .eight ? style.legible : style
    }

    /// The same theme for a terminal with that many colours. In mono the colours fall away and attributes take over.
    package func adapted(to depth: ColorDepth) -> Theme {
        Theme(name: name, looks: looks, summary: summary, appearance: appearance, depth: depth)
    }

    /// The same theme on the terminal's own background, which may be transparent. Bars and the selection keep theirs.
    package func onTerminalBackground() -> Theme {
        var looks = looks
        looks[.canvas]?.background = nil
        return Theme(name: name, looks: looks, summary: summary, appearance: appearance, depth: depth)
    }

    private static func style(of look: Look, role: Role, depth: ColorDepth) -> Style {
        guard depth != .mono else { return Style(attributes: role.monoAttributes) }
        func color(_ ink: Ink?) -> Color {
            guard let ink else { return .terminalDefault }
            if depth <= .sixteen, let sixteen = ink.sixteen { return sixteen }
            return ink.color.reduced(to: depth == .eight ? .sixteen : depth)
        }
        var style = Style(
            foreground: color(look.foreground), background: color(look.background), attributes: look.attributes)
        guard depth == .eight else { return style }
        // What a bright colour said, or a dark grey, is left to attributes.
        if case .indexed(let index) = style.foreground.kind, (8..<16).contains(index) {
            style.attributes.insert(index == 8 ? .dim : .bold)
        }
        style.foreground = style.foreground.darkened(lightGrey: true)
        style.background = style.background.darkened(lightGrey: false)
        return style.legible
    }
}

extension Style {
    /// With another ink where two of sixteen colours have become one of eight.
    fileprivate var legible: Style {
        guard !foreground.isDefault, foreground == background else { return self }
        var style = self
        style.foreground = background == .indexed(0) ? .indexed(7) : .indexed(0)
        return style
    }
}

extension Style.Attributes {
    /// These on a ground with attributes of its own. On a reversed ground dim would grey the ground in patches.
    package func on(_ ground: Style.Attributes) -> Style.Attributes {
        let both = union(ground)
        return ground.contains(.reverse) ? both.subtracting(.dim) : both
    }
}

extension Theme {
    /// Whether a cell of that style stands on the selection.
    func isSelected(_ style: Style) -> Bool {
        let selection = self[.selection]
        if selection.background.isDefault {
            return selection.attributes.contains(.reverse) && style.attributes.contains(.reverse)
        }
        return style.background == selection.background
    }

    /// The letter of the role that a style most likely came from.
    func letter(for style: Style) -> String {
        if let exact = Role.allCases.first(where: { $0 != .canvas && self[$0] == style }) { return exact.letter }
        let sameInk = Role.allCases.first { $0 != .canvas && self[$0].foreground == style.foreground }
        guard let letter = sameInk?.letter else { return "?" }
        return isSelected(style) ? letter.uppercased() : letter
    }
}
