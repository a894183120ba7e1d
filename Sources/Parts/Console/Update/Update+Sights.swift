import MeshModel
import Quantities
import TerminalUI

extension Model {
    // MARK: Filling the lists

    /// Fills the lists of the open screen from what is known now.
    mutating func refreshSights() {
        guard let sight = screen.sight else { return }
        let signs = Signs(glyphs)
        for list in sight.lists { sights[list].refresh(sightRows(of: list, signs)) }
        revealSights()
    }

    private func sightRows(of list: SightList, _ signs: Signs) -> [SightRow] {
        switch list {
        case .services: return mesh.map { OverviewRows.services($0, signs) } ?? []
        case .movers:
            guard let mesh, let before = movers.before(mesh.snapshot) else { return [] }
            return OverviewRows.movers(mesh, before: before, signs)
        case .events: return OverviewRows.events(self, signs)
        case .edges: return mesh.map { SecurityRows.edges($0, signs) } ?? []
        case .namespaces: return mesh.map { SecurityRows.namespaces($0, signs) } ?? []
        case .identities: return mesh.map { SecurityRows.identities($0, signs) } ?? []
        case .certificates: return SecurityRows.certificates(self, signs)
        case .policies: return SecurityRows.policies(self, signs)
        case .proxies: return MeshRows.proxies(self, signs)
        case .targets: return MeshRows.targets(self, signs)
        case .controlPlanes: return MeshRows.controlPlanes(self, signs)
        case .cost: return MeshRows.cost(self, signs)
        case .log: return LogRows.rows(self, signs)
        }
    }

    /// Scrolls as little as needed to show the cursors.
    mutating func revealSights() {
        guard let layout = sightLayout else { return }
        for place in layout.places {
            sights[place.list].state.reveal(rows: sights[place.list].shown.count, height: place.rows.height)
        }
    }

    // MARK: Looking

    /// Remembers what a look brought, whichever screen is open.
    mutating func rememberLook() {
        guard let mesh, time.isLive else { return }
        events.see(mesh)
        movers.see(mesh.snapshot)
    }

    /// Opens the overview by itself when the mesh turns out to be too large for a picture, unless the person has
    /// done something already.
    mutating func openOverviewOfLargeMesh(_ effects: inout [Effect]) {
        guard mayOpenOverview, let nodes = mesh?.snapshot.nodes.count, nodes > Model.largeMesh else { return }
        mayOpenOverview = false
        if screens == [.graph], prompt == nil { show(.overview, &effects) }
    }

    /// Asks the control planes while somebody looks at what they say.
    mutating func followControl(_ effects: inout [Effect]) {
        let isLookedAt = screen == .mesh || screen == .security
        guard isLookedAt || isFollowingChange, !isRecording,
            control.isDue(at: now, every: isFollowingChange ? Model.followInterval : ControlState.interval)
        else { return }
        control.asked = now
        control.isAsking = true
        effects.append(.askControl)
    }

    mutating func takeControl(_ reports: [ControlPlaneReport]?) {
        control.take(reports)
        followChanges()
        refreshSights()
    }

    // MARK: Keys

    mutating func showNextList(_ step: Int) {
        guard let sight = screen.sight else { return }
        let lists = sight.lists
        let index = lists.firstIndex(of: sights[sight]) ?? 0
        sights[sight] = lists[(index + step + lists.count) % lists.count]
        revealSights()
    }

    mutating func showList(_ list: SightList) {
        guard let sight = screen.sight, sight.lists.contains(list) else { return }
        sights[sight] = list
        revealSights()
    }

    mutating func moveInList(by step: Int) {
        guard let list = openList else { return }
        let rows = sights[list].shown.count
        sights[list].state.move(by: step, rows: rows)
        revealSights()
    }

    mutating func openListRow(_ effects: inout [Effect]) {
        guard let list = openList, let row = sights[list].rowUnderCursor else { return }
        guard let subject = row.subject else {
            return say(
                .info,
                [.cost, .controlPlanes, .log].contains(list)
                    ? "there is no more to tell" : "its workload is not on the graph")
        }
        if case .node(let id) = subject, mesh?.node(id) == nil { return say(.info, "it is not there any more") }
        showDetail(of: subject, &effects)
    }

    mutating func click(list: SightList, row: Int, _ effects: inout [Effect]) {
        guard let sight = screen.sight else { return }
        let isOpen = sights[sight] == list && sights[list].state.cursor == row
        showList(list)
        moveInList(by: row - sights[list].state.cursor)
        if isOpen { openListRow(&effects) }
    }

    mutating func sortList(_ list: SightList, byColumn column: Int) {
        guard list.columns.indices.contains(column), !list.columns[column].title.isEmpty else {
            return sortListWorstFirst(list)
        }
        sights[list].state.sort(by: column, descendingFirst: list.columns[column].isNumeric)
        sights[list].arrange()
        revealSights()
    }

    mutating func sortListWorstFirst(_ list: SightList) {
        sights[list].state.sort(by: SightTable.worstFirst, descendingFirst: true)
        sights[list].arrange()
        revealSights()
    }

    /// The keys that sort tables sort the lists by what is nearest to their meaning.
    mutating func sortList(_ list: SightList, by column: TableColumn) {
        let titles = list.columns.map(\.title)
        let index: Int? =
            switch column {
            case .name: list.columns.firstIndex { !$0.isNumeric && !$0.title.isEmpty }
            case .rate: titles.firstIndex(of: "rate")
            case .errors: titles.firstIndex(of: "err")
            case .p95: titles.firstIndex(of: "p95")
            default: nil
            }
        if column == .health { return sortListWorstFirst(list) }
        guard let index else { return say(.info, "\(list.title) have no such column; s goes from one to the next") }
        sortList(list, byColumn: index)
    }

    mutating func sortListByNextColumn(_ list: SightList) {
        let columns = list.columns.indices.filter { !list.columns[$0].title.isEmpty }
        let next = columns.first { $0 > sights[list].state.sortColumn }
        if let next { sortList(list, byColumn: next) } else { sortListWorstFirst(list) }
    }
}
