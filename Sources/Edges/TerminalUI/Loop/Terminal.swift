internal import CTerminal
internal import Glibc

/// The terminal that the console draws on: entered when it is made, left by ``close()`` and on every way out, also on
/// fatal signals.
///
/// ncurses reads terminfo and sets the line modes; screens, keys and frames are ours. One per process, for one thread:
/// ncurses is not made for more, and signal handlers are the process's. Only ``waker`` may be used elsewhere.
package final class Terminal {
    /// How many cells there are now.
    package private(set) var size: Size
    package let depth: ColorDepth
    package let glyphs: GlyphSet
    /// Wakes ``run(handle:draw:)``.
    package let waker: Waker

    let options: TerminalOptions
    let signals: Waker
    private let capabilities: OutputCapabilities
    private let curses: Curses
    private let enterBytes: [UInt8]
    private let leaveBytes: [UInt8]
    var decoder: InputDecoder
    /// What the terminal shows; nothing when that is not known.
    private var shown: Frame?
    private var isOpen = false
    /// What was drawn so far.
    package private(set) var output = OutputCount()

    /// Takes over the terminal: raw keys, alternate screen, hidden cursor, mouse, focus and paste reports.
    package init(_ options: TerminalOptions = TerminalOptions()) throws(TerminalError) {
        guard isatty(options.input) == 1 else { throw .notATerminal("standard input") }
        guard isatty(options.output) == 1 else { throw .notATerminal("standard output") }
        let settings = try TerminalSettings(variable: Terminal.variable)
        self.options = options
        let isUTF8 = Terminal.chooseLocale()
        glyphs = options.glyphs ?? .of(settings.glyphs(isUTF8: isUTF8))
        waker = try Waker()
        signals = try Waker()
        guard meshtop_rescue_remember(options.output) == 0 else {
            throw .system("tcgetattr: \(String(cString: strerror(errno)))")
        }
        // Before ncurses, which would take the signals that it finds untaken.
        meshtop_signals_install(signals.descriptor)
        do throws(TerminalError) {
            curses = try Curses(settings, input: options.input, output: options.output)
        } catch {
            // ncurses may already have changed the line modes.
            meshtop_rescue_arm([], 0)
            meshtop_rescue_run()
            meshtop_signals_remove()
            throw error
        }
        depth = options.colorDepth ?? settings.depth(colors: Terminfo.number("colors"))
        capabilities = Terminfo.capabilities(depth: depth)
        decoder = InputDecoder(keys: Terminfo.keys())
        (enterBytes, leaveBytes) = Terminal.modes(options)
        size = Terminal.size(options.output)
        isOpen = true
        resume()
    }

    deinit { close() }

    /// Gives the terminal back as it was. A second call does nothing.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        meshtop_rescue_run()
        meshtop_signals_remove()
        curses.close()
    }

    /// Makes the terminal show `frame`, in one write, or none if it already does. Returns the bytes written, or nothing
    /// when the terminal is gone.
    func show(_ frame: Frame) -> Int? {
        var bytes = FrameDiff.bytes(from: shown, to: frame, capabilities: capabilities)
        shown = frame
        guard !bytes.isEmpty else { return 0 }
        let isSynchronized =
            switch options.synchronizedOutput {
            case .off: false
            case .on: true
            case .ask: decoder.hasSynchronizedOutput
            }
        if isSynchronized { bytes = Array("\u{1B}[?2026h".utf8) + bytes + Array("\u{1B}[?2026l".utf8) }
        output.frames += 1
        output.bytes += bytes.count
        return Terminal.writeAll(bytes, to: options.output) ? bytes.count : nil
    }

    /// Puts text on the clipboard, where the terminal allows it; what is too long stays away.
    func copy(_ text: String) {
        guard let bytes = Clipboard.sequence(text) else { return }
        _ = Terminal.writeAll(bytes, to: options.output)
    }

    func ring() { _ = Terminal.writeAll([0x07], to: options.output) }

    /// Forgets what is on the screen, so that the next frame is drawn whole.
    func forget() { shown = nil }

    /// Reads the size anew; returns it if it changed.
    func refreshSize() -> Size? {
        let now = Terminal.size(options.output)
        guard now != size else { return nil }
        size = now
        return now
    }

    /// Leaves the screen, stops the job, and comes back when it goes on.
    func suspend() {
        meshtop_rescue_run()
        meshtop_stop_job()
        resume()
    }

    /// Gives the terminal to whatever `borrower` starts on it, and takes it back when that returns.
    func lend(to borrower: () -> Void) {
        meshtop_rescue_run()
        meshtop_keyboard_ignore(1)
        borrower()
        meshtop_keyboard_ignore(0)
        resume()
    }

    /// Takes the terminal again after somebody else may have had it.
    func resume() {
        curses.setLineModes()
        enter()
    }

    private func enter() {
        shown = nil
        // Armed first: from the first byte on there is something to undo.
        leaveBytes.withUnsafeBufferPointer { _ = meshtop_rescue_arm($0.baseAddress, $0.count) }
        _ = Terminal.writeAll(enterBytes, to: options.output)
    }
}

