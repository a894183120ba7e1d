import MeshModel
import Quantities
import TraceModel

extension Model {
    /// Shows the graph with the way of the trace that is open, or under the cursor, lit up.
    mutating func lightTrace(_ effects: inout [Effect]) {
        guard let mesh else { return }
        if let state = waterfall, screen.isWaterfall, let loaded = state.waterfall {
            light(loaded.trace, selected: state.selected.map { loaded.rows[$0].span }, in: mesh, &effects)
        } else if screen == .traces, let id = traces?.selected?.id {
            if let trace = shelf.trace(id) { return light(trace, selected: nil, in: mesh, &effects) }
            traceToLight = id
            effects.append(.loadTrace(id))
        }
    }

    /// The trace that was fetched for the graph alone.
    mutating func takeTraceToLight(_ id: TraceID, _ result: Result<Trace, ConsoleFailure>, _ effects: inout [Effect]) {
        guard traceToLight == id, let mesh else { return }
        traceToLight = nil
        guard screen == .traces else { return }
        switch result {
        case .success(let trace): light(trace, selected: nil, in: mesh, &effects)
        case .failure(let failure): say(.failure, failure.message)
        }
    }

    private mutating func light(_ trace: Trace, selected: Span?, in mesh: MeshIndex, _ effects: inout [Effect]) {
        let light = TraceLight(trace, in: mesh)
        guard !light.nodes.isEmpty else { return say(.warning, "nothing on the graph has sent a span of this trace") }
        if let selected, let node = TraceLight.nodes(of: selected, in: mesh).first { choose(.node(node)) }
        lightGraph(light)
        show(.graph, &effects)
    }

    /// The worst edge; from one of the failing edges on to the next worst. Failing travels up from callee to caller:
    /// of two edges as bad, the one behind which nothing fails is where to look, then the one with more failures.
    mutating func selectFailingEdge(step: Int) {
        guard let mesh = graphMesh else { return }
        func badness(_ edge: MeshEdge) -> (Health, Int, Double) {
            let isCause = !mesh.edges(outOf: edge.target).contains { mesh.snapshot.edges[$0].health >= .degraded }
            return (edge.health, isCause ? 1 : 0, edge.traffic.rate.value * (edge.traffic.errors?.value ?? 0))
        }
        let failing = mesh.snapshot.edges.indices.filter { mesh.snapshot.edges[$0].health >= .degraded }
            .sorted { badness(mesh.snapshot.edges[$0]) > badness(mesh.snapshot.edges[$1]) }
        guard !failing.isEmpty else { return say(.info, "no edge is failing or degraded") }
        var next = step > 0 ? 0 : failing.count - 1
        if case .edge(let id)? = selection, let place = failing.firstIndex(where: { mesh.edgeIDs[$0] == id }) {
            next = (place + step + failing.count) % failing.count
        }
        choose(.edge(mesh.edgeIDs[failing[next]]))
    }
}
