import MeshModel
import Quantities
import TerminalUI
import TraceModel

extension Model {
    /// How many rows the open table shows.
    var listHeight: Int {
        if let list = openList { return sightLayout?.rows(of: list)?.height ?? geometry.rows.height }
        return geometry.rows.height
    }

    mutating func revealTraces() {
        let (rows, height) = (traceRowCount, traceListHeight)
        traces?.table.reveal(rows: rows, height: height)
    }

    /// How many traces the list shows at once, whichever screen is open.
    private var traceListHeight: Int {
        ScreenGeometry(width: size.width, height: size.height, screen: .traces, showsPane: showsScatter).rows.height
    }

    /// The table that is open.
    var openTable: MeshTable? { screen.table.map { tables[$0] } }

    mutating func moveRows(by step: Int) {
        if let columnCursor, let kind = screen.table {
            return self.columnCursor = min(max(0, columnCursor + step), kind.columns.count - 1)
        }
        switch screen {
        case .services, .workloads, .edges:
            guard let kind = screen.table else { return }
            tables[kind].state.move(by: step, rows: tables[kind].shown.count)
            chooseRowUnderCursor()
        case .traces:
            let rows = traceRowCount
            traces?.table.move(by: step, rows: rows)
        case .waterfall:
            let last = max(0, (waterfall?.visible.count ?? 0) - 1)
            let cursor = min(max(0, (waterfall?.cursor ?? 0) + step), last)
            waterfall?.cursor = cursor
        case .help:
            helpOffset = min(max(0, helpOffset + step), max(0, helpLines.count - listHeight))
        case .compare, .statistics: moveInAnalysis(by: step)
        case .flame: break
        case .overview, .security, .mesh, .log: moveInList(by: step)
        case .detail: moveOnPage(by: step)
        case .config: moveInConfig(by: step)
        case .graph, .canary: break
        }
        revealRows()
    }

    /// Scrolls every list as little as needed to show its cursor.
    mutating func revealRows() {
        let height = listHeight
        if let kind = screen.table { tables[kind].state.reveal(rows: tables[kind].shown.count, height: height) }
        revealTraces()
        if screen.configPlace != nil { revealConfig() }
        revealSights()
        if screen.isWaterfall, var state = waterfall {
            let rows = state.visible.count
            var table = TableState(sortColumn: 0, isDescending: false)
            (table.cursor, table.offset) = (state.cursor, state.offset)
            table.reveal(rows: rows, height: height)
            (state.cursor, state.offset) = (table.cursor, table.offset)
            waterfall = state
        }
        if let rows = analysis?.rowCount { analysis?.table.reveal(rows: rows, height: height) }
        helpOffset = min(helpOffset, max(0, helpLines.count - height))
    }

    /// What the cursor is on is what every screen shows. Of a service that is its busiest version, unless another one
    /// is selected already.
    mutating func chooseRowUnderCursor() {
        guard let mesh, let row = openTable?.rowUnderCursor else { return }
        switch row.subject {
        case .edge(let id): choose(.edge(id))
        case .node(let id): choose(.node(id))
        case .service:
            let members = row.positions.map { mesh.snapshot.nodes[$0] }
            if let selectedNode, members.contains(where: { $0.id == selectedNode.id }) { return }
            let busiest = members.max { ($0.inbound?.rate ?? .zero) < ($1.inbound?.rate ?? .zero) }
            if let busiest { choose(.node(busiest.id)) }
        }
    }

    /// Fills the open table from the mesh as it is now; the cursor stays on its row wherever that went.
    ///
    /// - Parameter following: whether the cursor goes to what another screen has selected.
    mutating func refreshTable(following: Bool = false) {
        guard let mesh, let kind = screen.table else { return }
        let subject = following ? nil : tables[kind].rowUnderCursor?.subject
        tables[kind].refresh(mesh)
        keepCursor(on: subject, following: following)
    }

    private mutating func keepCursor(on subject: MeshSubject?, following: Bool) {
        guard let mesh, let kind = screen.table else { return }
        let table = tables[kind]
        if following {
            tables[kind].follow(selection, in: mesh)
        } else if let subject, let row = table.shown.firstIndex(where: { table.rows[$0].subject == subject }) {
            tables[kind].state.cursor = row
        }
        tables[kind].state.reveal(rows: tables[kind].shown.count, height: listHeight)
    }

    private mutating func arrangeTable() {
        guard let mesh, let kind = screen.table else { return }
        let subject = tables[kind].rowUnderCursor?.subject
        tables[kind].arrange(mesh)
        keepCursor(on: subject, following: false)
    }

    mutating func refreshTraceRows() {
        guard var state = traces else { return }
        state.rows = TraceColumn.rows(
            of: state.summaries, by: TraceColumn(rawValue: state.table.sortColumn) ?? .start,
            isDescending: state.table.isDescending, filter: state.filter, only: state.shape?.ids)
        traces = state
        revealTraces()
        refreshShapes()
    }

    // MARK: Sorting

    mutating func sortByNextColumn() {
        if let list = openList { return sortListByNextColumn(list) }
        if let table = openTable {
            let columns = table.kind.columns.filter { $0.isSortable && !table.hidden.contains($0) }
            let next = columns.firstIndex(of: table.sortColumn).map { ($0 + 1) % columns.count } ?? 0
            if columns.indices.contains(next) { sort(by: columns[next]) }
        } else if screen == .traces {
            sort(byColumn: ((traces?.table.sortColumn ?? 0) + 1) % TraceColumn.allCases.count)
        } else if screen.isConfigList {
            sort(byColumn: (config.table.sortColumn + 1) % ConfigColumn.allCases.count)
        } else if screen.isStatistics {
            sort(byColumn: ((analysis?.table.sortColumn ?? 0) + 1) % StatisticsColumn.allCases.count)
        }
    }

