package import ExpositionWire
internal import Quantities

// A target is either scraped or replayed, never both.
extension MetricStore {
    /// Numbers further series of a target, from those on that it has.
    package mutating func introduce(_ series: [SeriesKey], of name: String) {
        var target = targets.removeValue(forKey: name) ?? TargetSeries(maximumSeries: 0, seed: 0)
        let others = seriesCount - target.live
        for key in series {
            let meaning = others + target.live < limits.series ? meaning(key, name) : nil
            target.meanings.append(meaning)
            target.states.append(SeriesState())
            if meaning != nil { target.live += 1 }
        }
        seriesCount = others + target.live
        targets[name] = target
    }

    /// Takes the increases of a scrape that was recorded, as if it were made now. Those of series that were not
    /// introduced are passed over.
    ///
    /// A scrape that does not follow the one before begins the target's history anew: nobody knows what was counted
    /// between them, and a window that spanned the gap would show too low a rate.
    package mutating func replay(_ scrape: ScrapeRecord) {
        var target = targets.removeValue(forKey: scrape.target) ?? TargetSeries(maximumSeries: 0, seed: 0)
        let others = historyBytes - target.history.size
        defer {
            historyBytes = others + target.history.size
            targets[scrape.target] = target
        }
        if let newest = target.history.newest, scrape.previous.map({ $0 > newest }) ?? true {
            target.history = ScrapeHistory()
            target.running = nil
        }
        if target.history.newest == nil, let previous = scrape.previous {
            // The replay begins in the middle: what was counted before the first scrape is not asked for.
            append([], to: &target, at: previous)
        }
        let time = max(scrape.time, target.history.newest ?? scrape.time)
        let changes = scrape.changes.filter { target.states.indices.contains(Int($0.series)) && $0.increase > 0 }
        for change in changes where target.meanings[Int(change.series)] != nil {
            target.states[Int(change.series)].lastChange = time
        }
        append(changes, to: &target, at: time)
        bound(&target, others: others)
    }
}
