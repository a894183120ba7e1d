import CTerminal
import Glibc

/// Both ends of a pseudo terminal: the test is the terminal, the code under test the program.
final class PseudoTerminal {
    let master: CInt
    let slave: CInt

    init?(columns: Int = 80, rows: Int = 24) {
        var ends: (master: CInt, slave: CInt) = (-1, -1)
        guard meshtop_pty_open(&ends.master, &ends.slave) == 0 else { return nil }
        (master, slave) = ends
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
        resize(columns: columns, rows: rows)
    }

    deinit {
        close(master)
        close(slave)
    }

    func resize(columns: Int, rows: Int) {
        _ = meshtop_pty_resize(slave, CInt(columns), CInt(rows))
    }

    /// Types.
    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(master, bytes, bytes.count)
    }

    /// What the program has written since the last call.
    func output() -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(master, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether what is typed is echoed: the state of a shell, not of a console.
    var echoes: Bool { meshtop_terminal_echoes(slave) == 1 }
}
