import MeshModel

extension Model {
    /// Does what a key, a typed command or a click asks for, on the screen that is open.
    mutating func perform(_ action: Action, argument: String = "", _ effects: inout [Effect]) {
        if performInPicker(action, &effects) { return }
        switch action {
        case .move(let direction): move(direction)
        case .pan(let direction): panGraph(direction)
        case .page(let direction): moveRows(by: (direction == .up ? -1 : 1) * max(1, listHeight - 1))
        case .goToStart: goToEnd(first: true)
        case .goToEnd: goToEnd(first: false)
        case .nextEdge: selectEdge(step: 1)
        case .previousEdge: selectEdge(step: -1)
        case .open: open(&effects)
        case .back: back(&effects)
        case .previousScreen: if let previousScreen { show(previousScreen, &effects) }
        case .showGraph: show(.graph, &effects)
        case .showTable(let kind): show(kind.screen, &effects)
        case .showSight(let sight): show(sight.screen, &effects)
        case .nextList(let step): showNextList(step)
        case .showTraces: showTraces(&effects)
        case .showDetail: showDetail(&effects)
        case .nextSpan: chooseSpan(&effects)
        case .showCanary: showCanary(&effects)
        case .showHelp: show(.help(context), &effects)
        case .promptCommand: openPrompt(.command, &effects)
        case .promptFilter: openPrompt(.filter, &effects)
        case .find: if argument.isEmpty { openPrompt(.find, &effects) } else { findInGraph(argument) }
        case .hide: if argument.isEmpty { openPrompt(.hide, &effects) } else { hideInGraph(argument) }
        case .toggleUnhealthyOnly: toggleUnhealthyOnly()
        case .toggleIdle: toggleIdle()
        case .changeLabels(let step): changeLabels(step)
        case .setLabels: setLabels(named: argument)
        case .nextGraphType: changeGraphType(graphType.next, &effects)
        case .nextSort: sortByNextColumn()
        case .reverseSort: reverseSort()
        case .sortBy(let column): sort(by: column)
        case .sort: sort(named: argument)
        case .chooseColumns: chooseColumns()
        case .toggleMarkedColumn: toggleMarkedColumn()
        case .toggleColumn: toggleColumn(named: argument)
        case .toggleErrorsOnly: toggleErrorsOnly(&effects)
        case .nextFailingEdge: selectFailingEdge(step: 1)
        case .previousFailingEdge: selectFailingEdge(step: -1)
        case .toggleFollowing: toggleFollowing(&effects)
        case .nextTraceMode: changeTraceMode(&effects)
        case .markTrace: markTrace()
        case .lightTrace: lightTrace(&effects)
        case .save: save(to: argument, &effects)
        case .copyName: copyName(&effects)
        case .copyJSON: copyJSON(&effects)
        case .showConfig: showConfig(filter: argument, &effects)
        case .showConfigOfSubject: showConfigOfSubject(&effects)
        case .showConfigHistory: showConfigHistory(&effects)
        case .showConfigOnGraph: showConfigOnGraph(&effects)
        case .markReference(let step): markReference(step: step)
        case .editConfig: editConfig(&effects)
        case .undoConfig: askToUndoConfig(&effects)
        case .jump(_, let step) where screen.isConfigObject: jumpToConfigMatch(step: step)
        case .jump(let target, let step): jump(target, step: step)
        case .fold(let change): fold(change)
        case .zoom(let change): zoom(change)
        case .enterHeatmap: enterHeatmap()
        case .compareTraces: compareTraces(&effects)
        case .showFlame: showFlame(&effects)
        case .showStatistics: showStatistics(&effects)
        case .zoomFlame: zoomFlame()
        case .togglePause: togglePause()
        case .goLive: goLive()
        case .stepTime(let seconds): step(by: .seconds(seconds), &effects)
        case .goToTime: goTo(text: argument, &effects)
        case .togglePane:
            if screen == .traces { showsScatter.toggle() } else { showsPane.toggle() }
            revealRows()
            refit(mayMove: true)
        case .toggleAnimation:
            isAnimated.toggle()
            say(.info, isAnimated ? "moving dots on" : "moving dots off")
        case .toggleMinimap: showsMinimap.toggle()
        case .toggleFold: toggleFold()
        case .toggleAllFolds: toggleAllFolds()
        case .changeFocus: changeFocus()
        case .toggleDiff: toggleDiff()
        case .zoomGraph(let step): zoomGraph(step)
        case .center: centerSelection()
        case .layOut: layOutAnew()
        case .refresh: refresh(&effects)
        case .repaint: effects.append(.repaint)
        case .nextVersion: canary?.edit.focusNext()
        case .previousVersion: canary?.edit.focusNext(-1)
        case .moveWeight(let step): editWeights { $0.move(by: step) }
        case .setWeight(let percent): editWeights { $0.setFocused(to: percent) }
        case .equalWeights: editWeights { $0.makeEqual() }
        case .resetWeights: editWeights { $0.reset() }
        case .undo: askToUndo(&effects)
        case .setGuard: setGuard(argument)
        case .allowChanges(let allowed): allowChanges(allowed)
        case .answerYes where context == .configQuestion: answerConfig(apply: true, &effects)
        case .answerNo where context == .configQuestion: answerConfig(apply: false, &effects)
        case .otherAnswer where context == .configQuestion: markOtherConfigAnswer()
        case .answerYes: answer(apply: true, &effects)
        case .answerNo: answer(apply: false, &effects)
        case .otherAnswer: markOtherAnswer()
        case .select: select(title: argument)
        case .filter: setFilter(argument)
        case .theme: chooseTheme(argument, &effects)
        case .suspend: effects.append(.suspend)
        case .quit: effects.append(.quit)
        }
    }

