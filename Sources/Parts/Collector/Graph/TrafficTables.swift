import MeshModel

/// What belongs to what, by number, in the order in which a tick asks for it.
///
/// It does not change, and is handed on by reference: asking the ``TrafficNumbering`` itself would cost a check of access
/// at each of a hundred thousand steps.
final class TrafficTables {
    /// A ``TrafficNumbering/Cell`` without arrays of its own.
    struct Cell {
        var flow: Int32
        var reporter: Reporter
        /// Less than nothing for none.
        var operation: Int32
        /// Where its bounds are in ``TrafficTables/bounds``, and its buckets in ``TrafficTables/buckets``.
        var bounds: Int32
        var firstBucket: Int32
        var bucketCount: Int32
    }

    let places: [TrafficNumbering.Place]
    let cells: [Cell]
    /// Upper bounds, ascending; each list once, because nearly all histograms have the same.
    let bounds: [[Double]]
    /// The numbers of buckets, cell by cell, in the order of their bounds.
    let buckets: [Int32]
    /// Who the ends of flows say they are, each pair once.
    let principals: [TrafficNumbering.Principals]
    /// By flow, of ``principals``; less than nothing for one whose ends do not say.
    let principalsOfFlow: [Int32]
    let kindsOfFlow: NumberGroups
    let cellsOfFlow: NumberGroups

    init(
        places: [TrafficNumbering.Place], cells: [TrafficNumbering.Cell], flows: Int,
        principals: [TrafficNumbering.Principals]
    ) {
        self.places = places
        var pairs = PrincipalPairs()
        principalsOfFlow = principals.map { pairs.number(of: $0) }
        self.principals = pairs.all
        kindsOfFlow = NumberGroups(places.lazy.map(\.flow), groups: flows)
        cellsOfFlow = NumberGroups(cells.lazy.map(\.flow), groups: flows)
        var numberOfBounds: [[Double]: Int32] = [:]
        var bounds: [[Double]] = []
        var buckets: [Int32] = []
        self.cells = cells.map { cell in
            let number = numberOfBounds[cell.bounds] ?? Int32(clamping: bounds.count)
            if number == bounds.count {
                numberOfBounds[cell.bounds] = number
                bounds.append(cell.bounds)
            }
            defer { buckets += cell.buckets }
            return Cell(
                flow: cell.flow, reporter: cell.reporter, operation: cell.operation, bounds: number,
                firstBucket: Int32(clamping: buckets.count), bucketCount: Int32(clamping: cell.buckets.count))
        }
        self.bounds = bounds
        self.buckets = buckets
    }

    /// What a cell's histogram counted; of one that has none, nothing.
    func histogram(_ cell: Cell, of counts: [Double]) -> BucketCounts {
        guard cell.bucketCount > 0 else { return BucketCounts() }
        let count = Int(cell.bucketCount)
        let first = Int(cell.firstBucket)
        return BucketCounts(
            ascending: bounds[Int(cell.bounds)],
            counts: Array(unsafeUninitializedCapacity: count) { own, initialized in
                for index in 0..<count { own.initializeElement(at: index, to: counts[Int(buckets[first + index])]) }
                initialized = count
            })
    }
}

/// Numbers pairs of identities. Equal lists become one list, which many edges then share.
private struct PrincipalPairs {
    private(set) var all: [TrafficNumbering.Principals] = []
    private var numbers: [TrafficNumbering.Principals: Int32] = [:]
    private var lists: Set<[String]> = []

    mutating func number(of pair: TrafficNumbering.Principals) -> Int32 {
        guard !pair.isEmpty else { return -1 }
        if let number = numbers[pair] { return number }
        let own = TrafficNumbering.Principals(source: shared(pair.source), target: shared(pair.target))
        let number = Int32(clamping: all.count)
        all.append(own)
        numbers[own] = number
        return number
    }

    private mutating func shared(_ list: [String]) -> [String] { lists.insert(list).memberAfterInsert }
}

/// Numbers in groups, each group's side by side and ascending.
struct NumberGroups {
    private var order: [Int32]
    private var start: [Int32]

    /// - Parameter groupOf: by member, from 0 on.
    init(_ groupOf: some Sequence<Int32>, groups: Int) {
        start = Array(repeating: 0, count: groups + 1)
        for group in groupOf { start[Int(group) + 1] += 1 }
        for group in 0..<groups { start[group + 1] += start[group] }
        var next = start
        order = Array(repeating: 0, count: Int(start[groups]))
        for (member, group) in groupOf.enumerated() {
            order[Int(next[Int(group)])] = Int32(clamping: member)
            next[Int(group)] += 1
        }
    }

    /// The places of a group's members; who they are, ``member(at:)`` tells. Two steps, so that no list is handed about.
    func places(of group: Int) -> Range<Int> { Int(start[group])..<Int(start[group + 1]) }

    func member(at place: Int) -> Int { Int(order[place]) }
}
