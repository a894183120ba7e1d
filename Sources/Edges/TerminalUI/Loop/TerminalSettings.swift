/// What the environment says about the terminal, decided by pure rules.
package struct TerminalSettings: Hashable, Sendable {
    /// The names to try in terminfo, first to last.
    package let names: [String]
    package let noColor: Bool
    package let promisesTrueColor: Bool
    /// Whether it is the Linux kernel's own console, whose fonts have 512 characters at most.
    private let isLinuxConsole: Bool

    /// - Parameter variable: looks up an environment variable.
    package init(variable: (String) -> String?) throws(TerminalError) {
        guard let name = variable("TERM"), !name.isEmpty else { throw .noTerminalName }
        let families = ["kitty", "foot", "ghostty", "wezterm", "alacritty", "contour", "rio"]
        let isKnownFamily = families.contains { name.hasPrefix($0) || name.hasPrefix("xterm-" + $0) }
        // These terminals speak xterm's language; their own entries are often missing on the machine one logs in to.
        names = isKnownFamily && name != "xterm-256color" ? [name, "xterm-256color"] : [name]
        noColor = variable("NO_COLOR").map { !$0.isEmpty } ?? false
        let colorTerm = variable("COLORTERM") ?? ""
        isLinuxConsole = name == "linux" || name.hasPrefix("linux-")
        promisesTrueColor = colorTerm == "truecolor" || colorTerm == "24bit" || name.hasSuffix("-direct")
    }

    /// How many colours to use when terminfo counts `colors`.
    package func depth(colors: Int) -> ColorDepth {
        if noColor { return .mono }
        if promisesTrueColor { return .trueColor }
        return colors >= 256 ? .twoFiftySix : colors >= 16 ? .sixteen : colors >= 8 ? .eight : .mono
    }

    /// What to draw with where nobody said.
    package func glyphs(isUTF8: Bool) -> GlyphSet.Kind {
        isUTF8 ? isLinuxConsole ? .blocks : .braille : .ascii
    }

    /// Whether to name `C.UTF-8` as the locale: the one in the environment is not UTF-8, but nobody asked for it, or
    /// it asks for UTF-8 and is not installed.
    package static func wantsUTF8Fallback(
        isInstalled: Bool, isUTF8: Bool, variable: (String) -> String?
    ) -> Bool {
        if isInstalled, isUTF8 { return false }
        let asked = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty }
        guard let asked else { return true }
        let lowered = asked.lowercased()
        return lowered.hasSuffix(".utf-8") || lowered.hasSuffix(".utf8")
    }
}
