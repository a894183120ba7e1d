/// What a piece of the screen means. Views name roles; only a theme knows colours.
package enum Role: String, Hashable, Sendable, CaseIterable {
    /// The background of everything.
    case canvas
    case text
    /// Text that steps back: units, hints, what is old.
    case dim
    case title
    /// The heading of a table's columns.
    case heading
    case border
    /// The border of the pane that has the focus.
    case focusedBorder = "focused-border"
    /// The bars at the top and bottom.
    case bar
    /// The name of a key in a hint.
    case key
    /// What asks to be looked at without being good or bad.
    case accent
    case selection
    /// Where a search or filter matched.
    case match
    case prompt
    /// A note to the user that is not about the mesh's health.
    case notice
    case healthy
    case degraded
    case failure
    case unknown
    /// A line of the graph whose health is fine or not known.
    case edge
    /// Something that was there and may come back: an edge without traffic, a node without telemetry.
    case ghost
    /// A moving dot on an edge.
    case traffic
    /// Colours that tell things apart and mean nothing else, as services in a waterfall.
    case series1, series2, series3, series4, series5, series6

    /// The letter that stands for this role in a golden frame's colour plane.
    package var letter: String {
        switch self {
        case .canvas: "c"
        case .text: "t"
        case .dim: "d"
        case .title: "i"
        case .heading: "h"
        case .border: "b"
        case .focusedBorder: "o"
        case .bar: "r"
        case .key: "k"
        case .accent: "a"
        case .selection: "s"
        case .match: "m"
        case .prompt: "p"
        case .notice: "n"
        case .healthy: "g"
        case .degraded: "w"
        case .failure: "f"
        case .unknown: "u"
        case .edge: "e"
        case .ghost: "x"
        case .traffic: "v"
        case .series1: "1"
        case .series2: "2"
        case .series3: "3"
        case .series4: "4"
        case .series5: "5"
        case .series6: "6"
        }
    }

    /// What carries the meaning on a terminal without colours.
    var monoAttributes: Style.Attributes {
        switch self {
        case .selection: .reverse
        case .failure: [.bold, .reverse]
        case .degraded, .title, .heading, .focusedBorder, .key, .accent, .traffic: .bold
        case .match: .underline
        case .dim, .ghost: .dim
        case .bar: .reverse
        case .canvas, .text, .border, .prompt, .notice, .healthy, .unknown, .edge, .series1, .series2, .series3,
            .series4, .series5, .series6:
            []
        }
    }

    /// The series colour for the `index`th thing, counting round.
    package static func series(_ index: Int) -> Role {
        let all: [Role] = [.series1, .series2, .series3, .series4, .series5, .series6]
        return all[Int(index.magnitude % UInt(all.count))]
    }
}
