import MeshModel

/// A column of a list: how wide it is at least, and what it may take of the room that is left.
struct SightColumn: Hashable, Sendable {
    let title: String
    /// At least.
    let width: Int
    /// At most; more than ``width`` for names and sentences.
    let limit: Int
    let isNumeric: Bool
    /// On a narrow screen the columns of the highest rank go first; rank 0 stays.
    let rank: Int

    /// A number, or a word of a known width.
    static func number(_ title: String, _ width: Int, rank: Int) -> SightColumn {
        SightColumn(title: title, width: width, limit: width, isNumeric: true, rank: rank)
    }

    static func text(_ title: String, _ width: Int, upTo limit: Int? = nil, rank: Int) -> SightColumn {
        SightColumn(title: title, width: width, limit: limit ?? width, isNumeric: false, rank: rank)
    }

    /// The sign of health in front.
    static let sign = SightColumn.text("", 1, rank: 0)
}

/// What stands in a row under one column.
struct SightCell: Hashable, Sendable {
    var text: String
    var tone: Tone
    /// What numbers are sorted by; nothing comes last either way.
    var order: Double?

    init(_ text: String, _ tone: Tone = .text, order: Double? = nil) {
        self.text = text
        self.tone = tone
        self.order = order
    }
}

/// A row of a list, with the text as it is shown.
struct SightRow: Hashable, Sendable {
    /// What stays the same while its numbers change.
    let key: String
    var cells: [SightCell]
    /// How bad it is: the worst comes first.
    var badness: Double = 0
    /// The page that Enter opens.
    var subject: MeshSubject?
}
