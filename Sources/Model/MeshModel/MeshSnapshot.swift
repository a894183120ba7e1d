package import Quantities

/// The mesh as it was seen at one moment: the graph, the sources it came from, and what is configured.
///
/// A value that is built once per tick and handed whole to whoever shows it. Structure and telemetry are versioned
/// apart: only a change of ``structureVersion`` may move a box on a screen.
package struct MeshSnapshot: Sendable {
    package var time: WallTime
    /// The window that rates and quantiles cover. Shorter than asked for while the history is young.
    package var window: Duration
    /// Grows whenever a node or edge appears or vanishes.
    package var structureVersion: UInt64
    /// Sorted by id.
    package var nodes: [MeshNode]
    /// Sorted by id.
    package var edges: [MeshEdge]
    /// Nodes that are drawn together, when that was asked for: sorted by kind, outermost last, then by id.
    package var boxes: [MeshBox]
    /// What the collector scrapes, up or down, sorted by address.
    package var targets: [ScrapeTarget]
    /// Services whose route splits traffic by weight, sorted by service.
    package var splits: [TrafficSplit]
    /// How the latency objectives stand, in the order they were written down; empty when there are none.
    package var objectives: [ObjectiveStatus] = []
    /// What was cut to stay within bounds, in words for people; empty when nothing was.
    package var notices: [String]

    package init(
        time: WallTime, window: Duration, structureVersion: UInt64 = 0, nodes: [MeshNode] = [], edges: [MeshEdge] = [],
        boxes: [MeshBox] = [], targets: [ScrapeTarget] = [], splits: [TrafficSplit] = [], notices: [String] = []
    ) {
        self.time = time
        self.window = window
        self.structureVersion = structureVersion
        self.nodes = nodes
        self.edges = edges
        self.boxes = boxes
        self.targets = targets
        self.splits = splits
        self.notices = notices
    }
}
