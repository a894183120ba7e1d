/// Lines on a grid of cells, before they are characters: per cell the directions that lines connect to, their weight
/// and whose they are.
///
/// Pieces of two paths that run along each other become one line with junctions: paths only ever do so when they share
/// an end. Pieces that cross stay apart, and the one on top is drawn unbroken – the heavier, or else the upright
/// one – so a crossing never looks like a junction.
package struct EdgeCanvas: Sendable {
    package enum Weight: Int, Hashable, Sendable, Comparable {
        case dashed, light, heavy

        package static func < (left: Weight, right: Weight) -> Bool { left.rawValue < right.rawValue }
    }

    /// One line in one cell.
    struct Strand: Hashable, Sendable {
        /// Two bits for each of north, east, south and west: 0 nothing, 1 light, 2 heavy.
        var directions: UInt8 = 0
        var owner: Int32 = 0
        var weight = Weight.light
        var arrow: Direction?

        func weight(to direction: Direction) -> Int { Int(directions >> (2 * direction.rawValue)) & 3 }

        /// Which directions there are, weights left aside.
        var mask: UInt8 { (directions | directions >> 1) & 0b01_01_01_01 }
        var isUpright: Bool { mask == 0b00_01_00_01 }
    }

    enum Direction: UInt8, Hashable, Sendable {
        case north, east, south, west

        var opposite: Direction {
            switch self {
            case .north: .south
            case .east: .west
            case .south: .north
            case .west: .east
            }
        }
    }

    private struct Cell: Sendable {
        var first: Strand?
        var second: Strand?
    }

    /// The part of the picture that this canvas holds; lines outside are left out.
    package let region: CellRect
    private var cells: [Cell]

    /// An empty canvas for `region`. Regions are bounded by screens; one of more than four million cells is cut to
    /// nothing rather than allocated.
    package init(region: CellRect) {
        let (count, overflow) = max(region.width, 0).multipliedReportingOverflow(by: max(region.height, 0))
        let fits = !overflow && count <= 4_000_000
        self.region = fits ? region : CellRect(x: region.x, y: region.y, width: 0, height: 0)
        cells = [Cell](repeating: Cell(), count: fits ? count : 0)
    }

    package init(width: Int, height: Int) {
        self.init(region: CellRect(x: 0, y: 0, width: width, height: height))
    }

    /// Draws `path`. Where it lies on another, the heavier one owns the cell, or else the later: add last what matters
    /// most.
    package mutating func add(_ path: EdgePath, owner: Int, weight: Weight = .light) {
        let cells = path.cells
        let strength: UInt8 = weight == .heavy ? 2 : 1
        for (index, cell) in cells.enumerated() where region.contains(cell) {
            // A path comes out of its source and goes into its target as it goes on.
            let before =
                index > 0
                ? EdgeCanvas.direction(from: cell, to: cells[index - 1])
                : cells.count > 1 ? EdgeCanvas.direction(from: cells[1], to: cell) : .west
            let isLast = index == cells.count - 1
            let after = isLast ? before.opposite : EdgeCanvas.direction(from: cell, to: cells[index + 1])
            var strand = Strand(owner: Int32(clamping: owner), weight: weight)
            strand.directions = strength << (2 * before.rawValue) | strength << (2 * after.rawValue)
            if isLast { strand.arrow = after }
            EdgeCanvas.merge(strand, into: &self.cells[(cell.y - region.y) * region.width + cell.x - region.x])
        }
    }

    /// Whose line is drawn in that cell: the hit test for a pointer, and the colour to draw in.
    package func owner(at point: CellPoint) -> Int? {
        top(at: point).map { Int($0.owner) }
    }

    /// The line drawn in that cell.
    func top(at point: CellPoint) -> Strand? {
        guard region.contains(point) else { return nil }
        let cell = cells[(point.y - region.y) * region.width + point.x - region.x]
        guard let first = cell.first, let second = cell.second else { return cell.first }
        if first.arrow != nil { return first }
        if second.arrow != nil { return second }
        if first.weight != second.weight { return first.weight > second.weight ? first : second }
        return first.isUpright ? first : second
    }

    /// Whether some line in that cell leads on to its neighbour `other`, drawn on top or under another.
    func connects(_ point: CellPoint, to other: CellPoint) -> Bool {
        guard region.contains(point) else { return false }
        let cell = cells[(point.y - region.y) * region.width + point.x - region.x]
        let direction = EdgeCanvas.direction(from: point, to: other)
        return [cell.first, cell.second].contains { ($0?.weight(to: direction) ?? 0) > 0 }
    }

    private static func merge(_ strand: Strand, into cell: inout Cell) {
        guard var first = cell.first else {
            cell.first = strand
            return
        }
        if first.mask & strand.mask != 0 {
            join(strand, to: &first)
            cell.first = first
        } else if var second = cell.second {
            join(strand, to: &second)
            cell.second = second
        } else {
            cell.second = strand
        }
    }

    private static func join(_ strand: Strand, to other: inout Strand) {
        var directions: UInt8 = 0
        for direction in [Direction.north, .east, .south, .west] {
            let strength = UInt8(max(strand.weight(to: direction), other.weight(to: direction)))
            directions |= strength << (2 * direction.rawValue)
        }
        if strand.weight >= other.weight {
            other.owner = strand.owner
            other.weight = strand.weight
        }
        other.directions = directions
        other.arrow = strand.arrow ?? other.arrow
    }

    private static func direction(from cell: CellPoint, to other: CellPoint) -> Direction {
        if other.x != cell.x { return other.x > cell.x ? .east : .west }
        return other.y > cell.y ? .south : .north
    }
}
