/// Scripts with which shells complete `meshtop`'s command line, made from the table of commands.
enum Completion: String, CaseIterable {
    case bash, zsh, fish

    func script(for commands: [Command]) -> String {
        switch self {
        case .bash: Self.bash(commands)
        case .zsh: Self.zsh(commands)
        case .fish: Self.fish(commands)
        }
    }

    private static func options(of command: Command) -> [Option] { command.options + Option.everywhere }

    private static func bash(_ commands: [Command]) -> String {
        let cases = commands.map { command in
            let name = command.name.isEmpty ? "*" : command.name
            return "    \(name)) words=\"\(options(of: command).map(\.name).joined(separator: " "))\" ;;"
        }
        // The console's, which has no name, stand for all else.
        let sorted = cases.filter { !$0.hasPrefix("    *)") } + cases.filter { $0.hasPrefix("    *)") }
        let takers = Set(commands.flatMap(options).filter { $0.value != nil }.map(\.name)).sorted()
        return """
            # bash completion for meshtop; put it into ~/.local/share/bash-completion/completions/meshtop
            _meshtop() {
              local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words
              COMPREPLY=()
              case $before in
                \(takers.joined(separator: "|"))) COMPREPLY=($(compgen -f -- "$current")); return ;;
              esac
              if [ "$COMP_CWORD" -eq 1 ] && [ "${current#-}" = "$current" ]; then
                COMPREPLY=($(compgen -W "\(names(of: commands).joined(separator: " "))" -- "$current"))
                return
              fi
              case ${COMP_WORDS[1]} in
            \(sorted.joined(separator: "\n"))
              esac
              if [ "${current#-}" = "$current" ]; then
                COMPREPLY=($(compgen -f -- "$current"))
              else
                COMPREPLY=($(compgen -W "$words" -- "$current"))
              fi
            }
            complete -F _meshtop meshtop

            """
    }

    private static func zsh(_ commands: [Command]) -> String {
        func quoted(_ text: String) -> String {
            // Within single quotes; brackets and colons are _arguments' own.
            text.reduce(into: "") { result, character in
                switch character {
                case "'": result += "'\\''"
                case "[", "]", ":", "\\": result += "\\\(character)"
                default: result.append(character)
                }
            }
        }
        func arguments(_ command: Command) -> String {
            options(of: command).map { option in
                let value = option.value.map { ":\(quoted($0)):_files" } ?? ""
                return "'\(option.mayRepeat ? "*" : "")\(option.name)[\(quoted(option.summary))]\(value)'"
            }.joined(separator: " ")
        }
        let list = commands.filter { !$0.name.isEmpty }.map { "    '\($0.name):\(quoted($0.summary))'" }
        let cases = commands.filter { !$0.name.isEmpty }.map {
            "    \($0.name)) _arguments \(arguments($0)) '*:file:_files' ;;"
        }
        let console = commands.first { $0.name.isEmpty }.map(arguments) ?? ""
        return """
            #compdef meshtop
            # zsh completion for meshtop; put it as _meshtop into a directory of $fpath
            _meshtop() {
              local -a commands=(
            \(list.joined(separator: "\n"))
              )
              if (( CURRENT == 2 )); then
                _describe command commands
                _arguments \(console)
                return
              fi
              local name=$words[2]
              shift words
              (( CURRENT-- ))
              case $name in
            \(cases.joined(separator: "\n"))
                *) _arguments \(console) ;;
              esac
            }
            _meshtop "$@"

            """
    }

    private static func fish(_ commands: [Command]) -> String {
        func quoted(_ text: String) -> String {
            "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
        }
        var lines = ["# fish completion for meshtop; put it into ~/.config/fish/completions/meshtop.fish"]
        for command in commands {
            var condition = "__fish_use_subcommand"
            if !command.name.isEmpty {
                lines.append(
                    "complete -c meshtop -n __fish_use_subcommand -f -a \(command.name) -d \(quoted(command.summary))")
                condition = "__fish_seen_subcommand_from \(command.name)"
            }
            for option in options(of: command) {
                let isLong = option.name.hasPrefix("--")
                let name = isLong ? "-l \(option.name.dropFirst(2))" : "-s \(option.name.dropFirst())"
                let value = option.value == nil ? "" : " -r"
                lines.append("complete -c meshtop -n \(quoted(condition)) \(name)\(value) -d \(quoted(option.summary))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func names(of commands: [Command]) -> [String] { commands.map(\.name).filter { !$0.isEmpty } }
}
