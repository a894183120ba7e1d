import MeshConfig
import MeshModel
import Quantities

extension Model {
    // MARK: Ways in

    /// - Parameter filter: words that the objects' names, hosts or problems contain; empty leaves the filter as it is.
    mutating func showConfig(filter: String, _ effects: inout [Effect]) {
        config.concerning = nil
        if !filter.isEmpty { config.table.filter = filter }
        show(.config(.list), &effects)
        config.arrange()
        revealRows()
    }

    /// Opens the objects that concern what is selected.
    mutating func showConfigOfSubject(_ effects: inout [Effect]) {
        chooseRowUnderCursor()
        guard let service = subjectService else { return say(.info, "select a service first") }
        config.concerning = service
        config.table.filter = ""
        config.table.cursor = 0
        show(.config(.list), &effects)
        config.arrange()
        revealRows()
    }

    private var subjectService: ServiceName? {
        if case .detail(.service(let name)) = screen { return name }
        if let row = openTable?.rowUnderCursor, case .service(let name) = row.subject { return name }
        if let selectedEdge { return mesh?.node(selectedEdge.target)?.serviceName }
        return selectedNode?.serviceName
    }

    /// Brings the place that is now open up to date.
    mutating func enterConfig(_ place: ConfigPlace, _ effects: inout [Effect]) {
        switch place {
        case .list: config.arrange()
        case .object(let key):
            if config.page?.key != key { config.page = ConfigPageState(key: key) }
            config.layOutPage()
        case .history(let key):
            config.history = ConfigHistory(key: key)
            effects.append(.readConfigHistory(key))
        case .change: break
        }
        followConfig(&effects)
        revealRows()
    }

    // MARK: Staying up to date

    /// Asks whether anything has changed, once a second while one looks.
    mutating func followConfig(_ effects: inout [Effect]) {
        guard screen.configPlace != nil || screen.isDetail, !config.isAsked,
            config.nextQuestion.map({ $0 <= now }) ?? true
        else { return }
        config.isAsked = true
        effects.append(.readConfig(known: config.catalog?.revision))
    }

    mutating func takeConfig(_ result: Result<ConfigCatalog?, ConsoleFailure>) {
        config.isAsked = false
        switch result {
        case .success(let catalog):
            config.problem = nil
            // Who tells no revision is read whole each time: less often.
            let isCheap = (catalog ?? config.catalog)?.revision != nil
            config.nextQuestion = now.advanced(by: isCheap ? ConfigState.interval : ConfigState.patience)
            guard let catalog else { return }
            config.catalog = catalog
            config.arrange()
            config.layOutPage()
            revealRows()
        case .failure(let failure):
            // Said once; what was read before stays on the screen.
            if config.problem == nil, config.catalog != nil { say(.warning, failure.message) }
            config.problem = failure.message
            config.nextQuestion = now.advanced(by: ConfigState.patience)
        }
    }

    mutating func refreshConfig(_ effects: inout [Effect]) {
        config.nextQuestion = nil
        followConfig(&effects)
        if case .history(let key)? = screen.configPlace { effects.append(.readConfigHistory(key)) }
    }

    // MARK: Moving

    mutating func moveInConfig(by step: Int) {
        switch screen.configPlace {
        case .list: config.table.move(by: step, rows: config.shown.count)
        case .object:
            guard let page = config.openPage, let cursor = config.page?.cursor else { return }
            let row = min(max(0, cursor + step), max(0, page.rows.count - 1))
            config.page?.cursor = row
            config.page?.link = page.link(onRow: row)
        case .history:
            let rows = config.history?.steps?.count ?? 0
            config.history?.table.move(by: step, rows: rows)
        case .change:
            let last = max(0, (config.edit?.question?.diff.lines.count ?? 0) - listHeight)
            let offset = min(max(0, (config.edit?.offset ?? 0) + step), last)
            config.edit?.offset = offset
        case nil: break
        }
    }

    /// Scrolls as little as needed to show the cursor of the open place.
    mutating func revealConfig() {
        let height = listHeight
        switch screen.configPlace {
        case .list: config.table.reveal(rows: config.shown.count, height: height)
        case .object:
            guard let page = config.openPage, let state = config.page else { return }
            var table = TableState(sortColumn: 0, isDescending: false)
            (table.cursor, table.offset) = (state.cursor, state.offset)
            table.reveal(rows: page.rows.count, height: height)
            config.page?.cursor = table.cursor
            config.page?.offset = table.offset
        case .history:
            let rows = config.history?.steps?.count ?? 0
            config.history?.table.reveal(rows: rows, height: height)
        case .change, nil: break
        }
    }

