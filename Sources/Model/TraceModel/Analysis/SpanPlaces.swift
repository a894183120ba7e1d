/// Which spans of several traces are the same: those that stand at the same place below the same ones.
package struct SpanPlaces {
    private struct Place: Hashable {
        let parent: Int
        let service: String
        let name: String
        let kind: Span.Kind
        /// Among siblings of that name.
        let ordinal: Int
    }

    private var known: [Place: Int] = [:]
    /// Whether a second span of one name is at another place than the first.
    private let countsRepeats: Bool

    /// - Parameter countsRepeats: whether a second span of one name among siblings is at another place than the first.
    package init(countsRepeats: Bool = true) {
        self.countsRepeats = countsRepeats
    }

    /// The number of each row's place; the same place has the same number in every trace. 0 is above all roots.
    package mutating func numbers(of rows: [TraceTree.Row]) -> [Int] {
        var numbers: [Int] = []
        var open: [Int] = []
        var ordinals: [Place: Int] = [:]
        for row in rows {
            while open.count > row.depth { open.removeLast() }
            let first = Place(
                parent: open.last ?? 0, service: row.span.service, name: row.span.name, kind: row.span.kind, ordinal: 0)
            let ordinal = countsRepeats ? ordinals[first, default: 0] : 0
            ordinals[first] = ordinal + 1
            let place = Place(
                parent: first.parent, service: first.service, name: first.name, kind: first.kind, ordinal: ordinal)
            let number = known[place] ?? known.count + 1
            known[place] = number
            numbers.append(number)
            open.append(number)
        }
        return numbers
    }
}
