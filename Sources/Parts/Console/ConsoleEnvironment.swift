package import MeshModel
package import TraceModel

/// What the console may ask of the world. Every closure is called on an effect thread and may block; its answer
/// comes back to the loop as an event.
package struct ConsoleEnvironment: Sendable {
    package var findTraces: @Sendable (TraceQuery) -> Result<[TraceSummary], ConsoleFailure>
    package var loadTrace: @Sendable (TraceID) -> Result<Trace, ConsoleFailure>
    /// Stores new weights, or with `dryRun` only asks whether they would be accepted.
    package var changeWeights: @Sendable (WeightChange, _ dryRun: Bool) -> WeightChangeOutcome
    /// Who remembers how the mesh was; nothing where nobody does.
    package var past: (any MeshPast)?
    /// Where the configuration is read and changed.
    package var config: any ConfigSource
    /// Makes the graph of other nodes from the next snapshot on.
    package var showGraph: @Sendable (GraphType) -> Void

    /// What the control planes say, those too that do not answer; empty when none is named.
    package var askControl: @Sendable () -> [ControlPlaneReport]

    package init(
        findTraces: @escaping @Sendable (TraceQuery) -> Result<[TraceSummary], ConsoleFailure>,
        loadTrace: @escaping @Sendable (TraceID) -> Result<Trace, ConsoleFailure>,
        changeWeights: @escaping @Sendable (WeightChange, _ dryRun: Bool) -> WeightChangeOutcome,
        past: (any MeshPast)? = nil, config: any ConfigSource = NoConfigSource(),
        showGraph: @escaping @Sendable (GraphType) -> Void = { _ in },
        askControl: @escaping @Sendable () -> [ControlPlaneReport] = { [] }
    ) {
        self.findTraces = findTraces
        self.loadTrace = loadTrace
        self.changeWeights = changeWeights
        self.past = past
        self.config = config
        self.showGraph = showGraph
        self.askControl = askControl
    }
}

/// Why something could not be had, in a sentence for people: what, where, and what to try.
package struct ConsoleFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package var message: String

    package init(message: String) {
        self.message = message
    }

    package var description: String { message }
}