    /// Enter: the object under the cursor, the marked reference, or the marked button.
    mutating func openInConfig(_ effects: inout [Effect]) {
        switch screen.configPlace {
        case .list:
            if let entry = config.entryUnderCursor { show(.config(.object(entry.key)), &effects) }
        case .object:
            guard let link = config.page?.link, let target = config.openPage?.target(of: link) else {
                return say(.info, "this line names no other object; Tab marks the next one that does")
            }
            show(.config(.object(target)), &effects)
        case .history:
            guard let step = config.history?.stepUnderCursor else { return }
            guard config.catalog?[step.key] != nil else { return say(.info, "\(step.key) is not there any more") }
            show(.config(.object(step.key)), &effects)
        case .change: answerConfig(apply: config.edit?.question?.isApplyMarked ?? false, &effects)
        case nil: break
        }
    }

    /// Marks the next reference, and goes to its line when it has one.
    mutating func markReference(step: Int) {
        guard let page = config.openPage, !page.links.isEmpty else { return say(.info, "no references either way") }
        let count = page.links.count
        let next = config.page?.link.map { ($0 + step + count) % count } ?? (step > 0 ? 0 : count - 1)
        config.page?.link = next
        if let row = page.links[next].row { config.page?.cursor = row }
        revealRows()
    }

    /// Goes to the next row that contains what was searched for.
    mutating func jumpToConfigMatch(step: Int) {
        guard let page = config.openPage, let state = config.page else { return }
        let matches = page.matches(state.search)
        guard let first = matches.first, let last = matches.last else {
            return say(.info, state.search.isEmpty ? "/ searches" : "“\(state.search)” stands nowhere in it")
        }
        let next =
            step > 0
            ? matches.first { $0 > state.cursor } ?? first : matches.last { $0 < state.cursor } ?? last
        goToConfigRow(next, in: page)
    }

    /// What is typed is looked for from where the cursor is.
    mutating func searchInConfig(_ text: String) {
        config.page?.search = text
        guard let page = config.openPage, let cursor = config.page?.cursor else { return }
        let matches = page.matches(text)
        if let next = matches.first(where: { $0 >= cursor }) ?? matches.first { goToConfigRow(next, in: page) }
    }

    private mutating func goToConfigRow(_ row: Int, in page: ConfigPage) {
        config.page?.cursor = row
        config.page?.link = page.link(onRow: row)
        revealRows()
    }

    // MARK: The table

    mutating func sortConfig(byColumn number: Int) {
        guard screen.isConfigList, let column = ConfigColumn(rawValue: number) else { return }
        config.table.sort(by: number, descendingFirst: column.isDescendingFirst)
        config.arrange()
        config.table.cursor = 0
        revealRows()
    }

    mutating func filterConfig(_ text: String) {
        config.table.filter = text
        config.arrange()
        revealRows()
    }

    // MARK: Ways out

    /// Shows the service that the object concerns on the graph.
    mutating func showConfigOnGraph(_ effects: inout [Effect]) {
        guard let entry = openEntry, let catalog = config.catalog else { return say(.info, "no object is selected") }
        let service = catalog.service(of: entry)
        let nodes = mesh?.snapshot.nodes ?? []
        // A host outside the mesh has no namespace there.
        let found = nodes.filter {
            $0.serviceName == service || $0.namespace.isEmpty && $0.serviceName?.name == service?.name
        }
        guard let busiest = found.max(by: { ($0.inbound?.rate ?? .zero) < ($1.inbound?.rate ?? .zero) }) else {
            let name = service.map { $0.namespace.isEmpty ? $0.name : $0.description }
            return say(
                .info, name.map { "\($0) is not on the graph: no request has been seen" } ?? "it concerns no service")
        }
        choose(.node(busiest.id))
        show(.graph, &effects)
    }

    /// The object that is open, or under the cursor of the table.
    var openEntry: ConfigEntry? {
        switch screen.configPlace {
        case .list: config.entryUnderCursor
        case .object(let key): config.catalog?[key]
        case .history(let key): key.flatMap { config.catalog?[$0] }
        case .change: config.edit.flatMap { config.catalog?[$0.draft.key] }
        case nil: nil
        }
    }

    mutating func showConfigHistory(_ effects: inout [Effect]) {
        let key: ConfigKey? = if case .object(let key)? = screen.configPlace { key } else { nil }
        show(.config(.history(key)), &effects)
    }

    mutating func takeConfigHistory(_ key: ConfigKey?, _ result: Result<[ConfigStep], ConsoleFailure>) {
        guard config.history?.key == key, config.history != nil else { return }
        switch result {
        case .success(let steps):
            config.history?.steps = steps
            config.history?.problem = nil
        case .failure(let failure): config.history?.problem = failure.message
        }
        revealRows()
    }
}
