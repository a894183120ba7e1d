import Glibc

/// Says a line on standard error, where words belong: standard output is for data.
func complain(_ line: String) {
    ask(line + "\n")
}

/// The same without ending the line: a question, or progress that is written over.
func ask(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let written = rest.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { return }
        rest = rest.dropFirst(written)
    }
}
