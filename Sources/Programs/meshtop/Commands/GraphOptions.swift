import Collector
import MeshModel

/// What `meshtop graph` may be asked to show, and in which form.
enum GraphOptions {
    static let options = [
        Option(name: "--inject-services", summary: "put services between callers and whoever answers for them"),
        Option(
            name: "--box", value: "KIND", summary: "draw app, namespace or cluster together; may be repeated",
            mayRepeat: true),
        Option(
            name: "--operations", summary: "send requests over a node of their operation, where the mesh labels them"),
        Option(name: "--idle-nodes", summary: "show what the control plane knows and nobody calls, too"),
        Option(name: "--node", value: "ID", summary: "only what this node's own proxy sees"),
        Option(
            name: "--counting", value: "RULE",
            summary: "how two reporters become one: reconciled, or kiali to compare with a Kiali"),
    ]

    static func grouping(_ invocation: Invocation) throws(UsageError) -> GraphGrouping {
        let type = try invocation.choice("--type", of: GraphGrouping.allCases.map(\.rawValue))
        return GraphGrouping(rawValue: type) ?? .versionedApp
    }

    /// The view that the options describe. Options that a command does not have are not there, and change nothing.
    static func view(_ invocation: Invocation, from standard: GraphView) throws(UsageError) -> GraphView {
        var view = standard
        view.grouping = try grouping(invocation)
        view.injectsServices = invocation.has("--inject-services")
        view.showsOperations = invocation.has("--operations")
        for text in invocation.allValues("--box") {
            guard let kind = MeshBox.Kind(rawValue: text) else {
                let kinds = MeshBox.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageError("--box wants \(kinds), not “\(text)”")
            }
            view.boxes.insert(kind)
        }
        view.showsIdleNodes = invocation.has("--idle-nodes")
        view.node = invocation.value("--node").map { MeshNode.ID($0) }
        view.namespaces = Set(invocation.allValues("--namespace"))
        let counting = try invocation.choice("--counting", of: CountingRule.allCases.map(\.rawValue))
        view.counting = CountingRule(rawValue: counting) ?? .reconciled
        return view
    }
}
