package import TerminalUI

/// How the console is coloured, and where it finds other colours.
package struct ThemeOptions: Sendable {
    package var library: ThemeLibrary
    /// What is shown first.
    package var start: ThemeLibrary.Loaded
    /// Whether nobody has chosen: then the terminal's background decides between the built-in themes.
    package var isAutomatic: Bool
    /// Whether the terminal's own background shows, whatever the theme says.
    package var isTransparent: Bool
    /// The file that keeps the name of what is chosen on the screen; nothing when there is no place for one.
    package var memory: String?

    package init(
        library: ThemeLibrary, start: ThemeLibrary.Loaded, isAutomatic: Bool = false, isTransparent: Bool = false,
        memory: String? = nil
    ) {
        self.library = library
        self.start = start
        self.isAutomatic = isAutomatic
        self.isTransparent = isTransparent
        self.memory = memory
    }

    /// What somebody asked for, by name or path; else what was kept; else a built-in theme that suits the terminal.
    ///
    /// - Parameters:
    ///   - colorFGBG: the value of that environment variable.
    /// - Throws: why there is no theme of the name asked for. A kept one that is gone is no reason to complain.
    package init(
        asked: String?, library: ThemeLibrary, memory: String?, colorFGBG: String?, isTransparent: Bool = false
    ) throws(ThemeError) {
        self.init(library: library, start: try library.load("harbor"), isTransparent: isTransparent, memory: memory)
        if let asked {
            start = try library.load(asked)
        } else if let kept = ThemeKeeper.remembered(memory), let loaded = try? library.load(kept) {
            start = loaded
        } else {
            isAutomatic = true
            if Appearance(colorFGBG: colorFGBG ?? "") == .light { start = try library.load("daylight") }
        }
    }
}
