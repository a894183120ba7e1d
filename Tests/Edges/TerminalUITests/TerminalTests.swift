import Glibc
import Quantities
import TestSupport
import Testing

@testable import TerminalUI

/// On a real pseudo terminal. Serialised: there is one environment and one set of signal handlers.
@Suite("The terminal", .serialized)
struct TerminalTests {
    private static func environment(term: String?, extra: [String: String] = [:]) {
        for name in ["COLORTERM", "NO_COLOR", "TERM"] { unsetenv(name) }
        setenv("LC_ALL", "C.UTF-8", 1)
        if let term { setenv("TERM", term, 1) }
        for (name, value) in extra { setenv(name, value, 1) }
    }

    private func open(_ pty: PseudoTerminal, _ change: (inout TerminalOptions) -> Void = { _ in }) throws -> Terminal {
        var options = TerminalOptions(framesPerSecond: 240, input: pty.slave, output: pty.slave)
        change(&options)
        return try Terminal(options)
    }

    private func picture(_ text: String) -> (Size) -> Frame {
        return { size in
            var frame = Frame(size: size)
            frame.put(text, at: .zero)
            return frame
        }
    }

    @Test
    func `it enters the alternate screen and gives everything back`() throws {
        TerminalTests.environment(term: "xterm-256color")
        let pty = try #require(PseudoTerminal())

        let terminal = try open(pty)
        let entered = pty.output()
        let echoedInside = pty.echoes
        terminal.close()
        terminal.close()
        let left = pty.output()

        for mode in ["?1049", "?1000", "?1002", "?1006", "?1004", "?2004"] {
            #expect(entered.contains("\u{1B}[\(mode)h"))
            #expect(left.contains("\u{1B}[\(mode)l"))
        }
        #expect(entered.contains("\u{1B}[?25l"))
        #expect(left.contains("\u{1B}[?25h") || left.contains("\u{1B}[?12l\u{1B}[?25h"))
        #expect(left.hasSuffix("\u{1B}[?1049l") || left.hasSuffix("\u{1B}[?1049l\u{1B}[23;0;0t"))
        #expect(!echoedInside)
        #expect(pty.echoes)
    }

