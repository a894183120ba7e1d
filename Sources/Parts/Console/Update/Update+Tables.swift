import MeshModel
import TerminalUI

extension Model {
    /// How many rows the open table shows.
    var listHeight: Int { geometry.rows.height }

    mutating func moveRows(by step: Int) {
        switch screen {
        case .edges:
            edgeTable.move(by: step, rows: edgeRows.count)
            chooseEdgeUnderCursor()
        case .traces:
            let rows = traces?.rows.count ?? 0
            traces?.table.move(by: step, rows: rows)
        case .waterfall:
            let last = max(0, (waterfall?.waterfall?.rows.count ?? 0) - 1)
            let cursor = min(max(0, (waterfall?.cursor ?? 0) + step), last)
            waterfall?.cursor = cursor
        case .help:
            helpOffset = min(max(0, helpOffset + step), max(0, helpLines.count - listHeight))
        case .graph, .canary: break
        }
        revealRows()
    }

    /// Scrolls every list as little as needed to show its cursor.
    mutating func revealRows() {
        let height = listHeight
        edgeTable.reveal(rows: edgeRows.count, height: height)
        if let rows = traces?.rows.count { traces?.table.reveal(rows: rows, height: height) }
        if var state = waterfall, let rows = state.waterfall?.rows.count {
            var table = TableState(sortColumn: 0, isDescending: false)
            (table.cursor, table.offset) = (state.cursor, state.offset)
            table.reveal(rows: rows, height: height)
            (state.cursor, state.offset) = (table.cursor, table.offset)
            waterfall = state
        }
        helpOffset = min(helpOffset, max(0, helpLines.count - height))
    }

    mutating func chooseEdgeUnderCursor() {
        guard let mesh, edgeRows.indices.contains(edgeTable.cursor) else { return }
        choose(.edge(mesh.edgeIDs[edgeRows[edgeTable.cursor]]))
    }

    /// Sorts and filters again; the cursor stays on the selected edge wherever that went.
    mutating func refreshEdgeRows() {
        guard let mesh else { return }
        edgeRows = EdgeColumn.rows(
            of: mesh, by: EdgeColumn(rawValue: edgeTable.sortColumn) ?? .rate, isDescending: edgeTable.isDescending,
            filter: edgeTable.filter)
        if case .edge(let id)? = selection, let position = mesh.position(of: id),
            let row = edgeRows.firstIndex(of: position)
        {
            edgeTable.cursor = row
        }
        edgeTable.reveal(rows: edgeRows.count, height: listHeight)
    }

    mutating func refreshTraceRows() {
        guard var state = traces else { return }
        state.rows = TraceColumn.rows(
            of: state.summaries, by: TraceColumn(rawValue: state.table.sortColumn) ?? .start,
            isDescending: state.table.isDescending, filter: state.table.filter)
        state.table.reveal(rows: state.rows.count, height: listHeight)
        traces = state
    }

    // MARK: Sorting

    mutating func sortByNextColumn() {
        switch screen {
        case .edges: sort(byColumn: (edgeTable.sortColumn + 1) % EdgeColumn.allCases.count)
        case .traces: sort(byColumn: ((traces?.table.sortColumn ?? 0) + 1) % TraceColumn.allCases.count)
        case .graph, .waterfall, .canary, .help: break
        }
    }

    mutating func reverseSort() {
        switch screen {
        case .edges: sort(byColumn: edgeTable.sortColumn)
        case .traces: sort(byColumn: traces?.table.sortColumn ?? 0)
        case .graph, .waterfall, .canary, .help: break
        }
    }

    /// Sorts by that column; the column it is sorted by already turns round.
    mutating func sort(byColumn column: Int) {
        switch screen {
        case .edges:
            guard let chosen = EdgeColumn(rawValue: column) else { return }
            edgeTable.sort(by: column, descendingFirst: chosen.isNumeric)
            refreshEdgeRows()
        case .traces:
            guard let chosen = TraceColumn(rawValue: column) else { return }
            traces?.table.sort(by: column, descendingFirst: chosen.isNumeric)
            refreshTraceRows()
        case .graph, .waterfall, .canary, .help: break
        }
    }

    // MARK: Filters

    var currentFilter: String {
        switch screen {
        case .edges: edgeTable.filter
        case .traces: traces?.table.filter ?? ""
        case .graph, .waterfall, .canary, .help: ""
        }
    }

    mutating func setFilter(_ text: String) {
        switch screen {
        case .edges:
            edgeTable.filter = text
            refreshEdgeRows()
        case .traces:
            traces?.table.filter = text
            refreshTraceRows()
        case .graph, .waterfall, .canary, .help: break
        }
    }
}
