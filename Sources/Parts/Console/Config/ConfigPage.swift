import MeshConfig

/// An object as rows: its text, with what is wrong below the line that it is about. Update and view make the same one.
struct ConfigPage: Sendable {
    enum Row: Sendable {
        /// A line of the text, from 0.
        case line(Int)
        /// A problem of the line above.
        case problem(ConfigProblem)
    }

    let entry: ConfigEntry
    let sheet: ConfigSheet
    let rows: [Row]
    /// The references to others, with the row each stands on, and then those from others, which stand on none.
    let links: [(reference: ConfigReference, row: Int?)]

    init(_ entry: ConfigEntry) {
        self.entry = entry
        let sheet = ConfigSheet(entry.body)
        self.sheet = sheet
        var problems: [Int: [ConfigProblem]] = [:]
        for problem in entry.problems ?? [] { problems[sheet.line(of: problem.pointer), default: []].append(problem) }
        var rows: [Row] = []
        var rowOfLine: [Int: Int] = [:]
        for line in sheet.lines.indices {
            rowOfLine[line] = rows.count
            rows.append(.line(line))
            rows += (problems[line] ?? []).map { .problem($0) }
        }
        self.rows = rows
        links =
            entry.references.map { ($0, rowOfLine[sheet.line(of: $0.pointer)]) } + entry.referrers.map { ($0, nil) }
    }

    /// The key that a link leads to.
    func target(of link: Int) -> ConfigKey? {
        guard links.indices.contains(link) else { return nil }
        return links[link].row == nil ? links[link].reference.source : links[link].reference.target
    }

    /// The reference on a row.
    func link(onRow row: Int) -> Int? { links.firstIndex { $0.row == row } }

    /// The rows that contain a text, ignoring case.
    func matches(_ search: String) -> [Int] {
        let wanted = search.lowercased()
        guard !wanted.isEmpty else { return [] }
        return rows.indices.filter { index in
            switch rows[index] {
            case .line(let line): sheet.lines[line].lowercased().contains(wanted)
            case .problem(let problem): problem.message.lowercased().contains(wanted)
            }
        }
    }
}
