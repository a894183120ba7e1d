package import Quantities

/// What the console said and did, newest last, so that a message that has left the screen can be read again.
package struct ConsoleLog: Sendable {
    package struct Entry: Hashable, Sendable {
        package var time: WallTime
        package var level: Toast.Level
        package var text: String
        /// Who did it.
        package var author: Author
        /// How often it was said in a row.
        package var count = 1
    }

    package enum Author: String, Hashable, Sendable {
        case you, `guard`, console
    }

    /// Beyond, the oldest are forgotten.
    static let limit = 500

    package private(set) var entries: [Entry] = []

    /// The same words again are counted, not repeated.
    mutating func add(_ level: Toast.Level, _ text: String, by author: Author, at time: WallTime) {
        if let last = entries.last, last.text == text, last.level == level, last.author == author {
            entries[entries.count - 1].time = time
            entries[entries.count - 1].count = min(last.count + 1, 9_999)
            return
        }
        entries.append(Entry(time: time, level: level, text: text, author: author))
        if entries.count > Self.limit { entries.removeFirst(entries.count - Self.limit) }
    }
}

extension Toast.Level {
    /// The word that filters by it.
    var word: String {
        switch self {
        case .info: "info"
        case .success: "done"
        case .warning: "warning"
        case .failure: "failure"
        }
    }

    func sign(_ signs: Signs) -> (text: String, tone: Tone) {
        switch self {
        case .info: (signs.bullet, .text)
        case .success: (signs.healthy, .healthy)
        case .warning: (signs.degraded, .degraded)
        case .failure: (signs.failure, .failure)
        }
    }
}

/// The log as a list: newest first, and sorted or filtered as all lists are.
enum LogRows {
    static let columns: [SightColumn] = [
        .sign, .text("time", 8, rank: 0), .text("level", 7, rank: 2), .text("by", 7, rank: 3),
        .text("what", 20, upTo: 400, rank: 0),
    ]

    static func rows(_ model: Model, _ signs: Signs) -> [SightRow] {
        model.log.entries.enumerated().map { index, entry in
            let (sign, tone) = entry.level.sign(signs)
            let text = entry.count > 1 ? "\(entry.text)  (\(entry.count) times)" : entry.text
            return SightRow(
                key: "\(entry.time.nanosecondsSinceEpoch) \(entry.text)",
                cells: [
                    SightCell(sign, tone), SightCell(Field.timeOfDay(entry.time, model.utcOffset), .dim),
                    SightCell(entry.level.word, .dim), SightCell(entry.author.rawValue, .dim), SightCell(text, tone),
                ],
                // The list's own order is the worst first; here the newest.
                badness: Double(index))
        }
    }
}
