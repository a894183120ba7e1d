import Collector

extension HistoryPlace {
    static let options = [
        Option(
            name: "--history", value: "FILE",
            summary: "keep what was counted there, from start to start, to look back further than memory does"),
        Option(name: "--history-age", value: "AGE", summary: "how long, 12h, 7d or 4w (default 7d)"),
        Option(name: "--history-size", value: "SIZE", summary: "in how large a file, 500MB (default 1GB)"),
    ]

    /// What the command line asks for, over what a context says; nothing when neither wants a history.
    init?(_ invocation: Invocation, configured: HistoryPlace? = nil) throws(UsageError) {
        if let file = invocation.value("--history") {
            guard !file.isEmpty else { throw UsageError("--history wants a file") }
            self.init(file: file)
        } else if let configured {
            self = configured
        } else if let option = ["--history-age", "--history-size"].first(where: invocation.has) {
            throw UsageError("\(option) is about a history; name its file with --history")
        } else {
            return nil
        }
        if let text = invocation.value("--history-age") {
            guard let age = HistoryOptions.age(text) else {
                throw UsageError("--history-age wants an age like 12h, 7d or 4w, not “\(text)”")
            }
            self.age = age
        }
        if let text = invocation.value("--history-size") {
            guard let size = HistoryOptions.size(text) else {
                throw UsageError("--history-size wants a size of 1MB or more, like 500MB or 20GB, not “\(text)”")
            }
            self.size = size
        }
    }
}

extension Source {
    /// The history that was asked for, to be stopped after the collector.
    func openHistory() throws -> MeshHistory? { try history?.open(source: name) }
}