    @Test
    func `it draws, decodes, and ends when told`() throws {
        TerminalTests.environment(term: "xterm-256color")
        let pty = try #require(PseudoTerminal(columns: 40, rows: 5))
        let terminal = try open(pty)
        _ = pty.output()
        var seen: [InputEvent] = []
        var steps = 0

        let end = terminal.run(
            handle: { turn in
                seen += turn.events
                steps += 1
                if steps == 1 { pty.type("\u{1B}[<0;3;2M\u{1B}[Aq") }
                let isDone = seen.contains(.key(Key(.character("q"))))
                return LoopRequest(needsFrame: true, action: isDone ? .finish : .proceed)
            }, draw: picture("hello mesh"))

        #expect(end == .finished)
        #expect(
            seen == [
                .resize(Size(width: 40, height: 5)), .mouse(Mouse(.press(.left), at: Point(x: 2, y: 1))),
                .key(Key(.up)),
                .key(Key(.character("q"))),
            ])
        #expect(pty.echoes)
    }

    @Test
    func `a frame is one write, and an unchanged frame none`() throws {
        TerminalTests.environment(term: "xterm-256color")
        let pty = try #require(PseudoTerminal())
        let terminal = try open(pty)
        _ = pty.output()
        let frame = picture("hello")(terminal.size)

        let first = terminal.show(frame)
        let firstText = pty.output()
        let second = terminal.show(frame)
        let secondText = pty.output()
        terminal.close()

        #expect(first == firstText.utf8.count)
        #expect(firstText.contains("hello"))
        #expect(second == 0)
        #expect(secondText == "")
    }

    @Test
    func `a lone escape is told within 50 ms`() throws {
        TerminalTests.environment(term: "xterm-256color")
        let pty = try #require(PseudoTerminal())
        let terminal = try open(pty)
        var typed: MonotonicTime?
        var taken: Duration?

        _ = terminal.run(
            handle: { turn in
                if typed == nil {
                    typed = turn.now
                    pty.type("\u{1B}")
                }
                if turn.events.contains(.key(Key(.escape))), let typed { taken = typed.duration(to: turn.now) }
                return LoopRequest(
                    needsFrame: false, timer: turn.now.advanced(by: .seconds(5)),
                    action: taken != nil || turn.isTimerDue ? .finish : .proceed)
            }, draw: picture(""))

        #expect(try #require(taken) >= .milliseconds(25))
        // A loaded machine may be late; a thousand milliseconds would be ncurses' default.
        #expect(try #require(taken) < .milliseconds(500))
    }

    @Test
    func `wakes, timers and resizes each make a turn`() throws {
        TerminalTests.environment(term: "xterm-256color")
        let pty = try #require(PseudoTerminal(columns: 80, rows: 24))
        let terminal = try open(pty)
        var log: [String] = []

        _ = terminal.run(
            handle: { turn in
                if turn.wasWoken { log.append("woken") }
                if turn.isTimerDue { log.append("timer") }
                for case .resize(let size) in turn.events { log.append("\(size.width)x\(size.height)") }
                switch log.count {
                case 1:
                    terminal.waker.wake()
                    terminal.waker.wake()
                case 2: return LoopRequest(needsFrame: false, timer: turn.now.advanced(by: .milliseconds(5)))
                case 3:
                    pty.resize(columns: 1, rows: 1)
                    kill(getpid(), SIGWINCH)
                    kill(getpid(), SIGWINCH)
                default: return LoopRequest(needsFrame: false, action: .finish)
                }
                return LoopRequest(needsFrame: true)
            }, draw: picture("tiny"))

        #expect(log == ["80x24", "woken", "timer", "1x1"])
    }

    @Test
    func `a storm of resizes ends with a picture of the last size`() throws {
        TerminalTests.environment(term: "xterm-256color")
        let pty = try #require(PseudoTerminal())
        let terminal = try open(pty)
        var random = SeededGenerator(seed: 12)
        var left = 300
        var told: [Size] = []
        var drawn: [Size] = []

        _ = terminal.run(
            handle: { turn in
                for case .resize(let size) in turn.events { told.append(size) }
                // Nobody reads a terminal faster than a person drags its corner.
                _ = pty.output()
                if left > 0 {
                    left -= 1
                    let size = Size(
                        width: left == 0 ? 61 : Int.random(in: 1...300, using: &random),
                        height: left == 0 ? 17 : Int.random(in: 1...100, using: &random))
                    pty.resize(columns: size.width, rows: size.height)
                    kill(getpid(), SIGWINCH)
                    if left.isMultiple(of: 3) { kill(getpid(), SIGWINCH) }
                } else if drawn.last == Size(width: 61, height: 17) {
                    return LoopRequest(needsFrame: false, action: .finish)
                }
                return LoopRequest(needsFrame: true, timer: turn.now.advanced(by: .milliseconds(1)))
            },
            draw: { size in
                drawn.append(size)
                return Frame(size: size)
            })

        #expect(told.last == Size(width: 61, height: 17))
        #expect(drawn.last == told.last)
        // Each picture is of a size that was told, and the storm was not answered picture by picture.
        #expect(Set(drawn.dropFirst()).isSubset(of: Set(told)))
        #expect(drawn.count <= told.count + 1)
    }

    @Test
    func `mouse, paste and focus arrive as what they are`() throws {
        TerminalTests.environment(term: "xterm-256color")
        let pty = try #require(PseudoTerminal())
        let terminal = try open(pty)
        _ = pty.output()
        pty.type("\u{1B}[<0;5;3M\u{1B}[<32;6;3M\u{1B}[<0;6;3m\u{1B}[<64;1;1M\u{1B}[I\u{1B}[O")
        pty.type("\u{1B}[200~:quit\nq\u{1B}[201~x")
        var events: [InputEvent] = []

        _ = terminal.run(
            handle: { turn in
                events += turn.events
                let isDone = events.contains(.key(Key(.character("x"))))
                return LoopRequest(needsFrame: true, action: isDone ? .finish : .proceed)
            }, draw: picture("x"))

        #expect(
            Array(events.dropFirst()) == [
                .mouse(Mouse(.press(.left), at: Point(x: 4, y: 2))), .mouse(Mouse(.drag(.left), at: Point(x: 5, y: 2))),
                .mouse(Mouse(.release(.left), at: Point(x: 5, y: 2))), .mouse(Mouse(.wheelUp, at: .zero)), .focus(true),
                .focus(false), .paste(":quit\nq"), .key(Key(.character("x"))),
            ])
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
    func `a signal ends the loop and the terminal is given back`(number: CInt) throws {
        TerminalTests.environment(term: "xterm-256color")
        let pty = try #require(PseudoTerminal())
        let terminal = try open(pty)

        let end = terminal.run(
            handle: { _ in
                kill(getpid(), number)
                return LoopRequest(needsFrame: true)
            }, draw: picture("x"))

        #expect(end == .signal(number))
        #expect(pty.echoes)
        #expect(pty.output().contains("\u{1B}[?1049l"))
    }

    @Test
    func `a borrower has the terminal to itself, and its keyboard's signals`() throws {
        TerminalTests.environment(term: "xterm-256color")
        // Lent on the loop's own thread, which is this one.
        nonisolated(unsafe) let pty = try #require(PseudoTerminal())
        let terminal = try open(pty)
        _ = pty.output()
        var steps = 0

        let end = terminal.run(
            handle: { _ in
                steps += 1
                var request = LoopRequest(needsFrame: true, timer: steps == 1 ? MonotonicTime(nanoseconds: 0) : nil)
                if steps == 1 {
                    request.borrower = {
                        #expect(pty.echoes)
                        #expect(pty.output().contains("\u{1B}[?1049l"))
                        // Twice: a second one in the loop's hands would end us at once.
                        for number in [SIGINT, SIGINT, SIGQUIT, SIGTSTP] { kill(getpid(), number) }
                    }
                } else {
                    request.action = .finish
                    #expect(!pty.echoes)
                    #expect(pty.output().contains("\u{1B}[?1049h"))
                }
                return request
            }, draw: picture("x"))

        #expect(end == .finished)
    }

    @Test
    func `a terminal that goes away ends the loop`() throws {
        TerminalTests.environment(term: "xterm-256color")
        var pty = PseudoTerminal()
        let slave = dup(try #require(pty).slave)
        let terminal = try Terminal(TerminalOptions(framesPerSecond: 240, input: slave, output: slave))

        let end = terminal.run(
            handle: { _ in
                pty = nil
                return LoopRequest(needsFrame: true)
            }, draw: picture("x"))

        #expect(end == .hangUp)
        close(slave)
    }

    @Test
    func `what cannot be drawn on is refused in words`() throws {
        let pty = try #require(PseudoTerminal())
        let file = Glibc.open("/dev/null", O_RDWR)
        defer { close(file) }
        func refusal(_ term: String?, input: CInt? = nil) -> TerminalError? {
            TerminalTests.environment(term: term)
            do throws(TerminalError) {
                let terminal = try Terminal(TerminalOptions(input: input ?? pty.slave, output: pty.slave))
                terminal.close()
                return nil
            } catch {
                return error
            }
        }

        #expect(refusal(nil) == .noTerminalName)
        #expect(refusal("dumb") == .incapable(terminal: "dumb", lacks: "move its cursor"))
        #expect(refusal("no-such-terminal") == .unknownTerminal("no-such-terminal"))
        #expect(refusal("xterm-256color", input: file) == .notATerminal("standard input"))
        #expect(refusal("xterm-ghostty") == nil)
        #expect(refusal("vt100") == nil)
        #expect(refusal("linux") == nil)
        #expect(refusal("screen") == nil)
        #expect(pty.echoes)
    }

    @Test
    func `colours follow the environment, and options win`() throws {
        let pty = try #require(PseudoTerminal())
        func depth(_ term: String, _ extra: [String: String] = [:], forced: ColorDepth? = nil) throws -> ColorDepth {
            TerminalTests.environment(term: term, extra: extra)
            let terminal = try open(pty) { $0.colorDepth = forced }
            defer { terminal.close() }
            return terminal.depth
        }

        #expect(try depth("xterm-256color") == .twoFiftySix)
        #expect(try depth("tmux-256color", ["COLORTERM": "truecolor"]) == .trueColor)
        #expect(try depth("linux") == .eight)
        #expect(try depth("vt100") == .mono)
        #expect(try depth("xterm-256color", ["NO_COLOR": "1"]) == .mono)
        #expect(try depth("xterm-256color", ["NO_COLOR": "1"], forced: .sixteen) == .sixteen)
    }

    @Test(arguments: ["xterm-256color", "linux", "vt100", "screen-256color", "tmux-256color", "rxvt", "ansi"])
    func `terminfo's strings draw what the frame says`(term: String) throws {
        TerminalTests.environment(term: term)
        let pty = try #require(PseudoTerminal(columns: 30, rows: 4))
        let terminal = try open(pty)
        _ = pty.output()
        var frame = Frame(size: terminal.size)
        frame.put("left", at: Point(x: 1, y: 1), style: Theme.dark.adapted(to: terminal.depth)[.failure])
        frame.put("right", at: Point(x: 20, y: 2), style: Theme.dark.adapted(to: terminal.depth)[.selection])

        _ = terminal.show(frame)
        let output = pty.output()
        terminal.close()

        #expect(output.contains("left"))
        #expect(output.contains("right"))
        #expect(output.contains("\u{1B}[2;2H"))
    }

    @Test(arguments: [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP])
    func `a fatal signal gives the terminal back and still kills`(number: CInt) async throws {
        let path = "/tmp/meshtop-rescue-\(getpid())-\(number)"
        defer { unlink(path) }

        await #expect(processExitsWith: .signal(number)) { [path = path as String, number] in
            TerminalTests.environment(term: "xterm-256color")
            let pty = try #require(PseudoTerminal())
            let terminal = try Terminal(TerminalOptions(input: pty.slave, output: pty.slave))
            // Somebody must hold the other end after this process is gone.
            _ = fcntl(pty.master, F_SETFL, 0)
            try TerminalTests.spawn("exec cat >\(path)", input: pty.master)
            _ = terminal.show(Frame(size: terminal.size))
            // To this thread, as a fault would be. abort() also lifts the mask that pool threads have.
            if number == SIGABRT { abort() }
            raise(number)
        }

        var text = ""
        _ = eventually {
            text = TerminalTests.contents(path)
            return text.contains("\u{1B}[?1049l")
        }
        #expect(text.contains("\u{1B}[?1049h"))
        #expect(text.contains("\u{1B}[?1049l"))
        #expect(text.contains("\u{1B}[?1006l"))
    }

    private static func spawn(_ script: String, input: CInt) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        var pid: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = (["sh", "-c", script] as [String]).map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        try #require(posix_spawn(&pid, "/bin/sh", &actions, nil, &arguments, nil) == 0)
    }

    private static func contents(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
