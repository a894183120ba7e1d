import MeshModel
import TerminalUI

/// Where the columns of a table stand on a screen of some width.
struct TableColumns {
    struct Place {
        let column: TableColumn
        let x: Int
        let width: Int
    }

    let list: [Place]

    /// Takes columns by their importance until the width is used up, and gives the rest to names and curves.
    init(_ table: MeshTable, _ mesh: MeshIndex, width: Int) {
        let wanted = table.kind.columns.filter { column in
            !table.hidden.contains(column) && (column != .namespace || mesh.hasNamespaces)
        }
        let names = wanted.filter { $0.width == nil }.count
        let least = names > 1 ? 14 : 18
        // One cell at either side of the table.
        var left = width - 2 - names * (least + 1)
        var taken: Set<TableColumn> = []
        for column in TableColumn.byImportance where wanted.contains(column) {
            guard let own = column.width else {
                taken.insert(column)
                continue
            }
            guard own + 1 <= left else { continue }
            taken.insert(column)
            left -= own + 1
        }
        // Names read badly when they are torn far apart from their numbers; a curve of more points is worth having.
        let more = max(0, left)
        let perName = names > 0 ? min(more / names, names > 1 ? 14 : 18) : 0
        let forTrend = min(TrendMemory.length - 8, max(0, more - perName * names))
        var x = 1
        list = table.kind.columns.filter { taken.contains($0) }.map { column in
            let width = (column.width ?? (least + perName)) + (column == .trend ? forTrend : 0)
            defer { x += width + 1 }
            return Place(column: column, x: x, width: width)
        }
    }
}
