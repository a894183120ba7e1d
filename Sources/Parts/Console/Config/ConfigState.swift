import MeshConfig
import MeshModel
import Quantities

/// The configuration as far as the console has read it, and what the person does with it.
struct ConfigState: Sendable {
    /// How often it is asked whether anything has changed, while one looks at it; and after a failure.
    static let interval = Duration.seconds(1)
    static let patience = Duration.seconds(5)
    /// How many changes from here are remembered for undoing.
    static let undoLimit = 100

    var catalog: ConfigCatalog?
    /// Why there is nothing new, in words.
    var problem: String?
    var isAsked = false
    /// When it is asked again.
    var nextQuestion: WallTime?

    // The table.
    var table = TableState(sortColumn: ConfigColumn.mark.rawValue, isDescending: true)
    /// The service whose objects are shown; nothing for all.
    var concerning: ServiceName?
    /// The entries that are shown, before the filter, and the positions in them of those that pass it.
    private(set) var entries: [ConfigEntry] = []
    private(set) var shown: [Int] = []
    /// How long the longest kind, namespace and name are, so that columns are as wide as they need to be.
    private(set) var longest = (kind: 0, namespace: 0, name: 0)

    var page: ConfigPageState?
    /// What the open object says; nothing when it is not there.
    private(set) var openPage: ConfigPage?
    var history: ConfigHistory?
    var edit: ConfigEdit?
    var stored: [StoredConfig] = []

    var entryUnderCursor: ConfigEntry? {
        shown.indices.contains(table.cursor) ? entries[shown[table.cursor]] : nil
    }

    /// Lays the open object out anew: another one, or another state of it.
    mutating func layOutPage() {
        openPage = page.flatMap { catalog?[$0.key] }.map { ConfigPage($0) }
    }

    /// Filters and sorts again; the cursor stays on its object.
    mutating func arrange() {
        let key = entryUnderCursor?.key
        entries = concerning.map { catalog?.entries(concerning: $0) ?? [] } ?? catalog?.entries ?? []
        shown = ConfigColumn.rows(
            entries, by: ConfigColumn(rawValue: table.sortColumn) ?? .mark, isDescending: table.isDescending,
            filter: table.filter)
        longest = entries.reduce(into: (kind: 4, namespace: 9, name: 4)) { longest, entry in
            longest.kind = max(longest.kind, entry.key.kind.utf8.count)
            longest.namespace = max(longest.namespace, entry.key.namespace.utf8.count)
            longest.name = max(longest.name, entry.key.name.utf8.count)
        }
        if let key, let row = shown.firstIndex(where: { entries[$0].key == key }) { table.cursor = row }
        table.cursor = min(table.cursor, max(0, shown.count - 1))
    }
}

/// The open object: where in its text one is.
struct ConfigPageState: Hashable, Sendable {
    let key: ConfigKey
    /// The row under the cursor, and the first one on the screen.
    var cursor = 0
    var offset = 0
    /// The marked reference, counted through those to others and then those from others.
    var link: Int?
    var search = ""
}

/// Who changed what.
struct ConfigHistory: Sendable {
    let key: ConfigKey?
    /// Nothing while it is asked for.
    var steps: [ConfigStep]?
    var problem: String?
    var table = TableState(sortColumn: 0, isDescending: true)

    var stepUnderCursor: ConfigStep? {
        guard let steps, steps.indices.contains(table.cursor) else { return nil }
        return steps[table.cursor]
    }
}
