extension Command {
    /// The screens about the mesh as a whole, and what is done on them.
    static let sights: [Command] = [
        Command(
            "overview", ["O"], .showSight(.overview), in: .browsing,
            "worst first: who is not well, what moved and happened"),
        Command(
            "security", ["8"], .showSight(.security), in: .browsing,
            "mutual TLS by edge and namespace, identities, certificates, policies"),
        Command(
            "mesh", ["9"], .showSight(.mesh), in: .browsing,
            "proxies by version in force, targets, control planes, own cost"),
        Command(
            "log", ["M"], .showSight(.log), in: .browsing.union([.canary]),
            "what was said and done, newest first: / filters by level, time or word"),
    ]

    /// From one list of such a screen to the next.
    static let lists: [Command] = [
        Command("next-list", ["tab", "right", "l"], .nextList(1), in: .sights, label: "next list", "the next list"),
        Command("previous-list", ["shift+tab", "left", "h"], .nextList(-1), in: .sights, "the list before"),
    ]
}

extension Set<Context> {
    /// The screens of lists about the mesh as a whole.
    static let sights: Set<Context> = [.overview, .security, .mesh, .log]
}
