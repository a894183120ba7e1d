/// The way of one edge through the picture: horizontal and vertical pieces from box to box.
package struct EdgePath: Hashable, Sendable {
    /// The first cell, every cell where the way turns, and the last. The first touches the source box's right side;
    /// the last touches the target box's left side and carries the arrow head. Neighbours share a row or a column.
    package let corners: [CellPoint]
    /// Whether it leads back or stays in its column, and so turns round twice.
    package let isBack: Bool

    package init(corners: [CellPoint], isBack: Bool) {
        var kept: [CellPoint] = []
        for corner in corners {
            if corner == kept.last { continue }
            // A point on the way straight on is no corner.
            if kept.count >= 2 {
                let (a, b) = (kept[kept.count - 2], kept[kept.count - 1])
                let goesOnAcross = a.y == b.y && b.y == corner.y && (b.x - a.x).signum() == (corner.x - b.x).signum()
                let goesOnAlong = a.x == b.x && b.x == corner.x && (b.y - a.y).signum() == (corner.y - b.y).signum()
                if goesOnAcross || goesOnAlong { kept.removeLast() }
            }
            kept.append(corner)
        }
        self.corners = kept
        self.isBack = isBack
    }

    /// Every cell in order from source to target.
    package var cells: [CellPoint] {
        guard let first = corners.first else { return [] }
        var cells = [first]
        for (start, end) in zip(corners, corners.dropFirst()) {
            let step = CellPoint(x: (end.x - start.x).signum(), y: (end.y - start.y).signum())
            var cell = start
            while cell != end {
                cell = CellPoint(x: cell.x + step.x, y: cell.y + step.y)
                cells.append(cell)
            }
        }
        return cells
    }

    /// The longest horizontal piece: where a label finds most room. Empty for a path without corners.
    package var longestRun: (start: CellPoint, length: Int) {
        var best: (start: CellPoint, length: Int) = (corners.first ?? CellPoint(x: 0, y: 0), min(corners.count, 1))
        for (start, end) in zip(corners, corners.dropFirst()) where start.y == end.y {
            let length = abs(end.x - start.x) + 1
            if length > best.length { best = (CellPoint(x: min(start.x, end.x), y: start.y), length) }
        }
        return best
    }
}
