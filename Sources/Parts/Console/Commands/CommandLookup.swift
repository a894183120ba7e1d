extension Command {
    /// The commands with a word in the footer, in the order of ``all``.
    static func footer(in context: Context) -> [Command] {
        all.filter { $0.label != nil && $0.contexts.contains(context) }
    }

    static func valid(in context: Context) -> [Command] {
        all.filter { $0.contexts.contains(context) }
    }

    /// The first command of that name that is valid in `context`, else the first of that name at all.
    static func named(_ name: some StringProtocol, in context: Context) -> Command? {
        let found = all.filter { $0.name == name }
        return found.first { $0.contexts.contains(context) } ?? found.first
    }
}
