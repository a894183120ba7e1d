/// The neighbours of every vertex on one side, in one array.
struct Neighbours {
    private(set) var members: [Int] = []
    private var starts: [Int] = [0]

    init(count: Int, _ of: (Int) -> [Int]) {
        for vertex in 0..<count {
            members += of(vertex)
            starts.append(members.count)
        }
    }

    func range(_ vertex: Int) -> Range<Int> { starts[vertex]..<starts[vertex + 1] }
}

/// Where the neighbours of a layer's vertices stand, ascending for each vertex.
struct NeighbourPlaces {
    private(set) var all: [Int] = []
    private var starts: [Int] = []

    mutating func fill(_ vertices: [Int], _ neighbours: Neighbours, _ place: [Int]) {
        all.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        for vertex in vertices {
            let start = all.count
            starts.append(start)
            for index in neighbours.range(vertex) {
                // Lists are short: most vertices are bends with one neighbour.
                let value = place[neighbours.members[index]]
                all.append(value)
                var slot = all.count - 1
                while slot > start, all[slot - 1] > value {
                    all[slot] = all[slot - 1]
                    slot -= 1
                }
                all[slot] = value
            }
        }
        starts.append(all.count)
    }

    /// How many crossings more there are with `upper` above `lower` than the other way round.
    func excess(_ upper: Int, _ lower: Int) -> Int {
        var more = 0
        let second = starts[lower]..<starts[lower + 1]
        var below = second.lowerBound
        var notAbove = second.lowerBound
        for index in starts[upper]..<starts[upper + 1] {
            let value = all[index]
            while below < second.upperBound, all[below] < value { below += 1 }
            while notAbove < second.upperBound, all[notAbove] <= value { notAbove += 1 }
            // Those below cross now; those above would.
            more += (below - second.lowerBound) - (second.upperBound - notAbove)
        }
        return more
    }
}
