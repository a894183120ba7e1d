import MeshModel
import TerminalUI

/// What a piece of text means, and how loud it is.
struct Tone: Hashable, Sendable {
    var role: Role
    var attributes: Style.Attributes = []

    init(_ role: Role, _ attributes: Style.Attributes = []) {
        self.role = role
        self.attributes = attributes
    }

    init(of health: Health) {
        self =
            switch health {
            case .unknown, .notReady: .unknown
            case .healthy: .healthy
            case .degraded: .degraded
            case .failure: .failure
            }
    }

    /// A share of errors: quiet without any, and as loud as the health of what it belongs to.
    static func errors(_ share: Double?, _ health: Health) -> Tone {
        guard let share, share > 0 else { return .dim }
        return health >= .degraded ? Tone(of: health) : .text
    }

    static let text = Tone(.text)
    /// Labels, units and all that stands back.
    static let dim = Tone(.dim)
    /// The number or name that a line is about.
    static let strong = Tone(.text, .bold)
    static let title = Tone(.title)
    static let heading = Tone(.heading)
    static let border = Tone(.border)
    static let focusedBorder = Tone(.focusedBorder)
    /// Keys that can be pressed, and what the person typed.
    static let key = Tone(.key)
    static let accent = Tone(.accent)
    static let healthy = Tone(.healthy)
    static let degraded = Tone(.degraded)
    static let failure = Tone(.failure)
    static let unknown = Tone(.unknown)
    static let edge = Tone(.edge)
    static let ghost = Tone(.ghost)
    static let traffic = Tone(.traffic)
}

/// A piece of text with one tone.
struct Piece: Hashable, Sendable {
    var text: String
    var tone: Tone

    init(_ text: String, _ tone: Tone = .text) {
        self.text = text
        self.tone = tone
    }
}

/// One line of a pane: pieces from the left, and pieces that end at the right.
struct TextLine: Hashable, Sendable {
    var left: [Piece]
    var right: [Piece]

    init(_ left: [Piece], right: [Piece] = []) {
        self.left = left
        self.right = right
    }

    init(_ text: String, _ tone: Tone = .text) {
        self.init([Piece(text, tone)])
    }

    static let empty = TextLine([])
}

/// Lines under a heading.
struct Section: Hashable, Sendable {
    var title: [Piece]
    var lines: [TextLine]

    init(_ title: String, _ lines: [TextLine]) {
        self.init([Piece(title, .dim)], lines)
    }

    init(_ title: [Piece], _ lines: [TextLine]) {
        self.title = title
        self.lines = lines
    }
}
