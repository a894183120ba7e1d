import TerminalUI

/// Which box an arrow key means: the nearest one in a 90° cone, at the cost of its distance ahead plus twice its
/// distance aside. With nothing in the cone, the nearest one ahead, so that a press
/// is rarely lost.
enum ConeSelection {
    /// - Parameters:
    ///   - origin: the box that is selected now.
    ///   - candidates: all other boxes; ties go to the first.
    static func nearest<ID>(from origin: Rect, to direction: Direction, among candidates: [(ID, Rect)]) -> ID? {
        var best: (id: ID, isInCone: Bool, cost: Int)?
        let from = center(of: origin)
        for (id, rect) in candidates {
            let to = center(of: rect)
            let (dx, dy) = (to.x - from.x, to.y - from.y)
            let (ahead, aside) =
                switch direction {
                case .left: (-dx, abs(dy))
                case .right: (dx, abs(dy))
                case .up: (-dy, abs(dx))
                case .down: (dy, abs(dx))
                }
            guard ahead > 0 else { continue }
            let isInCone = aside <= ahead
            let cost = ahead + 2 * aside
            if let found = best, (found.isInCone && !isInCone) || (found.isInCone == isInCone && found.cost <= cost) {
                continue
            }
            best = (id, isInCone, cost)
        }
        return best?.id
    }

    /// In half columns, with rows twice as tall as columns are wide, as on most screens.
    private static func center(of rect: Rect) -> (x: Int, y: Int) {
        (rect.x * 2 + rect.width, (rect.y * 2 + rect.height) * 2)
    }
}
