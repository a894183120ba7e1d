package import ExpositionWire
package import Quantities

/// What one scrape of a target brought: all that a store needs to know of it later.
package struct ScrapeRecord: Sendable {
    /// A series that was not there before, with its number among the series of its target.
    package struct NewSeries: Sendable {
        package var number: Int
        package var key: SeriesKey

        package init(number: Int, key: SeriesKey) {
            self.number = number
            self.key = key
        }
    }

    package var target: String
    package var time: MonotonicTime
    /// The scrape before, after which the changes were counted; nothing for a target's first.
    package var previous: MonotonicTime?
    /// By ascending number. Only series that mean something.
    package var newSeries: [NewSeries]
    /// By ascending number, each number once, all above zero.
    package var changes: [SeriesChange]

    package init(
        target: String, time: MonotonicTime, previous: MonotonicTime?, newSeries: [NewSeries], changes: [SeriesChange]
    ) {
        self.target = target
        self.time = time
        self.previous = previous
        self.newSeries = newSeries
        self.changes = changes
    }
}

/// What becomes of a store, in the order in which it happens.
package enum StoreEvent: Sendable {
    case scraped(ScrapeRecord)
    /// The series of a target have other numbers from now on: what was `kept[n]` is `n`, the others are forgotten.
    case renumbered(target: String, kept: [Int])
    /// A target was forgotten with all its series.
    case removed(target: String)
}
