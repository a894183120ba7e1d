package import MeshConfig
package import MeshModel
package import Quantities
package import TerminalUI
package import TraceModel

/// Everything that can happen to the console.
package enum Event: Sendable {
    /// From the terminal: keys, mouse, pasted text, a new size, focus.
    case input(InputEvent)
    /// The wall clock, read by the loop before it handles other events.
    case clock(WallTime)
    /// Time for the next picture of the moving dots.
    case animate
    case snapshot(MeshSnapshot)
    /// Why there is no fresh snapshot, in words; nothing when all is well again.
    case trouble(String?)
    /// The terminal takes frames more slowly than they are made.
    case slowLink
    case tracesFound(question: Int, Result<[TraceSummary], ConsoleFailure>)
    case traceLoaded(TraceID, Result<Trace, ConsoleFailure>)
    /// The traces that are still there, in the order in which they were asked for.
    case tracesLoaded(question: Int, Result<[Trace], ConsoleFailure>)
    case pastSeen(question: Int, Result<MeshSnapshot, MeshPastFailure>)
    case historyFound(HistoryQuestion, Result<[TrafficSummary?], MeshPastFailure>)
    /// All themes there are.
    case themes([ThemeEntry])
    /// Another theme is drawn with now, or the same anew; kept when the next start will show it, too.
    case themeShown(String, isKept: Bool)
    /// Why a theme cannot be shown or kept, in words.
    case themeFailed(String)
    /// The configuration; nothing when it has not changed.
    case configRead(Result<ConfigCatalog?, ConsoleFailure>)
    case configHistoryRead(ConfigKey?, Result<[ConfigStep], ConsoleFailure>)
    case configAnswered(ConfigWrite, dryRun: Bool, ConfigWriteOutcome)
    /// The person is back from the editor.
    case configEdited(Result<ConfigDraft, ConsoleFailure>)
    /// A file was written, of so many bytes.
    case saved(String, Result<Int, ConsoleFailure>)
    /// What is to be copied, in words; nothing when it is not there any more.
    case worded(String?)
    /// What every control plane said that was named; nothing when they could not be asked this time.
    case controlAnswered([ControlPlaneReport]?)
    /// What this process uses now.
    case cost(ConsoleCost)
    case weightsAnswered(WeightChange, dryRun: Bool, WeightChangeOutcome)
}
