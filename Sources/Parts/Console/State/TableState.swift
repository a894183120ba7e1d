/// How a table is sorted, filtered and scrolled. What the rows are is the screen's business.
package struct TableState: Hashable, Sendable {
    package var sortColumn: Int
    package var isDescending: Bool
    /// Rows whose text contains this, ignoring case; empty keeps all.
    package var filter = ""
    /// The selected row among those shown.
    package var cursor = 0
    /// The first row on the screen.
    package var offset = 0

    init(sortColumn: Int, isDescending: Bool) {
        self.sortColumn = sortColumn
        self.isDescending = isDescending
    }

    mutating func move(by step: Int, rows: Int) {
        cursor = min(max(0, cursor + step), max(0, rows - 1))
    }

    /// Scrolls as little as needed to show the cursor in `height` rows.
    mutating func reveal(rows: Int, height: Int) {
        cursor = min(max(0, cursor), max(0, rows - 1))
        let height = max(1, height)
        if cursor < offset { offset = cursor }
        if cursor >= offset + height { offset = cursor - height + 1 }
        offset = min(max(0, offset), max(0, rows - height))
    }

    /// A second choice of the same column turns the order round.
    mutating func sort(by column: Int, descendingFirst: Bool) {
        if sortColumn == column {
            isDescending.toggle()
        } else {
            sortColumn = column
            isDescending = descendingFirst
        }
        cursor = 0
        offset = 0
    }
}
