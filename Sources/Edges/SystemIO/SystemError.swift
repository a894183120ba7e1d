internal import CLinux

/// A system call that failed: which, on what, and why.
///
/// It prints as `bind 127.0.0.1:15001: address already in use`.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name of the call, `bind`.
    package let call: String
    /// The `errno` that it left, `EADDRINUSE`.
    package let code: CInt
    /// What it was called on: an address, a path, a program. Empty when there is nothing to name.
    package let subject: String

    package init(call: String, code: CInt, subject: String = "") {
        self.call = call
        self.code = code
        self.subject = subject
    }

    /// The reason alone, `address already in use`.
    package var reason: String { Self.reason(of: code) }

    package var description: String {
        subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)"
    }

    private static func reason(of code: CInt) -> String {
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer -> String in
            guard let start = buffer.baseAddress else { return "error \(code)" }
            start.initialize(repeating: 0, count: buffer.count)
            guard let text = meshtop_error_text(code, start, buffer.count) else { return "error \(code)" }
            return String(cString: text)
        }
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
