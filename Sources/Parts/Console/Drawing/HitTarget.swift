import TerminalUI

/// What a click on a cell means.
enum HitTarget: Hashable, Sendable {
    case action(Action)
    case selection(Selection)
    /// A place of the graph's picture, on its map.
    case minimap(Point)
    /// A row of the open table, counted from its first one.
    case row(Int)
    /// A column title, by the column's number.
    case column(Int)
    /// A line of a page, counted among those that lead somewhere.
    case detailLink(Int)
    /// A line of the list of columns.
    case tableColumn(TableColumn)
    /// A version on the canary screen.
    case version(Int)
    /// A theme of the picker, by its number.
    case theme(Int)
    case screen(Screen)
    /// The name of a list, one of its rows, one of its column titles.
    case sightList(SightList)
    case sightRow(SightList, Int)
    case sightColumn(SightList, Int)
    /// A cell of the page's heatmap, and one moment of its charts.
    case heatmapCell(HeatmapCell)
    case moment(Int)
    /// A reference of the open configuration object, by its number.
    case configLink(Int)
}
