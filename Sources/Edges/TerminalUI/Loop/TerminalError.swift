/// Why there is no terminal to draw on, with what to do about it.
package enum TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Standard input or output is a file or a pipe.
    case notATerminal(String)
    case noTerminalName
    case unknownTerminal(String)
    /// The terminal lacks something that drawing cannot do without.
    case incapable(terminal: String, lacks: String)
    /// The system refused; the text says which call and why.
    case system(String)

    package var description: String {
        switch self {
        case .notATerminal(let what):
            "\(what) is not a terminal; run the console in one, or use a command that prints, like `meshtop graph --once`"
        case .noTerminalName:
            "TERM is not set, so it is not known how to draw here; set it to the terminal's name, like TERM=xterm-256color"
        case .unknownTerminal(let name):
            "TERM is \"\(name)\", which this system's terminfo does not know; try TERM=xterm-256color, or install ncurses-term"
        case .incapable(let terminal, let lacks):
            "TERM is \"\(terminal)\", a terminal that cannot \(lacks); run the console in one that can, or use a command that prints"
        case .system(let message): message
        }
    }
}
