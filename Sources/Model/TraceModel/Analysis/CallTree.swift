/// A trace's tree with what its spans have to do with each other: whose child each is, which tries of one call they are,
/// and where failing began. Rows are those of ``TraceTree/rows``.
package struct CallTree: Sendable {
    package let tree: TraceTree
    /// The row of the span that each stands below.
    package let parents: [Int?]
    /// One past the last row below each.
    package let ends: [Int]
    /// Which try a row is, where a call was made again.
    package let attempts: [Int: Attempt]
    /// Rows that failed.
    package let errors: [Int]
    /// Rows that failed while nothing below them did: where failing began.
    package let causes: Set<Int>

    package init(_ trace: Trace) {
        tree = TraceTree(trace)
        (parents, ends) = Self.kinship(tree.rows)
        attempts = Attempt.all(in: tree.rows, parents: parents)
        let rows = tree.rows
        errors = rows.indices.filter { rows[$0].span.status == .error }
        causes = Self.causes(errors, ends)
    }

    /// The row where failing began: it failed and nothing below it did; of several the last to end. Nothing where
    /// nothing failed.
    package var culprit: Int? {
        causes.max { (tree.rows[$0].span.end, $0) < (tree.rows[$1].span.end, $1) }
    }

    private static func kinship(_ rows: [TraceTree.Row]) -> (parents: [Int?], ends: [Int]) {
        var parents = [Int?](repeating: nil, count: rows.count)
        var ends = [Int](repeating: rows.count, count: rows.count)
        var open: [Int] = []
        for (index, row) in rows.enumerated() {
            while open.count > row.depth, let last = open.popLast() { ends[last] = index }
            parents[index] = open.last
            open.append(index)
        }
        return (parents, ends)
    }

    private static func causes(_ errors: [Int], _ ends: [Int]) -> Set<Int> {
        Set(
            errors.indices.filter { place in
                errors.indices.contains(place + 1) ? errors[place + 1] >= ends[errors[place]] : true
            }.map { errors[$0] })
    }
}
