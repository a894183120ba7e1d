import Console
import MeshModel
import Quantities
import SystemIO
import TerminalUI

/// `meshtop --once SCREEN`: what the console would show, printed instead.
struct OneScreen {
    static let options = [
        Option(
            name: "--once", value: "COMMANDS",
            summary: "print a screen and leave: graph, services, “edges; sort p95” – any commands that : takes"),
        Option(name: "--size", value: "WxH", summary: "of the printed screen, in characters (default 120x40)"),
        Option(name: "-o", value: "FORMAT", summary: "of the printed screen: text, ansi or svg (default text)"),
    ]
    /// Long enough for a rate; a person waits for it.
    static let window = Duration.seconds(10)

    private enum Format: String, CaseIterable {
        case text, ansi, svg
    }

    private let commands: [String]
    private let size: Size
    private let format: Format
    private let glyphs: GlyphSet
    private let isMono: Bool

    /// Nothing when the command line asks for the console itself.
    init?(_ invocation: Invocation) throws(UsageError) {
        guard let text = invocation.value("--once") else {
            for option in ["--size", "-o"] where invocation.has(option) {
                throw UsageError("\(option) is for a printed screen; say which with --once, as in --once graph")
            }
            return nil
        }
        commands = text.split(separator: ";").map { String($0.drop { $0 == " " }) }.filter { !$0.isEmpty }
        let named = invocation.value("--size") ?? "120x40"
        let sides = named.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard sides.count == 2, let width = sides[0], let height = sides[1], (1...1_000).contains(width),
            (1...1_000).contains(height)
        else { throw UsageError("--size wants WIDTHxHEIGHT in characters, 120x40, not “\(named)”") }
        size = Size(width: width, height: height)
        let word = invocation.value("-o") ?? "text"
        guard let format = Format(rawValue: word) else {
            let known = Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("-o wants one of \(known), not “\(word)”")
        }
        self.format = format
        glyphs = try GlyphOptions.asked(invocation).map { .of($0) } ?? .braille
        isMono = invocation.has("--mono")
    }

    /// The first snapshot whose window is full; the newest when that takes too long.
    func wait(for window: Duration, in mailbox: Mailbox<MeshSnapshot>, atMost patience: Duration) -> MeshSnapshot {
        let end = SystemClock.monotonic().advanced(by: window + patience)
        while true {
            let snapshot = mailbox.take()
            if snapshot.window >= window - .milliseconds(50) || SystemClock.monotonic() >= end { return snapshot }
        }
    }

    func show(
        _ snapshot: MeshSnapshot, _ options: ConsoleOptions, _ environment: ConsoleEnvironment
    ) throws -> ExitCode {
        let frame: Frame
        do throws(ConsoleFailure) {
            frame = try consoleFrame(
                options: options, environment: environment, snapshot: snapshot, commands: commands, size: size,
                depth: isMono || format == .text ? .mono : .trueColor, glyphs: glyphs)
        } catch {
            throw CommandFailure("\(error.message)")
        }
        let text =
            switch format {
            case .text: frame.plainText
            case .ansi: frame.ansiText
            case .svg: frame.svg(title: "meshtop \(options.source)", base: options.themes.start.theme[.canvas])
            }
        print(text, terminator: "")
        return .success
    }
}
