import Foundation
import Testing

/// A terminal that a test types into and reads.
final class TmuxTerminal {
    private let name = "meshtop-test-\(UInt32.random(in: 0 ... .max))"
    /// tmux's server; not the one it would start by itself, which would outlive tests that are killed.
    private let server: Companion

    /// Starts a command in a terminal that stays when the command has left, and says how it left. What it keeps for the
    /// next time goes beside `log`, so that no test finds what another one left.
    init(columns: Int, rows: Int, running words: [String], log: String) throws {
        server = try Companion(
            ["env", "LC_ALL=C.UTF-8", "tmux", "-f", "/dev/null", "-L", name, "-D"], log: log)
        let command = words.map { "'\($0)'" }.joined(separator: " ")
        try eventually("a terminal", within: 10) {
            let result = try tmux([
                "new-session", "-d", "-s", "test", "-x", String(columns), "-y", String(rows),
                "XDG_STATE_HOME='\(log).state' TERM=xterm-256color \(command); echo left with $?; exec cat",
            ])
            return result.status == 0
        }
    }

    /// - Parameter key: `q`, `Enter`, `Escape`.
    func press(_ key: String) throws {
        let result = try tmux(["send-keys", "-t", "test", key])
        try #require(result.status == 0, "\(result.errors)")
    }

    func type(_ text: String, thenKey key: String) throws {
        try #require(try tmux(["send-keys", "-t", "test", "-l", text]).status == 0)
        try press(key)
    }

    func screen() throws -> String {
        try tmux(["capture-pane", "-p", "-t", "test"]).output
    }

    /// Waits until the screen shows something.
    func await(_ what: String, _ pattern: String) throws {
        let regex = try Regex(pattern)
        var last = ""
        let deadline = Clock.now + 10_000_000_000
        while Clock.now < deadline {
            last = try screen()
            if last.contains(regex) { return }
            Clock.pause(milliseconds: 20)
        }
        throw MeshTestFailure("\(what) (\(pattern)) did not appear; the screen was:\n\(last)")
    }

    /// Where the program may leave its traces: alternate screen, cursor, mouse reports, keypad.
    func modes() throws -> String {
        let flags = "alternate #{alternate_on} cursor #{cursor_flag} mouse #{mouse_any_flag} keypad #{keypad_flag}"
        return try tmux(["display-message", "-p", "-t", "test", flags]).output
    }

    func end() {
        server.end()
    }

    private func tmux(_ words: [String]) throws -> CommandResult {
        try run("env", ["LC_ALL=C.UTF-8", "tmux", "-N", "-L", name] + words)
    }
}
