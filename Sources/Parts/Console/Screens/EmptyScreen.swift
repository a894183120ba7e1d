import MeshModel
import TerminalUI

/// What there is to say before there is anything to show: what is being waited for, and what is wrong with it.
enum EmptyScreen {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        let area = model.geometry.body
        var lines = [TextLine(sentence(model), .text)]
        if let trouble = model.trouble { lines.append(TextLine("\(canvas.signs.degraded) \(trouble)", .degraded)) }
        let down = model.mesh?.snapshot.targets.compactMap { target -> String? in
            if case .down(let reason) = target.state { "\(target.address): \(reason)" } else { nil }
        }
        let shown = (down ?? []).prefix(max(0, area.height - 6))
        if !shown.isEmpty { lines.append(.empty) }
        lines += shown.map { TextLine("\(canvas.signs.failure) \($0)", .failure) }
        let height = lines.count
        var y = area.y + max(0, (area.height - height) / 2)
        for line in lines where y < area.maxY {
            let width = min(area.width - 2, line.left.reduce(0) { $0 + canvas.cells($1.text) })
            canvas.put(line.left, x: area.x + max(1, (area.width - width) / 2), y: y, width: width)
            y += 1
        }
    }

    static func sentence(_ model: Model) -> String {
        guard let mesh = model.mesh else { return "waiting for the first look at \(model.source)" }
        let targets = mesh.snapshot.targets
        let answered = mesh.targetsUp
        if targets.isEmpty { return "no proxy is known yet: waiting for \(model.source) to name its targets" }
        let count = "\(answered) of \(targets.count) targets answered"
        let pending = targets.filter { $0.state == .pending }.count
        if answered == 0 && pending == 0 { return "no target answers: \(count)" }
        if answered < targets.count && pending > 0 { return "waiting for the first scrape: \(count)" }
        return "no request has been seen yet: \(count)"
    }
}