    private mutating func move(_ direction: Direction) {
        if screen.isDetail, detail?.cell != nil { return moveCell(direction) }
        switch screen {
        case .graph: selectBox(direction)
        case .flame: moveInFlame(direction)
        case .services, .workloads, .edges, .detail, .traces, .waterfall, .compare, .statistics, .help, .config,
            .overview, .security, .mesh, .log:
            switch direction {
            case .up: moveRows(by: -1)
            case .down: moveRows(by: 1)
            case .left: if screen == .traces { moveInTime(-1) }
            case .right: if screen == .traces { moveInTime(1) }
            }
        case .canary:
            // Up and down choose the version; left and right are weights.
            if direction == .up { canary?.edit.focusNext(-1) }
            if direction == .down { canary?.edit.focusNext() }
        }
    }

    private mutating func open(_ effects: inout [Effect]) {
        switch screen {
        case .graph: if !unfoldSelection() { showDetail(&effects) }
        case .services, .workloads, .edges: showDetail(&effects)
        case .detail: if detail?.cell != nil { openCell(&effects) } else { openLink(&effects) }
        case .traces: openSelectedTrace(&effects)
        case .waterfall: fold(.toggle)
        case .flame: zoomFlame()
        case .compare, .statistics: openAnalysisRow(&effects)
        case .config: openInConfig(&effects)
        case .overview, .security, .mesh, .log: openListRow(&effects)
        case .help: break
        case .canary: if context == .question { answerMarked(&effects) } else { askToApply(&effects) }
        }
    }

    private mutating func goToEnd(first: Bool) {
        if screen == .graph {
            selectBox(first: first)
        } else {
            moveRows(by: first ? -Int(Int32.max) : Int(Int32.max))
        }
    }

    private mutating func refresh(_ effects: inout [Effect]) {
        switch screen {
        case .traces, .detail: askForTraces(&effects)
        case .waterfall(let id): effects.append(.loadTrace(id))
        case .compare, .flame, .statistics: loadAnalysis(&effects)
        case .config: refreshConfig(&effects)
        case .security, .mesh:
            control.asked = nil
            followControl(&effects)
        case .graph, .services, .workloads, .edges, .canary, .help, .overview, .log: break
        }
    }
}
