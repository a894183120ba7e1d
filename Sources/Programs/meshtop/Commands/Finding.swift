import MeshModel
import Quantities

/// `--find` and `--hide`: what to mark in a graph and what to leave out.
struct Finding: Sendable {
    var find: FindExpression?
    var hide: FindExpression?
    /// Those of `--namespace`; nothing when all were asked for.
    private var namespaces: Set<String>?

    static let options = [
        Option(
            name: "--find", value: "EXPR", summary: "mark what this finds: “rt > 1000”, “! healthy”, “name = unknown”"),
        Option(name: "--hide", value: "EXPR", summary: "leave out what this finds: “healthy”, “rank > 2”"),
    ]

    /// - Throws: what is wrong with an expression, and below it the place.
    init(_ invocation: Invocation) throws(UsageError) {
        find = try Self.expression("--find", invocation)
        hide = try Self.expression("--hide", invocation)
        let namespaces = Set(invocation.allValues("--namespace"))
        if !namespaces.isEmpty { self.namespaces = namespaces }
    }

    fileprivate init() {}

    private static func expression(
        _ option: String, _ invocation: Invocation
    ) throws(UsageError) -> FindExpression? {
        guard let text = invocation.value(option) else { return nil }
        do {
            return try FindExpression(text)
        } catch {
            throw UsageError("\(option), \(error)", detail: error.underlined(in: text))
        }
    }

    var isActive: Bool { find != nil || hide != nil }

    /// Idle nodes are asked about: the collector must keep them.
    var wantsIdle: Bool { [find, hide].contains { $0?.displayNeeds.contains(.idleNodes) ?? false } }

    func look(at snapshot: MeshSnapshot) -> Found {
        let facts = FindFacts(namespaces: namespaces)
        return Found(finding: self, result: FindResult(snapshot, find: find, hide: hide, facts: facts))
    }
}

/// What was asked for, and what of it there is.
struct Found: Sendable {
    var finding: Finding
    var result: FindResult

    /// Nothing was asked for.
    static let nothing = Found(
        finding: Finding(), result: FindResult(MeshSnapshot(time: WallTime(nanosecondsSinceEpoch: 0), window: .zero)))

    /// Whether a node was found; nothing when none was looked for.
    func marks(_ node: MeshNode.ID) -> Bool? { finding.find.map { _ in result.foundNodes.contains(node) } }

    func marks(_ edge: MeshEdge.ID) -> Bool? { finding.find.map { _ in result.foundEdges.contains(edge) } }

    /// Says on standard error how much was found and hidden, and what nobody could tell.
    func tell() {
        if finding.find != nil {
            let (nodes, edges) = (result.foundNodes.count, result.foundEdges.count)
            complain("\(result.foundCount) found: \(Self.count(nodes, edges))")
        }
        if finding.hide != nil {
            let (nodes, edges) = (result.hiddenNodes.count, result.hiddenEdges.count)
            complain("\(result.hiddenCount) hidden: \(Self.count(nodes, edges))")
        }
        for fact in result.unknownFacts {
            complain("\(fact.name) is not known here; it left open \(Self.count(fact.nodes, fact.edges))")
        }
    }

    private static func count(_ nodes: Int, _ edges: Int) -> String {
        "\(nodes) \(nodes == 1 ? "node" : "nodes"), \(edges) \(edges == 1 ? "edge" : "edges")"
    }
}
