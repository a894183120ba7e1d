extension Command {
    /// The command a key stands for in `context`.
    static func command(for key: String, in context: Context) -> Command? {
        keyTable[context]?[key]
    }

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

    private static let keyTable: [Context: [String: Command]] = {
        var table: [Context: [String: Command]] = [:]
        for command in all {
            for context in command.contexts {
                // The first one wins; a test holds that no key is given twice in one context.
                for key in command.keys where table[context]?[key] == nil {
                    table[context, default: [:]][key] = command
                }
            }
        }
        return table
    }()
}
