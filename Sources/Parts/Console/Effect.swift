package import MeshModel
package import TraceModel

/// What the update logic asks the loop to do. Answers come back as events.
package enum Effect: Hashable, Sendable {
    case findTraces(TraceQuery, question: Int)
    case loadTrace(TraceID)
    case changeWeights(WeightChange, dryRun: Bool)
    /// Draw every cell anew, whatever the screen is thought to show.
    case repaint
    case suspend
    case quit
}
