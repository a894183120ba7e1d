import MeshModel
import Quantities
import TerminalUI

/// A cell of a heatmap: a moment and a bucket, the slowest bucket is row 0.
package struct HeatmapCell: Hashable, Sendable {
    package var column: Int
    package var row: Int
}

extension Model {
    /// The heatmap of the page that is open.
    private var heatmap: Heatmap? {
        guard case .detail = screen, let detail, let mesh else { return nil }
        return Heatmap(detail.history.points(until: mesh.snapshot.time).map { $0?.latencyBuckets })
    }

    /// Puts the cursor into the heatmap, on the slowest requests of the newest moment, or takes it out again.
    mutating func enterHeatmap() {
        if detail?.cell != nil {
            detail?.cell = nil
            return
        }
        guard let map = heatmap, let newest = map.filledColumns.last, let row = map.slowest(in: newest) else {
            return say(.info, "no request was timed in buckets here")
        }
        detail?.cell = HeatmapCell(column: newest, row: row)
        detail?.cursor = nil
        detail?.offset = 0
        revealHeatmap()
    }

    /// Moves among cells that hold requests: left and right through the moments, up and down through one.
    mutating func moveCell(_ direction: Direction) {
        guard let cell = detail?.cell, let map = heatmap else { return }
        switch direction {
        case .left, .right:
            let step = direction == .left ? -1 : 1
            let columns = map.filledColumns
            let next = step > 0 ? columns.first { $0 > cell.column } : columns.last { $0 < cell.column }
            guard let next else { return }
            let row = map.filledRows(in: next).min { abs($0 - cell.row) < abs($1 - cell.row) }
            detail?.cell = HeatmapCell(column: next, row: row ?? cell.row)
        case .up, .down:
            let rows = map.filledRows(in: cell.column)
            let next = direction == .up ? rows.last { $0 < cell.row } : rows.first { $0 > cell.row }
            if let next { detail?.cell?.row = next }
        }
    }

    private mutating func revealHeatmap() {
        guard let detail else { return }
        let page = DetailPage(detail, self, size: geometry.body.size)
        guard let block = page.blocks.first(where: { if case .heatmap = $0.content { true } else { false } }) else {
            return
        }
        let height = geometry.body.height
        self.detail?.offset = min(max(0, block.rect.maxY - height), max(0, page.height - height))
    }

    /// Opens the traces of a cell: of its moment, and as slow as its bucket says.
    mutating func openCell(_ effects: inout [Effect]) {
        guard let detail, let cell = detail.cell, let map = heatmap, map.rows.indices.contains(cell.row),
            var cut = cutOfMoment(cell.column)
        else { return }
        func duration(_ milliseconds: Double?) -> Duration? {
            guard let milliseconds, milliseconds.isFinite else { return nil }
            return .nanoseconds(Int64(min(max(0, milliseconds), 1e9) * 1e6))
        }
        cut.atMost = duration(map.rows[cell.row].upperBound)
        let faster = cell.row + 1
        cut.longerThan = map.rows.indices.contains(faster) ? duration(map.rows[faster].upperBound) : nil
        showTraces(in: cut, &effects)
    }

    /// Opens the traces of one moment of the charts.
    mutating func openMoment(_ column: Int, _ effects: inout [Effect]) {
        if let cut = cutOfMoment(column) { showTraces(in: cut, &effects) }
    }

    private func cutOfMoment(_ column: Int) -> TraceCut? {
        guard let detail, let time = mesh?.snapshot.time, let end = detail.history.end(ofPoint: column, until: time)
        else { return nil }
        return TraceCut(from: end.advanced(by: .zero - detail.history.span.step), until: end)
    }
}

extension Heatmap {
    /// Moments in which something was timed.
    var filledColumns: [Int] {
        let count = rows.first?.counts.count ?? 0
        return (0..<count).filter { !filledRows(in: $0).isEmpty }
    }

    func filledRows(in column: Int) -> [Int] {
        rows.indices.filter { rows[$0].counts.indices.contains(column) && (rows[$0].counts[column] ?? 0) >= 0.5 }
    }

    func slowest(in column: Int) -> Int? { filledRows(in: column).first }
}
