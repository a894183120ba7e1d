import MeshConfig
import MeshModel

extension Model {
    /// Opens the object's text in the person's editor; a text that is asked about, or that the mesh refused, is taken
    /// up again.
    mutating func editConfig(_ effects: inout [Effect]) {
        if screen.configPlace == .change {
            guard let edit = config.edit, let entry = openEntry else { return }
            if case .applying = edit.phase { return }
            // Made from the newest state this time: the difference then shows what it would undo of others' work.
            return effects.append(.editConfig(ConfigDraft(entry, text: edit.draft.text, path: edit.draft.path)))
        }
        guard let entry = openEntry else { return say(.info, "no object is selected") }
        guard requireWrite() else { return }
        effects.append(.editConfig(ConfigDraft(entry)))
    }

    mutating func takeEdited(_ result: Result<ConfigDraft, ConsoleFailure>, _ effects: inout [Effect]) {
        switch result {
        case .failure(let failure): say(.failure, failure.message)
        case .success(let draft):
            guard draft.text != draft.original else {
                say(.info, "nothing was changed")
                if screen.configPlace == .change { leaveChange(&effects) }
                return
            }
            check(ConfigEdit(draft: draft), &effects)
        }
    }

    /// Asks the mesh whether it would take the change; the difference is that between what is stored and what would be.
    private mutating func check(_ edit: ConfigEdit, _ effects: inout [Effect]) {
        config.edit = edit
        show(.config(.change), &effects)
        effects.append(.writeConfig(edit.draft.write, dryRun: true))
    }

    mutating func takeConfigAnswer(
        _ write: ConfigWrite, dryRun: Bool, _ outcome: ConfigWriteOutcome, _ effects: inout [Effect]
    ) {
        // An answer to a change that was left meanwhile; what was stored is said all the same.
        let edit = config.edit?.draft.write == write ? config.edit : nil
        switch outcome {
        case .validated(let text, let notes):
            guard dryRun, let edit, edit.phase == .checking else { return }
            let diff = LineDiff(from: edit.draft.original, to: text)
            guard !diff.isEmpty else {
                say(.info, "the object says the same as before: there is nothing to store")
                discard(edit.draft, &effects)
                return leaveChange(&effects)
            }
            config.edit?.phase = .asking(ConfigEdit.Question(diff: diff, notes: notes))
        case .stored(_, let revision):
            guard !dryRun else { return }
            takeStored(write, edit, revision: revision, &effects)
        case .stale: refuse([ConfigFinding(staleWords(edit))], edit, dryRun: dryRun)
        case .refused(let findings): refuse(findings, edit, dryRun: dryRun)
        case .unreachable(let reason): refuse([ConfigFinding(reason)], edit, dryRun: dryRun)
        }
    }

    private mutating func takeStored(
        _ write: ConfigWrite, _ edit: ConfigEdit?, revision: String, _ effects: inout [Effect]
    ) {
        say(.success, "stored as revision \(revision); u puts back what was there")
        if let edit {
            if edit.isUndo, let last = config.stored.lastIndex(where: { $0.key == write.key }) {
                config.stored.remove(at: last)
            }
            config.stored.append(
                StoredConfig(
                    key: write.key, before: edit.draft.original, replaced: write.revision, revision: revision))
            if config.stored.count > ConfigState.undoLimit { config.stored.removeFirst() }
            discard(edit.draft, &effects)
            leaveChange(&effects)
        }
        refreshConfig(&effects)
    }

    private func staleWords(_ edit: ConfigEdit?) -> String {
        let rest =
            edit?.draft.path == nil ? "look, and decide again" : "e edits your text again, against what is stored now"
        return "not stored: somebody changed the object since it was read; \(rest)"
    }

    private mutating func refuse(_ findings: [ConfigFinding], _ edit: ConfigEdit?, dryRun: Bool) {
        if edit != nil { config.edit?.phase = .refused(findings) }
        if !dryRun || edit == nil { say(.failure, findings.first?.message ?? "the mesh refused the change") }
        // What it says now is needed for the next try.
        config.nextQuestion = nil
    }

    // MARK: The question

    mutating func markOtherConfigAnswer() {
        guard case .asking(var question)? = config.edit?.phase else { return }
        question.isApplyMarked.toggle()
        config.edit?.phase = .asking(question)
    }

    mutating func answerConfig(apply: Bool, _ effects: inout [Effect]) {
        guard let edit = config.edit else { return leaveChange(&effects) }
        if apply, case .asking(let question) = edit.phase {
            if mustConfirm(.config) { return }
            config.edit?.phase = .applying(question)
            return effects.append(.writeConfig(edit.draft.write, dryRun: false))
        }
        if case .applying = edit.phase { return }
        guard !apply else { return }
        if let path = edit.draft.path {
            say(.info, "not stored; your text is in \(path)")
        } else {
            say(.info, "nothing was stored")
        }
        leaveChange(&effects)
    }

    /// Goes back to where the change came from.
    private mutating func leaveChange(_ effects: inout [Effect]) {
        config.edit = nil
        guard screen.configPlace == .change else { return }
        let words = toast
        back(&effects)
        toast = words
        // There is nothing to go back to.
        if previousScreen?.configPlace == .change { previousScreen = nil }
    }

    private mutating func discard(_ draft: ConfigDraft, _ effects: inout [Effect]) {
        if let path = draft.path { effects.append(.discardDraft(path)) }
    }

    // MARK: Undo

    /// Puts back the text from before the last change from here, of the open object or of any; in the history, from
    /// before the chosen step.
    mutating func askToUndoConfig(_ effects: inout [Effect]) {
        guard requireWrite() else { return }
        if case .history? = screen.configPlace { return askToUndoStep(&effects) }
        let key: ConfigKey? = if case .object(let key)? = screen.configPlace { key } else { nil }
        guard let last = config.stored.last(where: { key == nil || $0.key == key }) else {
            return say(.info, "nothing to undo: no change was made from here; h shows those of others")
        }
        undo(to: last.before, of: last.key, known: last, &effects)
    }

    private mutating func askToUndoStep(_ effects: inout [Effect]) {
        guard let step = config.history?.stepUnderCursor else { return }
        guard let before = step.before else {
            return say(.info, "the object was made then: there is no text from before")
        }
        undo(to: before, of: step.key, known: nil, &effects)
    }

    private mutating func undo(
        to text: String, of key: ConfigKey, known: StoredConfig?, _ effects: inout [Effect]
    ) {
        guard let entry = config.catalog?[key] else { return say(.info, "\(key) is not there any more") }
        if let known, entry.revision == known.replaced {
            return say(.info, "what was stored has not been read yet; try again at once")
        }
        check(ConfigEdit(draft: ConfigDraft(entry, text: text), isUndo: true), &effects)
    }
}
