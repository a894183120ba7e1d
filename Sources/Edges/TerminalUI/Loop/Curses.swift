internal import CNcurses
internal import Glibc

/// ncurses for one terminal: terminfo's entry, and the line modes of a full-screen program.
///
/// ncurses keeps a buffer of what it would write – `newterm` already puts the way into the alternate screen there – and
/// empties it when it likes. Nothing but our frames may reach the terminal, so ncurses gets a descriptor of its own,
/// which leads to the terminal while modes are set and to nowhere from then on.
final class Curses {
    private let screen: OpaquePointer
    private let streams: [UnsafeMutablePointer<FILE>]
    private let terminal: CInt
    private var lineModes = termios()
    private var isOpen = true

    init(_ settings: TerminalSettings, input: CInt, output: CInt) throws(TerminalError) {
        guard let inward = fdopen(fcntl(input, F_DUPFD_CLOEXEC, 3), "r"),
            let outward = fdopen(fcntl(output, F_DUPFD_CLOEXEC, 3), "w")
        else {
            throw .system("dup: \(String(cString: strerror(errno)))")
        }
        streams = [inward, outward]
        terminal = output
        // The size comes from the terminal, not from LINES and COLUMNS that a parent once exported.
        use_env(false)
        use_tioctl(true)
        var opened: (name: String, screen: OpaquePointer)?
        for name in settings.names where opened == nil {
            opened = newterm(name, outward, inward).map { (name, $0) }
        }
        guard let opened else {
            for stream in streams { fclose(stream) }
            throw .unknownTerminal(settings.names.first ?? "")
        }
        screen = opened.screen
        cbreak()
        noecho()
        // Enter arrives as itself, and a line feed only moves down.
        nonl()
        tcgetattr(output, &lineModes)
        // Ctrl-S and Ctrl-Q are keys, not the brakes of a teletype.
        lineModes.c_iflag &= ~tcflag_t(IXON)
        let nowhere = Glibc.open("/dev/null", O_RDWR | O_CLOEXEC)
        if nowhere >= 0 {
            dup2(nowhere, fileno(outward))
            Glibc.close(nowhere)
        }
        for (capability, what) in [("cup", "move its cursor"), ("clear", "clear its screen")]
        where Terminfo.string(capability, 0, 0).isEmpty {
            close()
            throw .incapable(terminal: opened.name, lacks: what)
        }
    }

    /// Keys one by one, without echo.
    func setLineModes() {
        tcsetattr(terminal, TCSANOW, &lineModes)
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        delscreen(screen)
        for stream in streams { fclose(stream) }
    }
}
