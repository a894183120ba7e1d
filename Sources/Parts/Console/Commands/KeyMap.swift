import TerminalUI

/// Which key stands for which command: those of the table, but where a person wants others.
package struct KeyMap: Sendable {
    /// Keys that a person gives a command, instead of its own; none takes them all away.
    package struct Wish: Hashable, Sendable {
        package var command: String
        package var keys: [String]

        package init(command: String, keys: [String]) {
            self.command = command
            self.keys = keys
        }
    }

    /// A wish that cannot be granted, and why; the others are.
    package struct Problem: Hashable, Sendable {
        package var command: String
        package var text: String
    }

    /// Without these nobody gets out again, or finds anything.
    private static let needed = ["command", "help", "quit", "interrupt", "yes", "no", "back"]

    package private(set) var problems: [Problem] = []
    private var wishes: [String: [String]] = [:]
    private var table: [Context: [String: Command]]

    /// The table's own keys.
    package init() {
        table = Self.standard
    }

    /// - Parameter wishes: in the order in which they were written; a later one for the same command counts.
    package init(_ wishes: [Wish]) {
        self.init()
        for wish in wishes {
            if let text = Self.fault(of: wish) {
                problems.append(Problem(command: wish.command, text: text))
            } else {
                self.wishes[wish.command] = wish.keys
            }
        }
        table = Self.table { self.wishes[$0.name] ?? $0.keys }
        for conflict in conflicts() {
            problems.append(conflict)
            self.wishes[conflict.command] = nil
        }
        table = Self.table { self.wishes[$0.name] ?? $0.keys }
    }

    /// As they are shown: the first is the one to remember.
    func keys(of command: Command) -> [String] { wishes[command.name] ?? command.keys }

    /// The command a key stands for in `context`.
    func command(for key: String, in context: Context) -> Command? { table[context]?[key] }

    private static func fault(of wish: Wish) -> String? {
        guard Command.all.contains(where: { $0.name == wish.command }) else {
            let near = Command.all.map(\.name).first { $0.hasPrefix(wish.command) || wish.command.hasPrefix($0) }
            return "no command is called “\(wish.command)”"
                + (near.map { "; perhaps \($0) is meant" } ?? "; ? lists them all")
        }
        if wish.keys.isEmpty, needed.contains(wish.command) { return "without a key for it nobody gets on" }
        for key in wish.keys where Key.named(key) == nil {
            return "“\(key)” is no key; keys are called q, G, space, tab, enter, esc, up, pgdn, f5, ctrl+u, shift+tab"
        }
        return nil
    }

    /// Wishes for keys that another command has where both are valid. A command that has given its key away is no
    /// hindrance: only what is in force counts.
    private func conflicts() -> [Problem] {
        var found: [Problem] = []
        for (name, keys) in wishes.sorted(by: { $0.key < $1.key }) {
            guard let command = Command.all.first(where: { $0.name == name }) else { continue }
            let rivals = Command.all.filter { $0.name != name && !$0.contexts.isDisjoint(with: command.contexts) }
            for key in keys {
                guard let rival = rivals.first(where: { (wishes[$0.name] ?? $0.keys).contains(key) }) else { continue }
                found.append(
                    Problem(
                        command: name,
                        text: "\(key) already means “\(rival.name)” there; give that another key as well"))
                break
            }
        }
        return found
    }

    private static func table(_ keys: (Command) -> [String]) -> [Context: [String: Command]] {
        var table: [Context: [String: Command]] = [:]
        for command in Command.all {
            for context in command.contexts {
                // The first one wins; a test holds that no key is given twice in one context.
                for key in keys(command) where table[context]?[key] == nil {
                    table[context, default: [:]][key] = command
                }
            }
        }
        return table
    }

    private static let standard = table(\.keys)
}