/// Frames that changed anything, and the bytes that this took.
package struct OutputCount: Hashable, Sendable {
    package internal(set) var frames = 0
    package internal(set) var bytes = 0
}

extension Terminal {
    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Sets the locale; returns whether text goes out as UTF-8.
    private static func chooseLocale() -> Bool {
        func isUTF8() -> Bool { String(cString: nl_langinfo(CInt(CODESET))).uppercased() == "UTF-8" }
        let isInstalled = setlocale(LC_ALL, "") != nil
        if TerminalSettings.wantsUTF8Fallback(isInstalled: isInstalled, isUTF8: isUTF8(), variable: variable) {
            _ = setlocale(LC_CTYPE, "C.UTF-8")
        }
        return isUTF8()
    }

    /// What is written on the way in and on the way out.
    private static func modes(_ options: TerminalOptions) -> (enter: [UInt8], leave: [UInt8]) {
        func sequence(_ text: String) -> [UInt8] { [0x1B] + Array(text.utf8) }
        let hasTitle = !options.title.isEmpty && !Terminfo.string("tsl").isEmpty
        var enter = Terminfo.string("smcup")
        // The title is kept and set where the terminal has one.
        if hasTitle { enter += sequence("[22;0t") + sequence("]0;\(Width.truncated(options.title, to: 80))\u{7}") }
        enter += Terminfo.string("smkx") + Terminfo.string("civis") + Terminfo.string("rmam")
        enter += sequence("[?1004h") + sequence("[?2004h")
        // Presses, drags, and coordinates beyond column 223: asked for by number, whatever terminfo calls the mouse.
        if options.mouse { enter += sequence("[?1000h") + sequence("[?1002h") + sequence("[?1006h") }
        if options.synchronizedOutput == .ask { enter += sequence("[?2026$p") }
        // The kernel's console takes what begins with ] for a change of palette; screen has no answer.
        let name = variable("TERM") ?? ""
        if options.asksBackground, !name.hasPrefix("linux"), !name.hasPrefix("screen") {
            enter += sequence("]11;?\u{7}")
        }

        var leave: [UInt8] = []
        if options.synchronizedOutput != .off { leave += sequence("[?2026l") }
        leave += Terminfo.string("cnorm") + Terminfo.string("sgr0")
        if options.mouse { leave += sequence("[?1006l") + sequence("[?1002l") + sequence("[?1000l") }
        leave += sequence("[?1004l") + sequence("[?2004l")
        leave += Terminfo.string("rmkx") + Terminfo.string("smam")
        if hasTitle { leave += sequence("[23;0t") }
        // Without a screen of its own the console leaves an empty one behind, not half a picture.
        let hasOwnScreen = !Terminfo.string("smcup").isEmpty && !Terminfo.string("rmcup").isEmpty
        leave += Terminfo.string(hasOwnScreen ? "rmcup" : "clear")
        return (enter, leave)
    }

    private static func size(_ descriptor: CInt) -> Size {
        var columns: CInt = 0
        var rows: CInt = 0
        if meshtop_terminal_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0 {
            // No screen is larger; a number that lies must not make us allocate gigabytes.
            return Size(width: min(Int(columns), 2_000), height: min(Int(rows), 1_000))
        }
        let (width, height) = (Terminfo.number("cols"), Terminfo.number("lines"))
        return width > 0 && height > 0 ? Size(width: width, height: height) : Size(width: 80, height: 24)
    }

    /// Writes everything, usually at one go; false when the terminal is gone.
    private static func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            }
            if count >= 0 {
                done += count
            } else if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waiting, 1, 1_000)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