    mutating func reverseSort() {
        if let list = openList { return sortList(list, byColumn: sights[list].state.sortColumn) }
        if let table = openTable {
            sort(by: table.sortColumn)
        } else if screen == .traces {
            sort(byColumn: traces?.table.sortColumn ?? 0)
        } else if screen.isConfigList {
            sort(byColumn: config.table.sortColumn)
        } else if screen.isStatistics {
            sort(byColumn: analysis?.table.sortColumn ?? 0)
        }
    }

    /// Sorts by that column; the column it is sorted by already turns round.
    mutating func sort(by column: TableColumn) {
        if let list = openList { return sortList(list, by: column) }
        if screen == .traces {
            if column == .errors { sort(byColumn: TraceColumn.errors.rawValue) }
            if column == .p95 { sort(byColumn: TraceColumn.duration.rawValue) }
            return
        }
        guard let kind = screen.table else { return }
        // An edge has two names; the one that people look for is who is called.
        let column = kind == .edges && column == .name ? .target : column
        guard kind.columns.contains(column), column.isSortable else { return }
        tables[kind].state.sort(by: column.rawValue, descendingFirst: column.isNumeric)
        arrangeTable()
        tables[kind].state.cursor = 0
        tables[kind].state.offset = 0
        chooseRowUnderCursor()
    }

    mutating func sort(named word: String) {
        guard let kind = screen.table else { return }
        guard let column = TableColumn.named(word, in: kind) else {
            return say(.warning, "no column is called “\(word)”: " + kind.columns.map(\.word).joined(separator: ", "))
        }
        sort(by: column)
    }

    /// Sorts by the column whose title was clicked.
    mutating func sort(byColumn column: Int) {
        if screen.isConfigList {
            sortConfig(byColumn: column)
        } else if screen.table != nil {
            if let column = TableColumn(rawValue: column) { sort(by: column) }
        } else if screen == .traces, let chosen = TraceColumn(rawValue: column) {
            traces?.table.sort(by: column, descendingFirst: chosen.isNumeric)
            if let table = traces?.table {
                traceSort = TraceSort(column: table.sortColumn, isDescending: table.isDescending)
            }
            refreshTraceRows()
        } else if screen.isStatistics {
            sortStatistics(byColumn: column)
        }
    }

    // MARK: Columns

    mutating func chooseColumns() {
        guard screen.table != nil else { return }
        columnCursor = 0
    }

    mutating func toggleMarkedColumn() {
        guard let columnCursor, let kind = screen.table, kind.columns.indices.contains(columnCursor) else { return }
        toggleColumn(kind.columns[columnCursor])
    }

    mutating func toggleColumn(named word: String) {
        guard let kind = screen.table else { return }
        guard let column = TableColumn.named(word, in: kind) else {
            return say(.warning, "no column is called “\(word)”: " + kind.columns.map(\.word).joined(separator: ", "))
        }
        toggleColumn(column)
    }

    mutating func toggleColumn(_ column: TableColumn) {
        guard let kind = screen.table, kind.columns.contains(column) else { return }
        if let index = kind.columns.firstIndex(of: column), columnCursor != nil { columnCursor = index }
        guard column.width != nil else { return say(.info, "a table without names tells nothing: they stay") }
        if tables[kind].hidden.remove(column) == nil { tables[kind].hidden.insert(column) }
    }

    // MARK: Filters

    var currentFilter: String {
        if let list = openList { return sights[list].state.filter }
        if let table = openTable { return table.state.filter }
        if screen.isWaterfall { return waterfall?.search ?? "" }
        if screen.isConfigList { return config.table.filter }
        if screen.isConfigObject { return config.page?.search ?? "" }
        return screen == .traces ? traces?.table.filter ?? "" : ""
    }

    /// `3 of 12`, while a filter is set.
    var filterCount: String? {
        if currentFilter.isEmpty { return nil }
        if let table = openTable { return "\(table.shown.count) of \(table.total)" }
        if let list = openList { return "\(sights[list].shown.count) of \(sights[list].rows.count)" }
        if screen.isWaterfall { return waterfall.map { "\($0.matches.count) of \($0.waterfall?.rows.count ?? 0)" } }
        if screen.isConfigList { return "\(config.shown.count) of \(config.entries.count)" }
        if screen.isConfigObject {
            let search = currentFilter
            return config.openPage.map { "\($0.matches(search).count) lines" }
        }
        return traces.map { "\($0.rows.count) of \($0.summaries.count)" }
    }

    mutating func setFilter(_ text: String) {
        if let list = openList {
            sights[list].state.filter = text
            sights[list].arrange()
            revealSights()
        } else if let kind = screen.table {
            tables[kind].state.filter = text
            arrangeTable()
        } else if screen == .traces {
            traces?.table.filter = text
            refreshTraceRows()
        } else if screen.isWaterfall {
            waterfall?.find(text)
        } else if screen.isConfigList {
            filterConfig(text)
        } else if screen.isConfigObject {
            searchInConfig(text)
        }
    }
}
