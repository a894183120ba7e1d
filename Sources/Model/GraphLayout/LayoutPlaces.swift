/// Where the nodes of a layout are, to be kept over a restart: what remains of a picture when its lines are drawn anew.
package struct LayoutPlaces<ID: Hashable & Comparable & Sendable>: Hashable, Sendable {
    package struct Place: Hashable, Sendable {
        /// From 0 at the left.
        package var column: Int
        /// The first row of the box, in cells.
        package var row: Int
        /// The box in cells, border included.
        package var width: Int
        package var height: Int

        /// Nothing when no picture of a mesh has such a place: what is read from a file may say anything.
        package init?(column: Int, row: Int, width: Int, height: Int) {
            guard (0..<1_000).contains(column), (0..<100_000).contains(row), (1...1_000).contains(width),
                (1...1_000).contains(height)
            else { return nil }
            self.column = column
            self.row = row
            self.width = width
            self.height = height
        }
    }

    /// Where an edge passes a column that is neither its source's nor its target's.
    package struct Bend: Hashable, Sendable {
        package var edge: LayoutInput<ID>.Edge
        package var column: Int
        package var row: Int

        /// Nothing when no picture of a mesh has such a place.
        package init?(edge: LayoutInput<ID>.Edge, column: Int, row: Int) {
            guard (0..<1_000).contains(column), (0..<100_000).contains(row) else { return nil }
            self.edge = edge
            self.column = column
            self.row = row
        }
    }

    package var places: [ID: Place]
    package var bends: Set<Bend>
    /// Crossings, and edges that turned round, of the fresh layout that the places come from.
    package var freshCrossings: Int
    package var freshTurns: Int

    package init(places: [ID: Place], bends: Set<Bend> = [], freshCrossings: Int, freshTurns: Int) {
        self.places = places
        self.bends = bends
        self.freshCrossings = max(0, freshCrossings)
        self.freshTurns = max(0, freshTurns)
    }
}

extension Layout {
    package var places: LayoutPlaces<ID> {
        var places: [ID: LayoutPlaces<ID>.Place] = [:]
        for (id, rect) in nodes {
            guard let column = memory.layerOf[id] else { continue }
            places[id] = .init(column: column, row: rect.y, width: rect.width, height: rect.height)
        }
        let bends = memory.bendRows.compactMap { LayoutPlaces.Bend(edge: $0.edge, column: $0.layer, row: $1) }
        return LayoutPlaces(
            places: places, bends: Set(bends), freshCrossings: memory.freshCrossings, freshTurns: memory.freshTurns)
    }

    /// The layout of `input` with the nodes where they were; what is not there yet finds its place free.
    package init(_ input: LayoutInput<ID>, at kept: LayoutPlaces<ID>, spacing: LayoutSpacing = .standard) {
        let present = Set(input.nodes.map(\.id))
        var memory = LayoutMemory<ID>()
        memory.freshCrossings = kept.freshCrossings
        memory.freshTurns = kept.freshTurns
        for bend in kept.bends { memory.bendRows[.init(edge: bend.edge, layer: bend.column)] = bend.row }
        var widths: [Int] = []
        for (id, place) in kept.places.sorted(by: { $0.key < $1.key }) {
            if present.contains(id) {
                memory.layerOf[id] = place.column
                memory.rowOf[id] = place.row
            } else if memory.holes.count < LayoutMemory<ID>.maximumHoles {
                memory.holes[id] = .init(
                    layer: place.column, row: place.row, width: place.width, height: place.height)
            } else {
                continue
            }
            while widths.count <= place.column { widths.append(1) }
            widths[place.column] = max(widths[place.column], place.width)
        }
        guard !memory.layerOf.isEmpty else {
            self.init(input, spacing: spacing)
            return
        }
        memory.columnWidths = widths
        self = Layout.arranged(input, as: memory, spacing: spacing)
    }
}
