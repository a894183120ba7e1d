import MeshModel

/// What belongs to what, by number, in the order in which a tick asks for it.
///
/// A value of a few arrays that counting has in its hand: asking the ``TrafficNumbering`` itself would cost a check of
/// access and a count of references at each of a hundred thousand steps.
struct TrafficTables {
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

    private(set) var places: [TrafficNumbering.Place] = []
    private(set) var cells: [Cell] = []
    /// Upper bounds, ascending; each list once, because nearly all histograms have the same.
    private(set) var bounds: [[Double]] = []
    /// The numbers of buckets, cell by cell, in the order of their bounds.
    private(set) var buckets: [Int32] = []
    /// By flow.
    private(set) var principals: [TrafficNumbering.Principals] = []
    private var kindsOfFlow = NumberGroups()
    private var cellsOfFlow = NumberGroups()

    init() {}

    init(
        places: [TrafficNumbering.Place], cells: [TrafficNumbering.Cell], flows: Int,
        principals: [TrafficNumbering.Principals]
    ) {
        self.places = places
        self.principals = principals
        kindsOfFlow = NumberGroups(places.lazy.map(\.flow), groups: flows)
        cellsOfFlow = NumberGroups(cells.lazy.map(\.flow), groups: flows)
        var numberOfBounds: [[Double]: Int32] = [:]
        self.cells.reserveCapacity(cells.count)
        for cell in cells {
            var number = Int32(clamping: bounds.count)
            if let known = numberOfBounds[cell.bounds] {
                number = known
            } else {
                numberOfBounds[cell.bounds] = number
                bounds.append(cell.bounds)
            }
            self.cells.append(
                Cell(
                    flow: cell.flow, reporter: cell.reporter, operation: cell.operation, bounds: number,
                    firstBucket: Int32(clamping: buckets.count), bucketCount: Int32(clamping: cell.buckets.count)))
            buckets += cell.buckets
        }
    }

    func kinds(of flow: Int) -> NumberGroups.Members { kindsOfFlow[flow] }
    func cells(of flow: Int) -> NumberGroups.Members { cellsOfFlow[flow] }

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

/// Numbers in groups, each group's side by side and ascending.
struct NumberGroups {
    private var order: [Int32] = []
    private var start: [Int32] = [0]

    init() {}

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

    subscript(group: Int) -> Members { Members(order: order, places: Int(start[group])..<Int(start[group + 1])) }

    struct Members: Sequence {
        fileprivate let order: [Int32]
        fileprivate var places: Range<Int>

        func makeIterator() -> Iterator { Iterator(members: self) }

        struct Iterator: IteratorProtocol {
            fileprivate var members: Members

            mutating func next() -> Int? {
                guard let place = members.places.popFirst() else { return nil }
                return Int(members.order[place])
            }
        }
    }
}
