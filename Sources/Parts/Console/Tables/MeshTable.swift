import MeshModel

/// A table of the mesh: its rows, and which of them are shown in which order.
package struct MeshTable: Sendable {
    package let kind: TableKind
    package internal(set) var state = TableState(sortColumn: TableColumn.rate.rawValue, isDescending: true)
    /// Columns that the person does not want to see.
    package internal(set) var hidden: Set<TableColumn>
    /// All rows, in the snapshot's order.
    private(set) var rows: [TableRow] = []
    /// Positions in ``rows``, filtered and sorted.
    package private(set) var shown: [Int] = []
    /// Why the filter cannot be read; the rows are then those of the last expression that could.
    package private(set) var filterProblem: String?
    private var filter = TableFilter.all

    init(_ kind: TableKind) {
        self.kind = kind
        hidden = kind.hiddenAtFirst
    }

    var sortColumn: TableColumn { TableColumn(rawValue: state.sortColumn) ?? .rate }

    /// How many rows there are without the filter.
    package var total: Int { rows.count }

    var rowUnderCursor: TableRow? { shown.indices.contains(state.cursor) ? rows[shown[state.cursor]] : nil }

    /// Takes over the rows of another moment.
    mutating func refresh(_ mesh: MeshIndex) {
        rows = TableRow.rows(of: kind, in: mesh)
        arrange(mesh)
    }

    /// Filters and sorts again.
    mutating func arrange(_ mesh: MeshIndex) {
        switch TableFilter.reading(state.filter) {
        case .success(let read): (filter, filterProblem) = (read, nil)
        case .failure(let problem):
            filterProblem = problem.message
            // `p95` was words before it became the beginning of `p95 > 100`: they are forgotten.
            if case .words = filter { filter = .all }
        }
        shown = sorted(filter.positions(in: rows, of: kind, mesh))
    }

    /// Puts the cursor on the first row that is about what is selected.
    mutating func follow(_ selection: Selection?, in mesh: MeshIndex) {
        guard let selection, let row = shown.firstIndex(where: { rows[$0].isAbout(selection, in: mesh) }) else {
            return
        }
        state.cursor = row
    }

    /// Equal rows keep the snapshot's order, so that nothing jumps without a reason.
    private func sorted(_ kept: [Int]) -> [Int] {
        let column = sortColumn
        let isDescending = state.isDescending
        guard column.isNumeric else {
            let names = kept.map { (position: $0, name: rows[$0].text(of: column)) }
            return names.sorted { left, right in
                if left.name == right.name { return left.position < right.position }
                return isDescending ? left.name > right.name : left.name < right.name
            }.map(\.position)
        }
        let values = kept.map { (position: $0, value: rows[$0][column]) }
        return values.sorted { left, right in
            if left.value == right.value { return left.position < right.position }
            // What is unknown comes last either way.
            guard let first = left.value else { return false }
            guard let second = right.value else { return true }
            return isDescending ? first > second : first < second
        }.map(\.position)
    }
}

extension TableRow {
    func text(of column: TableColumn) -> String {
        switch column {
        case .target: target
        case .namespace: namespace
        case .protocol: self.protocol
        default: name
        }
    }

    /// Whether the selection is this row, or a part of it. A node is in the edge that leads to it.
    func isAbout(_ selection: Selection, in mesh: MeshIndex) -> Bool {
        switch (subject, selection) {
        case (.edge(let own), .edge(let id)): own == id
        case (.edge, .node(let id)): positions.contains { mesh.snapshot.edges[$0].target == id }
        case (_, .node(let id)): positions.contains { mesh.snapshot.nodes[$0].id == id }
        case (_, .edge(let id)):
            mesh.edge(id).map { edge in positions.contains { mesh.snapshot.nodes[$0].id == edge.target } } ?? false
        }
    }
}

/// The three tables. Each keeps its order and its filter while another one is open.
package struct MeshTables: Sendable {
    package internal(set) var services = MeshTable(.services)
    package internal(set) var workloads = MeshTable(.workloads)
    package internal(set) var edges = MeshTable(.edges)

    package subscript(_ kind: TableKind) -> MeshTable {
        get {
            switch kind {
            case .services: services
            case .workloads: workloads
            case .edges: edges
            }
        }
        _modify {
            switch kind {
            case .services: yield &services
            case .workloads: yield &workloads
            case .edges: yield &edges
            }
        }
    }
}
