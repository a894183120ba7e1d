package import TerminalUI

/// A theme to choose from, as the picker shows it.
package struct ThemeEntry: Hashable, Sendable {
    package let name: String
    package let summary: String
    package let appearance: Appearance

    package init(_ theme: Theme) {
        name = theme.name
        summary = theme.summary
        appearance = theme.appearance
    }
}

/// The list of themes over the screen. Whatever its cursor stands on is already shown.
package struct ThemePicker: Hashable, Sendable {
    /// The theme to go back to when nothing is chosen.
    let original: String
    /// A position among ``Model/themes``; nothing until they are known.
    package var cursor: Int?
}
