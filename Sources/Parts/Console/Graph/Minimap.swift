import MeshModel
import TerminalUI

/// The whole picture of the graph in a corner of the screen: where its boxes are, and which part of it the screen shows.
/// There is none where all of the picture is on the screen anyway.
struct Minimap {
    private static let most = Size(width: 28, height: 8)
    private static let least = Size(width: 6, height: 3)
    /// The room of the graph below which a map would hide more than it shows.
    private static let smallestRoom = Size(width: 44, height: 11)

    /// With its border.
    let rect: Rect
    /// The part of the picture that the screen shows, in the picture's cells.
    private let seen: Rect
    private let picture: Size

    /// - Parameters:
    ///   - area: where the graph is on the screen.
    ///   - selected: what must stay in sight, on the screen.
    ///   - held: where the map was when the mouse took hold of it: there it stays.
    init?(_ scene: GraphScene, area: Rect, pan: Point, selected: Rect?, held: Rect? = nil) {
        guard scene.width > area.width || scene.height > area.height, area.width >= Self.smallestRoom.width,
            area.height >= Self.smallestRoom.height
        else { return nil }
        picture = Size(width: max(scene.width, area.width), height: max(scene.height, area.height))
        seen = Rect(x: pan.x, y: pan.y, width: area.width, height: area.height)
        // A cell is as good as twice as high as wide in both, so one scale keeps the shape.
        let scale = min(
            Double(min(Self.most.width, area.width / 5)) / Double(picture.width),
            Double(min(Self.most.height, area.height / 4)) / Double(picture.height))
        let width = max(Self.least.width, Int((Double(picture.width) * scale).rounded())) + 2
        let height = max(Self.least.height, Int((Double(picture.height) * scale).rounded())) + 2
        let corners = [
            Point(x: area.maxX - width, y: area.maxY - height), Point(x: area.maxX - width, y: area.y),
            Point(x: area.x, y: area.maxY - height), area.origin,
        ].map { Rect(x: $0.x, y: $0.y, width: width, height: height) }
        let free = corners.first { corner in
            held.map { $0 == corner } ?? selected.map { corner.intersection($0).isEmpty } ?? true
        }
        guard let free else { return nil }
        rect = free
    }

    /// The map without its border.
    var inside: Rect { rect.inset(columns: 1, rows: 1) }

    /// Where the part that is seen lies on the map; at least two cells each way, so that it is a frame.
    var frame: Rect {
        let (columns, rows) = (Double(inside.width), Double(inside.height))
        let left = Int(Double(seen.x) / Double(picture.width) * columns)
        let top = Int(Double(seen.y) / Double(picture.height) * rows)
        let right = Int((Double(seen.maxX) / Double(picture.width) * columns).rounded(.up))
        let bottom = Int((Double(seen.maxY) / Double(picture.height) * rows).rounded(.up))
        let width = min(max(2, right - left), inside.width)
        let height = min(max(2, bottom - top), inside.height)
        return Rect(
            x: inside.x + min(left, inside.width - width), y: inside.y + min(top, inside.height - height), width: width,
            height: height)
    }

    /// Which place of the picture a cell of the map stands for.
    func place(at cell: Point) -> Point {
        Point(
            x: (2 * (cell.x - inside.x) + 1) * picture.width / (2 * inside.width),
            y: (2 * (cell.y - inside.y) + 1) * picture.height / (2 * inside.height))
    }

    /// Where a box is, in parts of a map's cell: so many columns and rows of them there are in each.
    func parts(of box: Rect, across: Int, up: Int) -> Rect {
        let columns = inside.width * across
        let rows = inside.height * up
        let left = min(max(0, box.x * columns / picture.width), columns - 1)
        let top = min(max(0, box.y * rows / picture.height), rows - 1)
        let right = min((box.maxX * columns - 1) / picture.width, columns - 1)
        let bottom = min((box.maxY * rows - 1) / picture.height, rows - 1)
        return Rect(x: left, y: top, width: max(1, right - left + 1), height: max(1, bottom - top + 1))
    }
}

extension Model {
    /// The map that is on the screen now.
    var minimap: Minimap? {
        guard showsMinimap, let scene else { return nil }
        let area = geometry.graph
        let selected = selectedRect.map { GraphScreen.Port(area: area, pan: pan, origin: scene.origin).place($0) }
        let held: Rect? = if case .map(let rect)? = grip { rect } else { nil }
        return Minimap(scene, area: area, pan: pan, selected: selected, held: held)
    }

    /// Brings a place of the picture to the middle of the screen.
    mutating func pan(to place: Point) {
        let port = geometry.graph
        pan = Point(x: place.x - port.width / 2, y: place.y - port.height / 2)
        clampPan()
    }
}
