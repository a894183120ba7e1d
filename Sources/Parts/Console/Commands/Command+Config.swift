extension Set<Context> {
    /// Where one looks through the configuration.
    static let configs: Set<Context> = [.config, .configObject, .configHistory]
}

extension Command {
    /// What is done with configuration objects.
    static let config: [Command] = [
        Command(
            "config", ["7"], .showConfig, in: .browsing, argument: .text(hint: "words"),
            "every configuration object, the worst first; or those of: config payment"),
        Command(
            "config-of", ["c"], .showConfigOfSubject, in: [.graph, .services, .workloads, .edges, .detail],
            "the configuration that concerns what is selected"),
        Command(
            "follow-reference", ["enter"], .open, in: [.configObject], label: "follow",
            "open the object that the line, or the marked reference, names"),
        Command(
            "next-reference", ["tab"], .markReference(1), in: [.configObject], label: "references",
            "mark the next reference, to another object or from one"),
        Command("previous-reference", ["shift+tab"], .markReference(-1), in: [.configObject], "mark the one before"),
        Command("next-found", ["n"], .jump(.match, 1), in: [.configObject], "the next line that was searched for"),
        Command("previous-found", ["N"], .jump(.match, -1), in: [.configObject], "the one before"),
        Command(
            "edit", ["e"], .editConfig, in: [.config, .configObject, .configQuestion], label: "edit",
            "the object's text in $EDITOR; then the mesh is asked, and so are you"),
        Command(
            "config-history", ["h"], .showConfigHistory, in: [.config, .configObject], label: "history",
            "who changed what, when and why: of the open object, or of all"),
        Command(
            "undo-config", ["u"], .undoConfig, in: .configs, label: "undo",
            "put back the text from before the last change from here, or from before the chosen one"),
        Command(
            "config-on-graph", ["o", "g"], .showConfigOnGraph, in: [.config, .configObject], label: "graph",
            "the graph, with the service that the object concerns"),
        Command("diff-up", ["up", "k"], .move(.up), in: [.configQuestion], "scroll the difference up"),
        Command("diff-down", ["down", "j"], .move(.down), in: [.configQuestion], "scroll it down"),
        Command("diff-page-up", ["pgup", "ctrl+u", "ctrl+b"], .page(.up), in: [.configQuestion], "a page up"),
        Command("diff-page-down", ["pgdn", "ctrl+d", "ctrl+f"], .page(.down), in: [.configQuestion], "a page down"),
    ]
}
