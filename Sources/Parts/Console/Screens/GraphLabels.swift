import GraphLayout
import MeshModel
import Quantities
import TerminalUI

/// Words on the lines of the graph, each in the middle of its line's longest level stretch. A line without one long
/// enough has no words: they are in the table of edges.
enum GraphLabels {
    static func draw(
        _ label: EdgeLabel, _ mesh: MeshIndex, _ scene: GraphScene, _ port: GraphScreen.Port, on canvas: inout Canvas
    ) {
        guard label != .none else { return }
        var taken: Set<Point> = []
        for route in scene.routes {
            guard let edge = mesh.edge(route.id), let text = label.text(of: edge, in: mesh) else { continue }
            let width = canvas.cells(text)
            // The last cell is the arrow.
            for run in levelRuns(of: route.cells.dropLast()).sorted(by: { $0.count > $1.count }) {
                // Its ends may be corners, which tell where the line goes: at least one of them stays.
                guard run.count > width, let first = run.first else { break }
                let x = first.x + (run.count - width + 1) / 2
                let cells = (x..<(x + width)).map { Point(x: $0, y: first.y) }
                // Half a number is a wrong one.
                let place = port.place(Point(x: x, y: first.y))
                guard place.x >= port.area.x, place.x + width <= port.area.maxX else { continue }
                // Several lines share a stretch near a box: the first one has it.
                guard taken.isDisjoint(with: cells) else { continue }
                taken.formUnion(cells)
                canvas.put([Piece(text, tone(label, edge))], x: place.x, y: place.y, width: width)
                canvas.hit(Rect(x: place.x, y: place.y, width: width, height: 1), .selection(.edge(route.id)))
                break
            }
        }
    }

    private static func tone(_ label: EdgeLabel, _ edge: MeshEdge) -> Tone {
        switch label {
        case .errors: .errors(edge.traffic.errors?.value, edge.health)
        case .mtls: edge.mtls.map { $0 < .all } ?? false ? .degraded : .text
        default: .text
        }
    }

    /// Stretches in which the line stays in one row, each from left to right.
    private static func levelRuns(of cells: some Sequence<CellPoint>) -> [[CellPoint]] {
        var runs: [[CellPoint]] = []
        for cell in cells {
            if let last = runs.last?.last, last.y == cell.y, abs(last.x - cell.x) == 1 {
                runs[runs.count - 1].append(cell)
            } else {
                runs.append([cell])
            }
        }
        return runs.map { $0.sorted { $0.x < $1.x } }
    }
}

/// Frames around what belongs together, where nothing else stands between.
enum GraphFrames {
    static func draw(_ mesh: MeshIndex, _ scene: GraphScene, _ port: GraphScreen.Port, on canvas: inout Canvas) {
        // The outermost first, so that inner ones lie on top.
        for box in mesh.snapshot.boxes.reversed() {
            let members = Set(box.members)
            let rects = scene.boxes.filter { members.contains($0.id) }.map(\.rect)
            guard rects.count > 1, let frame = surrounding(rects) else { continue }
            let isMixed = scene.boxes.contains { !members.contains($0.id) && !$0.rect.intersection(frame).isEmpty }
            guard !isMixed else { continue }
            canvas.outline(
                port.place(frame), title: [Piece(box.title, Tone(of: box.health) == .unknown ? .dim : .title)],
                tone: .ghost)
        }
    }

    private static func surrounding(_ rects: [Rect]) -> Rect? {
        guard let left = rects.map(\.x).min(), let top = rects.map(\.y).min(), let right = rects.map(\.maxX).max(),
            let bottom = rects.map(\.maxY).max()
        else { return nil }
        return Rect(x: left - 1, y: top - 1, width: right - left + 2, height: bottom - top + 2)
    }
}
