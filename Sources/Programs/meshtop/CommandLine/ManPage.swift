import Console

/// `meshtop(1)`, made from the tables of commands and keys. In roff, man(7).
enum ManPage {
    static func text(for commands: [Command]) -> String {
        var text = """
            .TH MESHTOP 1 "" "\(Help.version)" "User Commands"
            .SH NAME
            meshtop \\- watch and steer a service mesh from a terminal
            .SH SYNOPSIS
            .B meshtop
            .RI [ OPTION ...]
            .br
            .B meshtop
            .I COMMAND
            .RI [ OPTION ...]
            .SH DESCRIPTION
            Without a command, the console: the live graph of a mesh's traffic, its traces, its configuration and the weights
            of its canaries. Commands print the same for scripts: data goes to standard output, words to standard error.

            """
        for command in commands {
            if command.name.isEmpty {
                text += ".SH OPTIONS OF THE CONSOLE\n"
            } else {
                text += ".SH MESHTOP \(escaped(command.name.uppercased()))\n\(line(command.summary))"
                let operands = command.operands.isEmpty ? "" : " \(command.operands)"
                text += ".PP\n.B meshtop \(escaped(command.name))\(escaped(operands))\n"
                if !command.discussion.isEmpty { text += ".PP\n" + line(command.discussion) }
            }
            for option in command.options {
                text += ".TP\n.B \(escaped(option.name))"
                text += option.value.map { " \\fI\(escaped($0))\\fR\n" } ?? "\n"
                text += line(option.summary)
            }
        }
        text += ".SH KEYS OF THE CONSOLE\n"
        text += line("Every key is a command that : takes by its name; ? lists those that are valid where you are.")
        for command in Console.Command.all {
            let keys = command.keys.isEmpty ? "" : command.keys.joined(separator: ", ") + "    "
            text += ".TP\n.B \(escaped(keys)):\(escaped(command.name))\n\(line(command.help))"
        }
        text += """
            .SH EXIT STATUS
            0 when all is well, 1 when something failed, 2 for a mistake on the command line.
            .SH FILES
            .TP
            .I ~/.config/meshtop/config.yaml
            Contexts: which meshes there are, and how they are reached.
            .TP
            .I ~/.config/meshtop/themes
            Colours of one's own.
            .SH ENVIRONMENT
            .TP
            .B VISUAL, EDITOR
            What edits configuration.
            .TP
            .B NO_COLOR
            No colours, when it is set.

            """
        return text
    }

    /// A line of text, which must not be taken for a request.
    private static func line(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { part in
            let escaped = escaped(String(part))
            return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&\(escaped)\n" : "\(escaped)\n"
        }.joined()
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    }
}
