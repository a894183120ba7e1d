/// How a cell looks apart from its character.
package struct Style: Hashable, Sendable, BitwiseCopyable {
    package struct Attributes: OptionSet, Hashable, Sendable, BitwiseCopyable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let bold = Attributes(rawValue: 1)
        package static let dim = Attributes(rawValue: 2)
        package static let italic = Attributes(rawValue: 4)
        package static let underline = Attributes(rawValue: 8)
        package static let reverse = Attributes(rawValue: 16)
    }

    package var foreground: Color
    package var background: Color
    package var attributes: Attributes

    package init(
        foreground: Color = .terminalDefault, background: Color = .terminalDefault, attributes: Attributes = []
    ) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }

    /// The terminal's own colours and no attributes.
    package static let plain = Style()

    /// This style laid over `base`: where this one says nothing, the base shows through. Used for words on a
    /// selected row, whose background and reverse belong to the row.
    package func over(_ base: Style) -> Style {
        Style(
            foreground: foreground.isDefault ? base.foreground : foreground,
            background: background.isDefault ? base.background : background,
            attributes: attributes.union(base.attributes))
    }

    /// This style with more attributes.
    package func adding(_ more: Attributes) -> Style {
        Style(foreground: foreground, background: background, attributes: attributes.union(more))
    }

    /// Both colours brought down to what a terminal of `depth` can show.
    package func reduced(to depth: ColorDepth) -> Style {
        Style(
            foreground: foreground.reduced(to: depth), background: background.reduced(to: depth), attributes: attributes
        )
    }
}
