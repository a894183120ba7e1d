/// A theme file as it was written: colours by name, roles in terms of those names.
///
/// Names are looked up only when the theme is made, so that a file that inherits another and changes one colour of its
/// palette changes every role that uses it.
struct ThemeSource: Hashable, Sendable {
    /// One line of `[roles]`.
    struct Look: Hashable, Sendable {
        /// The palette's name; nothing for the terminal's default.
        var ink: String?
        var ground: String?
        var attributes: Style.Attributes = []
        /// Where it stands, for complaints.
        var file: String
        var line: Int
    }

    /// One line for the picker.
    var summary = ""
    var appearance: Appearance?
    /// The name or path of the theme that fills what is missing here.
    var inherits: String?
    var inheritsLine = 0
    var palette: [String: Theme.Ink] = [:]
    var roles: [Role: Look] = [:]

    /// This theme over the one that it inherits.
    func over(_ parent: ThemeSource) -> ThemeSource {
        var result = parent
        result.summary = summary
        result.appearance = appearance ?? parent.appearance
        result.palette.merge(palette) { _, own in own }
        result.roles.merge(roles) { _, own in own }
        return result
    }

    /// Looks up all names.
    func resolved() throws(ThemeError) -> [Role: Theme.Look] {
        var looks: [Role: Theme.Look] = [:]
        for (role, look) in roles.sorted(by: { $0.value.line < $1.value.line }) {
            looks[role] = Theme.Look(
                foreground: try ink(look.ink, of: look), background: try ink(look.ground, of: look),
                attributes: look.attributes)
        }
        return looks
    }

    private func ink(_ name: String?, of look: Look) throws(ThemeError) -> Theme.Ink? {
        guard let name else { return nil }
        if let ink = palette[name] { return ink }
        throw ThemeError(
            file: look.file, line: look.line,
            message: nearest(name, in: palette.keys.sorted(), what: "a colour of the palette"))
    }
}
