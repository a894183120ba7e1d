/// Rows in columns that line up, for people and for `awk`: two spaces between columns, numbers to the right, and no
/// more width than the text needs.
struct TextTable {
    enum Alignment { case left, right }

    struct Column {
        var title: String
        var alignment: Alignment

        init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    var columns: [Column]
    private(set) var rows: [[String]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    /// One value a column.
    mutating func append(_ row: [String]) {
        rows.append(row.map { $0.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f } }.map { String($0) })
    }

    var text: String {
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in
            all.reduce(0) { max($0, column < $1.count ? $1[column].count : 0) }
        }
        return all.map { row in
            let cells = zip(columns.indices, row).map { column, text in
                let padding = String(repeating: " ", count: max(0, widths[column] - text.count))
                return columns[column].alignment == .right ? padding + text : text + padding
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
