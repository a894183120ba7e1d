/// A place on the screen in cells: column `x`, row `y`, both from 0 at the top left.
package struct Point: Hashable, Sendable, BitwiseCopyable {
    package var x: Int
    package var y: Int

    package init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }

    package static let zero = Point(x: 0, y: 0)
}

/// How many columns and rows something has. Never negative.
package struct Size: Hashable, Sendable, BitwiseCopyable {
    package let width: Int
    package let height: Int

    /// Negative lengths become 0, and lengths above 10,000 become 10,000: a lying terminal cannot make us
    /// allocate without bound.
    package init(width: Int, height: Int) {
        self.width = min(max(width, 0), 10_000)
        self.height = min(max(height, 0), 10_000)
    }

    package static let zero = Size(width: 0, height: 0)

    package var isEmpty: Bool { width == 0 || height == 0 }
}

/// A rectangle of cells. `x + width` and `y + height` are the first column and row outside.
package struct Rect: Hashable, Sendable, BitwiseCopyable {
    package var x: Int
    package var y: Int
    package var width: Int
    package var height: Int

    /// Negative lengths become 0.
    package init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(width, 0)
        self.height = max(height, 0)
    }

    package init(_ size: Size) {
        self.init(x: 0, y: 0, width: size.width, height: size.height)
    }

    package static let zero = Rect(x: 0, y: 0, width: 0, height: 0)

    package var origin: Point { Point(x: x, y: y) }
    package var size: Size { Size(width: width, height: height) }
    /// The first column to the right of it.
    package var maxX: Int { x + width }
    /// The first row below it.
    package var maxY: Int { y + height }
    package var isEmpty: Bool { width <= 0 || height <= 0 }

    package func contains(_ point: Point) -> Bool {
        point.x >= x && point.x < maxX && point.y >= y && point.y < maxY
    }

    /// What both cover; empty when they do not meet.
    package func intersection(_ other: Rect) -> Rect {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return Rect(
            x: left, y: top, width: min(maxX, other.maxX) - left, height: min(maxY, other.maxY) - top)
    }

    /// Smaller by `columns` at the left and right, and by `rows` at the top and bottom.
    package func inset(columns: Int, rows: Int) -> Rect {
        Rect(x: x + columns, y: y + rows, width: width - 2 * columns, height: height - 2 * rows)
    }

    /// The topmost `rows` rows, and what is left below them.
    package func splitTop(_ rows: Int) -> (top: Rect, rest: Rect) {
        let cut = min(max(rows, 0), height)
        return (
            Rect(x: x, y: y, width: width, height: cut), Rect(x: x, y: y + cut, width: width, height: height - cut)
        )
    }

    /// The lowest `rows` rows, and what is left above them.
    package func splitBottom(_ rows: Int) -> (rest: Rect, bottom: Rect) {
        let (top, rest) = splitTop(height - min(max(rows, 0), height))
        return (top, rest)
    }

    /// The leftmost `columns` columns, and what is left beside them.
    package func splitLeft(_ columns: Int) -> (left: Rect, rest: Rect) {
        let cut = min(max(columns, 0), width)
        return (
            Rect(x: x, y: y, width: cut, height: height), Rect(x: x + cut, y: y, width: width - cut, height: height)
        )
    }

    /// The rightmost `columns` columns, and what is left beside them.
    package func splitRight(_ columns: Int) -> (rest: Rect, right: Rect) {
        let (left, rest) = splitLeft(width - min(max(columns, 0), width))
        return (left, rest)
    }
}
