import MeshModel

/// A list as it is filtered and sorted now.
struct SightTable: Sendable {
    /// The order until somebody chooses another one: worst first.
    static let worstFirst = -1

    let list: SightList
    var state = TableState(sortColumn: SightTable.worstFirst, isDescending: true)
    private(set) var rows: [SightRow] = []
    /// Positions in ``rows``, filtered and sorted.
    private(set) var shown: [Int] = []
    /// How wide each column would like to be: what it holds, up to its limit.
    private(set) var wishes: [Int]

    init(_ list: SightList) {
        self.list = list
        wishes = list.columns.map(\.width)
    }

    var rowUnderCursor: SightRow? { shown.indices.contains(state.cursor) ? rows[shown[state.cursor]] : nil }

    /// Takes other rows; the cursor stays on its row wherever that went.
    mutating func refresh(_ rows: [SightRow]) {
        let key = rowUnderCursor?.key
        self.rows = rows
        wishes = list.columns.enumerated().map { index, column in
            guard column.limit > column.width else { return column.width }
            // Scalars are cells but for wide characters, which are then cut like what is too long.
            let widest = rows.reduce(0) { max($0, $1.cells[index].text.unicodeScalars.count) }
            return min(column.limit, max(column.width, widest))
        }
        arrange()
        // Whoever stands at the top wants to see what is worst.
        guard state.cursor > 0, let key else { return }
        if let row = shown.firstIndex(where: { self.rows[$0].key == key }) { state.cursor = row }
    }

    /// Filters and sorts again.
    mutating func arrange() {
        let words = state.filter.lowercased().split(separator: " ")
        let kept = rows.indices.filter { position in
            guard !words.isEmpty else { return true }
            let text = rows[position].cells.map(\.text).joined(separator: " ").lowercased()
            return words.allSatisfy { text.contains($0) }
        }
        shown = sorted(kept)
        state.cursor = min(max(0, state.cursor), max(0, shown.count - 1))
    }

    /// Equal rows keep the order in which they came.
    private func sorted(_ kept: [Int]) -> [Int] {
        let column = state.sortColumn
        let isDescending = state.isDescending
        guard list.columns.indices.contains(column) else {
            return kept.sorted { left, right in
                let (first, second) = (rows[left].badness, rows[right].badness)
                if first == second { return left < right }
                return isDescending ? first > second : first < second
            }
        }
        guard list.columns[column].isNumeric else {
            return kept.sorted { left, right in
                let (first, second) = (rows[left].cells[column].text, rows[right].cells[column].text)
                if first == second { return left < right }
                return isDescending ? first > second : first < second
            }
        }
        return kept.sorted { left, right in
            let (first, second) = (rows[left].cells[column].order, rows[right].cells[column].order)
            if first == second { return left < right }
            guard let first else { return false }
            guard let second else { return true }
            return isDescending ? first > second : first < second
        }
    }
}

/// The lists of all such screens. Each keeps its order and filter while another one is open.
struct SightState: Sendable {
    private var tables: [SightList: SightTable] = [:]
    private var focus: [Sight: SightList] = [:]

    subscript(_ list: SightList) -> SightTable {
        get { tables[list] ?? SightTable(list) }
        _modify { yield &tables[list, default: SightTable(list)] }
    }

    /// The list that the keys are for.
    subscript(_ sight: Sight) -> SightList {
        get { focus[sight] ?? sight.lists[0] }
        set { focus[sight] = newValue }
    }
}
