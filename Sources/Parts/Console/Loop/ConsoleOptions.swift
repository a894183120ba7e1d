package import Quantities
package import TerminalUI

/// What the person asked of the console.
package struct ConsoleOptions: Sendable {
    /// What the header calls the mesh: `demo`, `127.0.0.1:15010`.
    package var source: String
    package var themes: ThemeOptions
    /// Whether dots of traffic move.
    package var animation: Bool
    /// Whether the mesh is a recorded one: see ``ConsoleEnvironment/past`` for its other moments.
    package var isRecording = false
    /// The moment of a recording to begin with; its end when there is none.
    package var moment: WallTime?
    package var terminal: TerminalOptions
    /// Whether the mesh may be changed from here before somebody says so.
    package var access = ChangeAccess(mayChange: false)
    /// A person's own keys.
    package var keyMap = KeyMap()
    /// What is wrong with what a person has written down, in sentences; told at the start.
    package var complaints: [String] = []
    /// Said at the start.
    package var greeting: String?
    /// What was kept of the last run.
    package var kept: KeptConsole?
    /// Called with what is to be kept of this one, when it ends.
    package var keep: (@Sendable (KeptConsole) -> Void)?
    /// For what leaves the console in a form for programs.
    package var words: MeshWords?

    package init(
        source: String, themes: ThemeOptions, animation: Bool = true, terminal: TerminalOptions = TerminalOptions()
    ) {
        self.source = source
        self.themes = themes
        self.animation = animation
        self.terminal = terminal
        self.terminal.asksBackground = themes.isAutomatic
        if self.terminal.title.isEmpty { self.terminal.title = "meshtop \(source)" }
    }
}
