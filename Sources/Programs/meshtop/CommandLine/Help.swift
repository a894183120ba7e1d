/// The texts of `--help`, made from the table of commands.
enum Help {
    static let version = "meshtop 0.1.0"

    /// The list of everything, for `meshtop --help`.
    static func overview(of commands: [Command]) -> String {
        let named = commands.filter { !$0.name.isEmpty }
        let width = named.reduce(0) { max($0, $1.name.count) }
        let list = named.map { "  \(padded($0.name, to: width))  \($0.summary)" }.joined(separator: "\n")
        let console = commands.first { $0.name.isEmpty }
        return """
            meshtop: a service mesh you can watch and steer from a terminal.

            usage: meshtop [OPTION…]            the console
                   meshtop COMMAND [OPTION…]

            commands
            \(list)

            options of the console
            \(table(console?.options ?? []))

            meshtop COMMAND --help tells more about a command.
            """
    }

    static func page(for command: Command) -> String {
        let operands = command.operands.isEmpty ? "" : " \(command.operands)"
        let discussion = command.discussion.isEmpty ? "" : "\n\(command.discussion)\n"
        return """
            meshtop \(command.name): \(command.summary)

            usage: meshtop \(command.name)\(operands) [OPTION…]
            \(discussion)
            options
            \(table(command.options + Option.everywhere))
            """
    }

    private static func table(_ options: [Option]) -> String {
        zip(names(of: options), options)
            .map { "  \($0)  \($1.summary)" }
            .joined(separator: "\n")
    }

    private static func names(of options: [Option]) -> [String] {
        let names = options.map { option in option.value.map { "\(option.name) \($0)" } ?? option.name }
        let width = names.reduce(0) { max($0, $1.count) }
        return names.map { padded($0, to: width) }
    }

    static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
