import TerminalUI

extension Model {
    /// Rows that one notch of the wheel moves.
    private static let wheelStep = 3

    mutating func handleMouse(_ mouse: Mouse, _ effects: inout [Effect]) {
        if themePicker != nil {
            switch mouse.kind {
            case .wheelUp: return moveThemeCursor(by: -1, &effects)
            case .wheelDown: return moveThemeCursor(by: 1, &effects)
            default: break
            }
        }
        switch mouse.kind {
        case .press(.left):
            grip = screen == .graph ? hold(at: mouse.position) : nil
            click(at: mouse.position, &effects)
        case .drag(.left): if screen == .graph { drag(to: mouse.position) }
        case .release: grip = nil
        case .wheelUp: if screen == .graph { panGraph(.up) } else { moveRows(by: -Model.wheelStep) }
        case .wheelDown: if screen == .graph { panGraph(.down) } else { moveRows(by: Model.wheelStep) }
        case .wheelLeft: panGraph(.left)
        case .wheelRight: panGraph(.right)
        case .press, .drag: break
        }
    }

    /// Acts on what was drawn under the pointer. A click on what is already selected opens it.
    private mutating func click(at point: Point, _ effects: inout [Effect]) {
        guard let target = hitTarget(at: point) else { return }
        if let picker = themePicker {
            // What lies beside the list is a preview; the footer's keys still are keys.
            switch target {
            case .theme(let index) where index == picker.cursor: perform(.open, &effects)
            case .theme(let index): moveThemeCursor(by: index - (picker.cursor ?? 0), &effects)
            case .action(let action): perform(action, &effects)
            case .selection, .minimap, .row, .column, .detailLink, .tableColumn, .version, .screen, .heatmapCell,
                .moment,
                .configLink, .sightList, .sightRow, .sightColumn:
                break
            }
            return
        }
        switch target {
        case .action(let action):
            prompt = nil
            perform(action, &effects)
        case .selection(let selected):
            if selection == selected, screen == .graph {
                perform(.open, &effects)
            } else {
                choose(selected)
            }
        case .minimap(let place): pan(to: place)
        case .row(let row):
            let isOpen = cursorRow == row
            if screen.isFlame { selectInFlame(row) } else { moveRows(by: row - cursorRow) }
            if isOpen { perform(.open, &effects) }
        case .column(let column):
            sort(byColumn: column)
        case .detailLink(let number):
            detail?.cursor = number
            openLink(&effects)
        case .tableColumn(let column): toggleColumn(column)
        case .configLink(let link):
            config.page?.link = link
            perform(.open, &effects)
        case .version(let index):
            guard canary?.phase == .editing else { return }
            canary?.edit.focus(on: index)
        case .theme: break
        case .screen(let screen):
            show(screen, &effects)
        case .heatmapCell(let cell):
            detail?.cell = cell
            openCell(&effects)
        case .sightList(let list): showList(list)
        case .sightRow(let list, let row): click(list: list, row: row, &effects)
        case .sightColumn(let list, let column):
            showList(list)
            sortList(list, byColumn: column)
        case .moment(let column): openMoment(column, &effects)
        }
    }

    private var cursorRow: Int {
        switch screen {
        case .services, .workloads, .edges: screen.table.map { tables[$0].state.cursor } ?? 0
        case .traces: traces?.table.cursor ?? 0
        case .waterfall: waterfall?.cursor ?? 0
        case .compare, .statistics: analysis?.table.cursor ?? 0
        case .flame: analysis?.flame?.cursor ?? 0
        case .config(.list): config.table.cursor
        case .config(.object): config.page?.cursor ?? 0
        case .config(.history): config.history?.table.cursor ?? 0
        case .graph, .detail, .canary, .help, .config(.change), .overview, .security, .mesh, .log: 0
        }
    }
}
