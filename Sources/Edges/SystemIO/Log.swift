internal import Glibc
internal import Quantities
internal import Synchronization

/// How much a log line matters.
package enum LogLevel: Int, Comparable, Sendable, CaseIterable {
    case trace, debug, info, warning, error

    package init?(_ name: String) {
        guard let level = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
        self = level
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// Writes log lines as logfmt to standard error:
///
///     time=2026-11-22T09:05:01.250Z level=warning subsystem=proxy message="upstream unreachable" address=127.0.1.7:8080
///
/// Messages are constant and facts are fields, so that lines can be counted and searched. Secrets and bodies never
/// belong in one. It is cheap to copy, and each line is one write, so that threads do not mix theirs.
package struct Log: Sendable {
    package let subsystem: String

    private let ownMinimum: LogLevel?

    /// - Parameter minimum: holds for this log, whatever the process's is.
    package init(subsystem: String, minimum: LogLevel? = nil) {
        self.subsystem = subsystem
        ownMinimum = minimum
    }

    /// Lines of the process below this level are not written. From any thread.
    package static var minimum: LogLevel {
        get { LogLevel(rawValue: threshold.load(ordering: .relaxed)) ?? .info }
        set { threshold.store(newValue.rawValue, ordering: .relaxed) }
    }

    private static let threshold = Atomic<Int>(LogLevel.info.rawValue)

    /// Facts of a line, in the order to print them.
    package typealias Fields = KeyValuePairs<String, any CustomStringConvertible>

    package func trace(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        write(.trace, message, fields)
    }

    package func debug(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        write(.debug, message, fields)
    }

    package func info(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        write(.info, message, fields)
    }

    package func warning(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        write(.warning, message, fields)
    }

    package func error(_ message: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        write(.error, message, fields)
    }

    private func write(_ level: LogLevel, _ message: StaticString, _ fields: () -> Fields) {
        guard level >= ownMinimum ?? Self.minimum else { return }
        var line = Self.line(level, subsystem, message, fields())
        line.withUTF8 { text in
            // A log that cannot be written has nobody to tell.
            _ = systemCall { Glibc.write(2, text.baseAddress, text.count) }
        }
    }

    /// The line as it is written, with its end.
    package static func line(
        _ level: LogLevel, _ subsystem: String, _ message: StaticString, _ fields: Fields
    ) -> String {
        var line = "time=\(SystemClock.wall().rfc3339) level=\(level) subsystem=\(subsystem) message="
        line += quoted(message.description)
        for (key, value) in fields { line += " \(key)=\(quoted(value.description))" }
        return line + "\n"
    }

    /// The value as it is when it is one plain word, otherwise in quotes with escapes: no value can forge a line.
    private static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
        if isPlain { return value }
        var quoted = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                quoted += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
