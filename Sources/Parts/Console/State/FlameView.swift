import Quantities
import TerminalUI
import TraceModel

/// A flame graph on the screen: its boxes from the callers down, which of them is selected, and into which one the
/// person has zoomed.
struct FlameView: Sendable {
    struct Box: Sendable {
        /// 0 for the outermost.
        var depth: Int
        var parent: Int?
        /// One past the last box inside.
        var end: Int
        /// Its place along the whole width, 0…1.
        var from: Double
        var to: Double
        var service: String
        var operation: String
        /// Which of the colours that tell services apart.
        var color: Int
        var count: Int
        var errors: Int
        /// Whether more of its spans failed than of those that they called.
        var isCause: Bool
        var total: Duration
        var own: Duration
    }

    let boxes: [Box]
    let traces: Int
    let total: Duration
    private(set) var cursor = 0
    /// The box that is as wide as the screen; nothing for all of them.
    private var root: Int?

    init(boxes: [Box], traces: Int, total: Duration) {
        (self.boxes, self.traces, self.total) = (boxes, traces, total)
    }

    var selected: Box? { boxes.indices.contains(cursor) ? boxes[cursor] : nil }
    var isZoomed: Bool { root != nil }
    var rootTitle: String { root.map { "\(boxes[$0].service) \(boxes[$0].operation)" } ?? "" }
    var rootDepth: Int { root.map { boxes[$0].depth } ?? 0 }

    /// Boxes inside the one that was zoomed into, with itself.
    var shown: Range<Int> { root.map { $0..<boxes[$0].end } ?? boxes.indices }

    /// Levels that are above the screen, so that the selected one is on it.
    func offset(height: Int) -> Int {
        guard let selected else { return 0 }
        return max(0, selected.depth - rootDepth - max(1, height) + 1)
    }

    /// The place of a box along the screen's width.
    func share(of box: Int) -> (from: Double, to: Double)? {
        let outer = root.map { (boxes[$0].from, boxes[$0].to) } ?? (0, 1)
        let width = outer.1 - outer.0
        guard width > 0 else { return nil }
        return ((boxes[box].from - outer.0) / width, (boxes[box].to - outer.0) / width)
    }

    mutating func select(_ box: Int) {
        if shown.contains(box) { cursor = box }
    }

    /// Up to the caller, down to the widest callee, sideways along one level.
    mutating func move(_ direction: Direction) {
        guard let selected else { return }
        let level = shown.filter { boxes[$0].depth == selected.depth }
        switch direction {
        case .up: if let parent = selected.parent, shown.contains(parent) { cursor = parent }
        case .down:
            let children = (cursor + 1..<max(cursor + 1, selected.end)).filter { boxes[$0].parent == cursor }
            if let widest = children.max(by: { boxes[$0].total < boxes[$1].total }) { cursor = widest }
        case .left: if let next = level.last(where: { $0 < cursor }) { cursor = next }
        case .right: if let next = level.first(where: { $0 > cursor }) { cursor = next }
        }
    }

    mutating func zoomIn() {
        guard boxes.indices.contains(cursor) else { return }
        // Once more on the box that is as wide as the screen leads out.
        if root == cursor { zoomOut() } else { root = cursor }
    }

    mutating func zoomOut() {
        guard let inner = root else { return }
        root = boxes[inner].parent.flatMap { boxes[$0].parent == nil ? nil : $0 }
    }
}
