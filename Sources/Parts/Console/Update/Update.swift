import TerminalUI

/// Takes one event into the model and says what is to be done about it outside.
///
/// Pure: the same model and event always give the same model and effects.
package func update(_ model: inout Model, _ event: Event) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .input(let input):
        model.handle(input, &effects)
    case .clock(let now):
        model.now = now
        if let toast = model.toast, toast.end <= now { model.toast = nil }
        model.followControl(&effects)
    case .animate:
        if model.wantsAnimation { model.animationStep &+= 1 }
    case .snapshot(let snapshot):
        model.followGuards(snapshot, &effects)
        if model.isPaused {
            model.heldSnapshot = snapshot
        } else {
            model.show(snapshot)
            model.beginRecording(&effects)
        }
        model.followHistory(&effects)
        model.followTraces(&effects)
        model.followControl(&effects)
        model.openOverviewOfLargeMesh(&effects)
    case .trouble(let message):
        model.takeTrouble(message)
    case .slowLink:
        model.takeSlowLink()
    case .tracesFound(let question, let result):
        model.takeTraces(question: question, result, &effects)
    case .traceLoaded(let id, let result):
        model.takeTrace(id, result)
        model.takeTraceToLight(id, result, &effects)
    case .tracesLoaded(let question, let result):
        model.takeShelf(question: question, result)
        model.takeAnalysis(question: question, result)
    case .pastSeen(let question, let result):
        model.takePast(question: question, result, &effects)
        model.followHistory(&effects)
    case .historyFound(let question, let result):
        model.takeHistory(question, result, &effects)
    case .controlAnswered(let reports): model.takeControl(reports)
    case .cost(let cost):
        model.cost = cost
        model.refreshSights()
    case .themes(let list): model.takeThemes(list)
    case .themeShown(let name, let isKept):
        model.themeName = name
        if isKept { model.say(.success, "\(name) it is, the next time, too") }
    case .themeFailed(let reason): model.say(.failure, reason)
    case .configRead(let result): model.takeConfig(result)
    case .configHistoryRead(let key, let result): model.takeConfigHistory(key, result)
    case .configAnswered(let write, let dryRun, let outcome):
        model.takeConfigAnswer(write, dryRun: dryRun, outcome, &effects)
    case .configEdited(let result): model.takeEdited(result, &effects)
    case .saved(let path, let result): model.takeSaved(path, result)
    case .worded(let text):
        if let text { model.copy(text, as: "JSON", &effects) } else { model.say(.info, "that is not there any more") }
    case .weightsAnswered(let change, let dryRun, let outcome):
        model.takeWeightAnswer(change, dryRun: dryRun, outcome, &effects)
    }
    model.followConfig(&effects)
    // What is still being typed is no question yet.
    if model.prompt?.kind != .filter { model.askForOtherTraces(&effects) }
    return effects
}

extension Model {
    fileprivate mutating func handle(_ input: InputEvent, _ effects: inout [Effect]) {
        switch input {
        case .key(let key):
            mayOpenOverview = false
            if prompt != nil {
                handlePromptKey(key, &effects)
            } else if let command = keyMap.command(for: key.name, in: context) {
                perform(command.action, &effects)
            }
        case .paste(let text):
            // Pasted text goes into a prompt or nowhere: it must never run commands.
            if prompt != nil { editPrompt { $0.insert(text) } }
        case .mouse(let mouse): handleMouse(mouse, &effects)
        case .resize(let size): resize(to: size)
        case .focus(let isFocused): self.isFocused = isFocused
        // The loop chooses the theme by it.
        case .background: break
        }
    }

    /// Says something at the bottom of the screen, and keeps it in the log.
    ///
    /// - Parameter detail: what follows in the log, where there is room.
    mutating func say(_ level: Toast.Level, _ text: String, detail: String = "") {
        toast = Toast(level, text, at: now)
        log.add(level, text + detail, by: level == .success ? .you : .console, at: now)
        refreshLog()
    }

    /// The mesh, or a part of it, cannot be asked, or can be again.
    fileprivate mutating func takeTrouble(_ message: String?) {
        guard message != trouble else { return }
        if let message {
            log.add(.failure, message, by: .console, at: now)
        } else if let trouble {
            log.add(.success, "over: \(trouble)", by: .console, at: now)
        }
        trouble = message
        refreshLog()
    }

    fileprivate mutating func takeSlowLink() {
        guard !isLinkSlow else { return }
        isLinkSlow = true
        guard isAnimated else { return }
        isAnimated = false
        say(.info, "the link to this terminal is slow: dots stand still; a moves them all the same")
    }

    private mutating func refreshLog() { if screen == .log { refreshSights() } }
}
