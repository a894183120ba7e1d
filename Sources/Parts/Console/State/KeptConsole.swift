package import GraphLayout
package import MeshModel

/// What the console keeps of one mesh from one run to the next: nothing that it knows of the mesh, all that the person
/// made of the screen.
package struct KeptConsole: Hashable, Sendable {
    package struct Table: Hashable, Sendable {
        /// The word of the column that sorts, ``TableColumn/word``.
        package var sort: String
        package var isDescending: Bool
        package var filter: String
        /// The words of the columns that are not shown.
        package var hidden: [String]

        package init(sort: String, isDescending: Bool, filter: String = "", hidden: [String] = []) {
            self.sort = sort
            self.isDescending = isDescending
            self.filter = filter
            self.hidden = hidden
        }
    }

    /// Where the boxes of the graph were.
    package struct Picture: Hashable, Sendable {
        /// Which of the styles it was drawn in, counted from the most generous.
        package var style: Int
        package var places: LayoutPlaces<MeshNode.ID>

        package init(style: Int, places: LayoutPlaces<MeshNode.ID>) {
            self.style = style
            self.places = places
        }
    }

    /// What was typed behind `:`, `/` and `t`, the newest last.
    package var commands: [String] = []
    package var filters: [String] = []
    package var times: [String] = []
    package var tables: [TableKind: Table] = [:]
    package var graphType = GraphType.versionedApp
    package var edgeLabel = EdgeLabel.none
    package var find = ""
    package var hide = ""
    package var isAnimated = true
    package var showsPane = true
    package var showsMinimap = true
    /// Nothing for a graph that nobody has seen, and for one of more nodes than can be drawn one by one.
    package var picture: Picture?

    package init() {}
}

extension Model {
    /// Beyond so many the picture is not kept: it is one of groups, and large.
    private static let mostKeptNodes = 1_000

    /// What is to be kept of this run.
    package var kept: KeptConsole {
        var kept = KeptConsole()
        kept.commands = commandHistory
        kept.filters = filterHistory
        kept.times = timeHistory
        for kind in TableKind.allCases {
            let table = tables[kind]
            kept.tables[kind] = .init(
                sort: table.sortColumn.word, isDescending: table.state.isDescending, filter: table.state.filter,
                hidden: TableColumn.allCases.filter { table.hidden.contains($0) }.map(\.word))
        }
        kept.graphType = graphType
        kept.edgeLabel = edgeLabel
        kept.find = graphFilter.findText
        kept.hide = graphFilter.hideText
        // A slow link is no wish of the person's.
        kept.isAnimated = isAnimated || isLinkSlow
        kept.showsPane = showsPane
        kept.showsMinimap = showsMinimap
        if let scene, scene.boxes.count <= Model.mostKeptNodes, edgeLabel == .none,
            let style = SceneStyle.all.firstIndex(of: scene.style)
        {
            kept.picture = .init(style: style, places: scene.layout.places)
        } else {
            kept.picture = keptPicture
        }
        return kept
    }

    /// Takes up what was kept of the last run. What no longer exists is passed over.
    ///
    /// - Parameter mayAnimate: whether dots may move at all.
    package mutating func restore(_ kept: KeptConsole, mayAnimate: Bool) {
        commandHistory = kept.commands.suffix(Model.historyLimit)
        filterHistory = kept.filters.suffix(Model.historyLimit)
        timeHistory = kept.times.suffix(Model.historyLimit)
        for (kind, table) in kept.tables {
            if let column = kind.columns.first(where: { $0.word == table.sort && $0.isSortable }) {
                tables[kind].state.sortColumn = column.rawValue
                tables[kind].state.isDescending = table.isDescending
            }
            tables[kind].state.filter = table.filter
            // A name is what a row is known by: it cannot be taken away.
            tables[kind].hidden = Set(
                kind.columns.filter {
                    ![.name, .source, .target].contains($0) && table.hidden.contains($0.word)
                })
        }
        graphType = kept.graphType
        edgeLabel = kept.edgeLabel
        graphFilter.setFind(kept.find)
        graphFilter.setHide(kept.hide)
        isAnimated = mayAnimate && kept.isAnimated
        showsPane = kept.showsPane
        showsMinimap = kept.showsMinimap
        keptPicture = kept.picture
    }
}
