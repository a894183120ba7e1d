import Collector
import JSONWire
import MeshModel
import Quantities

extension Command {
    static let graph = Command(
        name: "graph", summary: "the traffic graph, once or again and again",
        discussion: "Scrapes the mesh's proxies for the length of the window, then prints what it saw.",
        options: Observation.options + GraphOptions.options + Finding.options + [
            Option(name: "--once", summary: "print one graph and leave (the default)"),
            Option(name: "--watch", summary: "print a graph every second until Ctrl-C"),
            DiffWindows.option,
            Option(name: "-o", value: "FORMAT", summary: "text, json, dot, mermaid, svg or kiali (default text)"),
        ]
    ) { invocation in
        if let text = invocation.value("--diff") {
            let format = try invocation.choice("-o", of: ["text", "json"])
            let diff = try DiffWindows(text).observe(invocation)
            print(format == "json" ? DiffOutput.json(diff).text : DiffOutput.text(diff))
            return .success
        }
        let format = try invocation.choice("-o", of: ["text", "json", "dot", "mermaid", "svg", "kiali"])
        let finding = try Finding(invocation)
        let grouping = try GraphOptions.grouping(invocation)
        if invocation.has("--watch") {
            try Observation.watch(
                invocation, window: try Observation.window(invocation), showsIdle: finding.wantsIdle
            ) {
                show($0, finding, grouping, as: format)
                return true
            }
        } else {
            show(try Observation.observe(invocation, showsIdle: finding.wantsIdle), finding, grouping, as: format)
        }
        return .success
    }

    private static func show(
        _ snapshot: MeshSnapshot, _ finding: Finding, _ grouping: GraphGrouping, as format: String
    ) {
        let found = finding.look(at: snapshot)
        print(render(snapshot.hiding(found.result), found, grouping, as: format))
        found.tell()
    }

    private static func render(
        _ snapshot: MeshSnapshot, _ found: Found, _ grouping: GraphGrouping, as format: String
    ) -> String {
        switch format {
        case "json": GraphJSON.document(snapshot, found).text
        case "dot": GraphDOT.document(snapshot)
        case "mermaid": GraphMermaid.document(snapshot)
        case "svg": GraphSVG.document(snapshot)
        case "kiali": GraphKiali(snapshot, grouping: grouping).document.text
        default: MeshTables.graph(snapshot, found)
        }
    }

    static let edges = Command(
        name: "edges", summary: "who calls whom: rate, errors and latency of every edge",
        options: Observation.options + Finding.options + [sortOption, tableFormat]
    ) { invocation in
        let format = try invocation.choice("-o", of: ["text", "json"])
        let order = try Sorting(invocation)
        let finding = try Finding(invocation)
        let snapshot = try Observation.observe(invocation, showsIdle: finding.wantsIdle)
        let found = finding.look(at: snapshot)
        let edges = snapshot.hiding(found.result).edges.sorted { order.isBefore($0.traffic, $1.traffic) }
        if format == "json" {
            print(GraphJSON.edges(edges, of: snapshot, found).text)
        } else {
            print(MeshTables.edges(edges, nodes: snapshot.nodes, found))
        }
        found.tell()
        return .success
    }

    static let services = nodes(
        "services", "what is called: rate, errors and latency of every service", type: "service")
    static let workloads = nodes("workloads", "what runs: rate, errors and latency of every workload", type: "workload")

    private static func nodes(_ name: String, _ summary: String, type: String) -> Command {
        let options = Observation.options.filter { $0.name != "--type" } + [sortOption, tableFormat]
        return Command(name: name, summary: summary, options: options) { invocation in
            let format = try invocation.choice("-o", of: ["text", "json"])
            let order = try Sorting(invocation)
            let snapshot = try Observation.observe(invocation.adding("--type", type))
            let nodes = snapshot.nodes.sorted { left, right in
                switch (left.inbound, right.inbound) {
                case (let left?, let right?): order.isBefore(left, right)
                case (_?, nil): true
                default: false
                }
            }
            if format == "json" {
                print(GraphJSON.nodes(nodes, of: snapshot, name: name).text)
            } else {
                print(MeshTables.nodes(nodes))
            }
            return .success
        }
    }

    private static let sortOption = Option(
        name: "--sort", value: "KEY", summary: "rate, errors, p50, p95 or p99 (default rate), largest first")
    private static let tableFormat = Option(name: "-o", value: "FORMAT", summary: "text or json (default text)")
}

/// In which order rows of traffic are printed.
private struct Sorting {
    private var key: String

    init(_ invocation: Invocation) throws(UsageError) {
        key = try invocation.choice("--sort", of: ["rate", "errors", "p50", "p95", "p99"])
    }

    func isBefore(_ left: TrafficSummary, _ right: TrafficSummary) -> Bool {
        value(left) > value(right)
    }

    private func value(_ traffic: TrafficSummary) -> Double {
        switch key {
        case "errors": traffic.errors?.value ?? -1
        case "p50": traffic.latency?.p50 ?? -1
        case "p95": traffic.latency?.p95 ?? -1
        case "p99": traffic.latency?.p99 ?? -1
        default: traffic.rate.value
        }
    }
}
