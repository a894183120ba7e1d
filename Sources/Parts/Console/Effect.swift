package import MeshConfig
package import MeshModel
package import Quantities
package import TraceModel

/// What the update logic asks the loop to do. Answers come back as events.
package enum Effect: Hashable, Sendable {
    case findTraces(TraceQuery, question: Int)
    case loadTrace(TraceID)
    /// Several at once; those that are gone are left out.
    case loadTraces([TraceID], question: Int)
    case changeWeights(WeightChange, dryRun: Bool)
    /// Show the mesh as it was at that time.
    case seePast(WallTime, question: Int)
    case askHistory(HistoryQuestion)
    /// Read the configuration, unless it is still in that state.
    case readConfig(known: String?)
    case readConfigHistory(ConfigKey?)
    case writeConfig(ConfigWrite, dryRun: Bool)
    /// Give the terminal to the person's editor with that text.
    case editConfig(ConfigDraft)
    /// Remove a draft's file: the mesh has the text.
    case discardDraft(String)
    /// Ask the control planes how they are and what they know.
    case askControl
    case listThemes
    /// Draw with that theme, by name or path, until something else is chosen.
    case showTheme(String)
    /// Draw with it, and at the next start, too.
    case keepTheme(String)
    /// Make the graph of other nodes.
    case showGraph(GraphType)
    /// Write the screen, or the mesh that it shows, to a file.
    case save(ScreenExport)
    /// Put a text on the clipboard of whoever sits at the terminal.
    case copy(String)
    /// The same with a node or an edge in JSON.
    case copyJSON(Selection)
    /// Draw every cell anew, whatever the screen is thought to show.
    case repaint
    /// Make the terminal's sound: something needs a person now.
    case ring
    case suspend
    case quit
}
