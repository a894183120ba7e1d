import TerminalUI

/// Where the lists of a screen stand. Most screens show one at a time; the overview shows all where there is room.
struct SightLayout {
    struct Place {
        let list: SightList
        /// With the column titles, and in the overview with a heading.
        let area: Rect
        let rows: Rect
        let hasHeading: Bool
    }

    /// A line that tells everything at a glance; nothing on a low screen.
    let summary: Rect?
    /// The names of the lists; nothing where all of them are on the screen.
    let tabs: Rect?
    let places: [Place]

    init(_ sight: Sight, focus: SightList, body: Rect) {
        var rest = body
        if body.height >= 12 {
            summary = Rect(x: body.x, y: body.y, width: body.width, height: 1)
            rest = rest.inset(top: 1)
        } else {
            summary = nil
        }
        guard sight == .overview, body.height >= 18, body.width >= 60 else {
            tabs = Rect(x: rest.x, y: rest.y, width: rest.width, height: 1)
            let area = rest.inset(top: 1)
            places = [Place(list: focus, area: area, rows: area.inset(top: 1), hasHeading: false)]
            return
        }
        tabs = nil
        func place(_ list: SightList, _ area: Rect) -> Place {
            Place(list: list, area: area, rows: area.inset(top: 2), hasHeading: true)
        }
        let strip = min(14, max(6, rest.height / 4))
        let events = Rect(x: rest.x, y: rest.maxY - strip, width: rest.width, height: strip)
        let upper = rest.inset(bottom: strip)
        if rest.width >= 150 {
            let right = 62
            places = [
                place(.services, upper.inset(right: right + 1)),
                place(.movers, Rect(x: upper.maxX - right, y: upper.y, width: right, height: upper.height)),
                place(.events, events),
            ]
        } else {
            let movers = min(12, max(6, upper.height / 3))
            places = [
                place(.services, upper.inset(bottom: movers)),
                place(.movers, Rect(x: upper.x, y: upper.maxY - movers, width: upper.width, height: movers)),
                place(.events, events),
            ]
        }
    }

    func rows(of list: SightList) -> Rect? { places.first { $0.list == list }?.rows }
}

extension Model {
    /// The open screen's lists; nothing on other screens.
    var sightLayout: SightLayout? {
        screen.sight.map { SightLayout($0, focus: sights[$0], body: geometry.body) }
    }

    /// The list that the keys are for.
    var openList: SightList? { screen.sight.map { sights[$0] } }
}
