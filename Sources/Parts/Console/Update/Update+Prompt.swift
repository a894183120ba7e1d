import MeshModel
import TerminalUI

extension Model {
    /// How many lines the history of a prompt keeps.
    static let historyLimit = 100

    mutating func openPrompt(_ kind: Prompt.Kind, _ effects: inout [Effect]) {
        // Their names are to be completed.
        if kind == .command, themes.isEmpty { effects.append(.listThemes) }
        toast = nil
        filterBeforePrompt = currentFilter
        let text =
            switch kind {
            case .filter: currentFilter
            case .find: graphFilter.findText
            case .hide: graphFilter.hideText
            case .command, .time, .confirmation: ""
            }
        if kind == .find || kind == .hide { filterBeforePrompt = text }
        prompt = Prompt(kind, text: text)
    }

    mutating func handlePromptKey(_ key: Key, _ effects: inout [Effect]) {
        guard let kind = prompt?.kind else { return }
        let history =
            switch kind {
            case .command: commandHistory
            case .filter, .find, .hide: filterHistory
            case .time: timeHistory
            case .confirmation: [String]()
            }
        switch key.name {
        case "esc", "ctrl+c", "ctrl+g":
            if kind.isFilter { applyFilter(filterBeforePrompt, kind) }
            if case .confirmation = kind { say(.info, "nothing was changed") }
            prompt = nil
        case "enter":
            submitPrompt(&effects)
        case "tab":
            if let completed = completion { editPrompt { $0.replace(with: completed) } }
        case "right":
            if let prompt, prompt.cursor == prompt.scalars.count, let completed = completion {
                editPrompt { $0.replace(with: completed) }
            } else {
                editPrompt { $0.moveCursor(by: 1) }
            }
        case "left": editPrompt { $0.moveCursor(by: -1) }
        case "home", "ctrl+a": editPrompt { $0.moveCursorToStart() }
        case "end", "ctrl+e": editPrompt { $0.moveCursorToEnd() }
        case "up", "ctrl+p": editPrompt { $0.recall(-1, from: history) }
        case "down", "ctrl+n": editPrompt { $0.recall(1, from: history) }
        case "backspace":
            if prompt?.scalars.isEmpty ?? true {
                if kind.isFilter { applyFilter("", kind) }
                prompt = nil
            } else {
                editPrompt { $0.deleteBackward() }
            }
        case "delete": editPrompt { $0.deleteForward() }
        case "ctrl+w": editPrompt { $0.deleteWord() }
        case "ctrl+u": editPrompt { $0.deleteToStart() }
        case "ctrl+z": effects.append(.suspend)
        case "ctrl+l": effects.append(.repaint)
        default:
            if let text = key.text { editPrompt { $0.insert(text) } }
        }
    }

    /// Changes what is typed; a filter acts at once.
    mutating func editPrompt(_ change: (inout Prompt) -> Void) {
        guard var edited = prompt else { return }
        change(&edited)
        prompt = edited
        if edited.kind.isFilter { applyFilter(edited.text, edited.kind) }
    }

    private mutating func applyFilter(_ text: String, _ kind: Prompt.Kind) {
        if kind == .find {
            findInGraph(text)
        } else if kind == .hide {
            hideInGraph(text)
        } else if screen == .graph {
            let wanted = text.lowercased()
            guard !wanted.isEmpty, let nodes = mesh?.snapshot.nodes else { return }
            if let found = nodes.first(where: { $0.title.lowercased().contains(wanted) }) { choose(.node(found.id)) }
        } else {
            setFilter(text)
        }
    }

    private mutating func submitPrompt(_ effects: inout [Effect]) {
        guard let submitted = prompt else { return }
        prompt = nil
        let text = submitted.text.trimmingSpaces()
        switch submitted.kind {
        case .filter:
            remember(text, in: \.filterHistory)
            if screen == .graph, !text.isEmpty { select(title: text) }
            if screen.isWaterfall, let first = waterfall?.matches.first {
                waterfall?.go(to: first)
                revealRows()
            }
        case .command:
            remember(text, in: \.commandHistory)
            run(text, &effects)
        case .find, .hide:
            remember(text, in: \.filterHistory)
            // What cannot be read is no wish.
            if graphFilter.problem != nil { say(.warning, graphFilter.problem ?? "") }
        case .time:
            remember(text, in: \.timeHistory)
            if !text.isEmpty { goTo(text: text, &effects) }
        case .confirmation(let change): confirm(change, typed: text, &effects)
        }
    }

    private mutating func remember(_ text: String, in history: WritableKeyPath<Model, [String]>) {
        guard !text.isEmpty else { return }
        self[keyPath: history].removeAll { $0 == text }
        self[keyPath: history].append(text)
        if self[keyPath: history].count > Model.historyLimit { self[keyPath: history].removeFirst() }
    }

    /// Runs a typed command: its name, and what follows the first space.
    private mutating func run(_ line: String, _ effects: inout [Effect]) {
        guard !line.isEmpty else { return }
        let parts = line.split(separator: " ", maxSplits: 1)
        let name = parts.first.map(String.init) ?? ""
        let argument = parts.count > 1 ? String(parts[1]).trimmingSpaces() : ""
        let matches = Command.valid(in: context).filter { $0.name.hasPrefix(name) }
        guard let command = Command.named(name, in: context) ?? (matches.count == 1 ? matches.first : nil) else {
            say(.warning, "no command is called “\(name)”; ? lists those that are valid here")
            return
        }
        guard command.contexts.contains(context) else {
            say(.warning, "“\(command.name)” does nothing here; ? lists what does")
            return
        }
        switch command.argument {
        case .none: break
        case .node where argument.isEmpty:
            return say(.warning, "\(command.name) what? For example: \(command.name) web")
        case .column where argument.isEmpty:
            return say(.warning, "\(command.name) which? For example: \(command.name) p99")
        case .label where argument.isEmpty:
            return say(.warning, "\(command.name) which? For example: \(command.name) p95")
        case .node, .column, .time, .theme, .expression, .label, .text: break
        }
        perform(command.action, argument: argument, &effects)
    }

    // MARK: Completion

    /// What the line would become with Tab: the whole text, or nothing when there is no suggestion.
    package var completion: String? {
        guard let prompt, prompt.kind == .command, prompt.cursor == prompt.scalars.count else { return nil }
        let text = prompt.text
        guard !text.isEmpty else { return nil }
        if let space = text.firstIndex(of: " ") {
            guard let command = Command.named(text[..<space], in: context) else { return nil }
            let words: [String]
            switch command.argument {
            case .node: words = mesh?.snapshot.nodes.map(\.title) ?? []
            case .column: words = screen.table?.columns.map(\.word) ?? []
            case .theme: words = themes.map(\.name)
            case .label: words = EdgeLabel.allCases.map(\.rawValue)
            case .none, .time, .expression, .text: return nil
            }
            let typed = text[text.index(after: space)...].lowercased()
            let word = words.first { $0.lowercased().hasPrefix(typed) && $0.count > typed.count }
            return word.map { "\(command.name) \($0)" }
        }
        return Command.valid(in: context).map(\.name).first { $0.hasPrefix(text) && $0 != text }
    }
}

extension String {
    func trimmingSpaces() -> String {
        var view = self[...]
        while view.first == " " { view.removeFirst() }
        while view.last == " " { view.removeLast() }
        return String(view)
    }
}
