/// One thing that `meshtop` can be asked to do. The table of all of them feeds parsing, `--help` and the errors.
struct Command: Sendable {
    /// The word that calls it; empty for the console, which needs none.
    var name: String
    /// What may follow the name, `[SERVICE [SUBSET=N …]]`; empty when nothing may.
    var operands: String = ""
    /// One line, for the list of commands.
    var summary: String
    /// What a person wants to know before using it.
    var discussion: String = ""
    var options: [Option] = []
    var run: @Sendable (Invocation) throws -> ExitCode
}

/// How a program ends.
struct ExitCode: Equatable, Sendable {
    var value: Int32

    static let success = ExitCode(value: 0)
    static let failure = ExitCode(value: 1)
    static let usage = ExitCode(value: 2)
}

/// A `--word`, with or without a value.
struct Option: Sendable {
    var name: String
    /// How the value is called in the help, `RPS`; none for a switch.
    var value: String?
    var summary: String
    var mayRepeat = false
}

/// What was typed, checked against the command's own options.
struct Invocation: Sendable {
    fileprivate(set) var command: Command
    fileprivate(set) var operands: [String] = []
    fileprivate var values: [String: [String]] = [:]

    func has(_ option: String) -> Bool { values[option] != nil }

    /// The last value given, as people expect of a flag typed twice.
    func value(_ option: String) -> String? { values[option]?.last }

    func allValues(_ option: String) -> [String] { values[option] ?? [] }

    /// The same, as if an option had been typed as well.
    func adding(_ option: String, _ value: String) -> Invocation {
        var invocation = self
        invocation.values[option, default: []].append(value)
        return invocation
    }
}

/// A command line that cannot be understood: said on stderr, exit code 2.
struct UsageError: Error {
    var message: String
    /// Lines to print below it as they are: what was typed, and where it is wrong.
    var detail: String?

    init(_ message: String, detail: String? = nil) {
        self.message = message
        self.detail = detail
    }
}

/// Something that did not work: said on stderr, exit code 1.
struct CommandFailure: Error, CustomStringConvertible {
    var message: String

    var description: String { message }

    init(_ message: String) {
        self.message = message
    }
}

extension Invocation {
    /// Reads the words after the program's name. Options may stand anywhere, `--name value` or `--name=value`, and
    /// `--` ends them.
    init(words: [String], commands: [Command]) throws(UsageError) {
        guard let console = commands.first(where: { $0.name.isEmpty }) else {
            preconditionFailure("the table of commands has no console")
        }
        command = console
        var rest = words[...]
        if let first = rest.first, !first.hasPrefix("-") {
            guard let named = commands.first(where: { $0.name == first }) else {
                throw UsageError(Self.unknown("command", first, among: commands.map(\.name)))
            }
            command = named
            rest.removeFirst()
        }
        var isOptions = true
        while let word = rest.popFirst() {
            if isOptions, word == "--" {
                isOptions = false
            } else if isOptions, word.hasPrefix("-"), word != "-" {
                try readOption(word, rest: &rest)
            } else {
                operands.append(word)
            }
        }
        if let extra = operands.first, command.operands.isEmpty {
            throw UsageError(
                command.name.isEmpty
                    ? "“\(extra)” is not an option of meshtop" : "meshtop \(command.name) takes no “\(extra)”")
        }
    }

    private mutating func readOption(_ word: String, rest: inout ArraySlice<String>) throws(UsageError) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let options = command.options + Option.everywhere
        guard let option = options.first(where: { $0.name == parts[0] }) else {
            throw UsageError(Self.unknown("option", parts[0], among: options.map(\.name)))
        }
        guard let expected = option.value else {
            guard parts.count == 1 else { throw UsageError("\(option.name) takes no value") }
            values[option.name, default: []].append("")
            return
        }
        guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
            throw UsageError("\(option.name) wants \(expected) after it")
        }
        values[option.name, default: []].append(value)
    }

    private static func unknown(_ kind: String, _ word: String, among known: [String]) -> String {
        let nearest = known.filter { !$0.isEmpty }
            .map { (name: $0, distance: editDistance($0, word)) }
            .min { $0.distance < $1.distance }
        let hint = nearest.flatMap { $0.distance <= 2 ? "; did you mean \($0.name)?" : nil } ?? ""
        return "“\(word)” is not \(kind == "option" ? "an option here" : "a command")\(hint)"
    }
}

extension Option {
    static let everywhere = [
        Option(name: "--help", summary: "what this does and how"),
        Option(name: "--version", summary: "which meshtop this is"),
    ]
}

/// How many letters must be changed, added or left out to turn one word into the other.
private func editDistance(_ left: String, _ right: String) -> Int {
    let target = Array(right.unicodeScalars.prefix(64))
    var row = Array(0...target.count)
    for (index, scalar) in left.unicodeScalars.prefix(64).enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in target.indices {
            let substitution = diagonal + (target[column] == scalar ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(substitution, row[column] + 1, diagonal + 1)
        }
    }
    return row[target.count]
}
