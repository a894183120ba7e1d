package import ExpositionWire
package import Quantities

extension MetricStore {
    /// Takes one scrape's body. A body that is malformed anywhere leaves all series as they were.
    ///
    /// - Parameter time: when the target was read; must not go back.
    package mutating func ingest(
        _ body: [UInt8], from name: String, at time: MonotonicTime, format: ExpositionFormat = .prometheus
    ) throws(ExpositionError) {
        // Taken out of the dictionary and the struct, so that nothing is copied while it changes.
        var target = takeTarget(name, time)
        let others = (series: seriesCount - target.live, bytes: historyBytes - target.history.size)
        defer {
            seriesCount = others.series + target.live
            historyBytes = others.bytes + target.history.size
            targets[name] = target
        }
        giveRoom(&target, named: name)
        var scrape = try stage(body, format, &target)
        if scrape.refused > 0 {
            let shown = Set(scrape.samples.map(\.number))
            // Full, but not of what the target shows now: the vanished make room, and what they counted is lost.
            if shown.count < target.index.count {
                tell(target.renumber { shown.contains($0) }, of: name)
                scrape = try stage(body, format, &target)
            }
        }
        commit(scrape, to: &target, named: name, at: time, others: others.series)
        if target.meanings.count > 2 * scrape.samples.count + 512 { tell(target.forgetVanished(), of: name) }
        bound(&target, others: others.bytes)
    }

    /// Takes samples that somebody has sent, which may be some of a target's series only.
    ///
    /// - Parameters:
    ///   - samples: each series once. A key that cannot be read is left out, and all of its request with it.
    ///   - time: when they were read; must not go back.
    package mutating func ingest(
        pushed samples: [PushedCount], from name: String, at time: MonotonicTime
    ) throws(ExpositionError) {
        var target = takeTarget(name, time)
        let others = (series: seriesCount - target.live, bytes: historyBytes - target.history.size)
        defer {
            seriesCount = others.series + target.live
            historyBytes = others.bytes + target.history.size
            targets[name] = target
        }
        giveRoom(&target, named: name)
        let scrape = try stage(&target) { (scrape) throws(ExpositionError) in
            for sample in samples { scrape.take(sample) }
        }
        commit(scrape, to: &target, named: name, at: time, others: others.series)
        bound(&target, others: others.bytes)
    }

    private mutating func takeTarget(_ name: String, _ time: MonotonicTime) -> TargetSeries<Meaning> {
        targets.removeValue(forKey: name)
            ?? TargetSeries(
                maximumSeries: limits.seriesPerTarget,
                seed: time.nanoseconds ^ UInt64(bitPattern: Int64(name.hashValue)))
    }

    private func giveRoom(_ target: inout TargetSeries<Meaning>, named name: String) {
        guard target.lacksRoom, seriesCount < limits.series else { return }
        // Some series found the store full. Who is not known is looked at again.
        target.lacksRoom = false
        let known = target.meanings
        tell(target.renumber { known[$0] != nil }, of: name)
    }

    private func stage(
        _ body: [UInt8], _ format: ExpositionFormat, _ target: inout TargetSeries<Meaning>
    ) throws(ExpositionError) -> StagedScrape {
        try stage(&target) { (scrape) throws(ExpositionError) in
            var parser = ExpositionParser(format: format)
            try parser.parse(body, into: &scrape)
        }
    }

    private func stage(
        _ target: inout TargetSeries<Meaning>, _ read: (inout StagedScrape) throws(ExpositionError) -> Void
    ) throws(ExpositionError) -> StagedScrape {
        var scrape = StagedScrape(index: target.index, families: families, unread: target.unread)
        target.index = SeriesIndex(maximumSeries: 0, seed: 0)
        if onExemplar != nil { scrape.seen = target.seenExemplars }
        scrape.index.beginScrape()
        var failure: ExpositionError?
        do {
            try read(&scrape)
            failure = scrape.failure
        } catch {
            failure = error
        }
        target.index = scrape.index
        scrape.index = SeriesIndex(maximumSeries: 0, seed: 0)
        guard let failure else {
            if let seen = scrape.seen { target.seenExemplars = seen }
            return scrape
        }
        // The index has learnt series that are not to be.
        if target.index.count > target.meanings.count { target.renumber { _ in true } }
        throw failure
    }

    private mutating func commit(
        _ scrape: StagedScrape, to target: inout TargetSeries<Meaning>, named name: String, at time: MonotonicTime,
        others: Int
    ) {
        let previous = target.history.newest
        let startsAtZero = previous != nil && !target.isStale
        let time = max(time, previous ?? time)
        var newSeries: [ScrapeRecord.NewSeries] = []
        target.scrapes &+= 1
        target.refused = scrape.refused
        var hasRestarted = false
        for (number, key) in scrape.knownKeys {
            introduce(cut(key, counting: &target.cut), as: number, to: &target, named: name, others, &newSeries)
        }
        target.unread = scrape.unread
        for key in scrape.newKeys {
            target.states.append(SeriesState())
            target.meanings.append(nil)
            let number = target.meanings.count - 1
            introduce(cut(key, counting: &target.cut), as: number, to: &target, named: name, others, &newSeries)
        }
        changes.removeAll(keepingCapacity: true)
        var isSorted = true
        for sample in scrape.samples where target.states[sample.number].lastSeen != target.scrapes {
            // Of samples of one series in one scrape the first counts, as in Prometheus.
            let isNew = target.states[sample.number].lastSeen == 0
            target.states[sample.number].lastSeen = target.scrapes
            if sample.value < target.states[sample.number].raw { hasRestarted = true }
            let increase = target.record(
                sample.value, series: sample.number, at: time,
                startsAtZero: startsAtZero && isNew && !scrape.isOld(sample.number))
            guard increase > 0 else { continue }
            let change = SeriesChange(series: Int32(truncatingIfNeeded: sample.number), increase: increase)
            if let last = changes.last, last.series > change.series { isSorted = false }
            changes.append(change)
        }
        if hasRestarted { target.restarts += 1 }
        // A target shows its series in the order of their numbers, nearly always.
        if !isSorted { changes.sort { $0.series < $1.series } }
        append(changes, to: &target, at: time)
        if let onExemplar {
            for (number, exemplar) in scrape.exemplars {
                if let meaning = target.meanings[number] { onExemplar(meaning, exemplar) }
            }
        }
        // Series that mean something only now may have old numbers.
        newSeries.sort { $0.number < $1.number }
        observer?(
            .scraped(
                ScrapeRecord(target: name, time: time, previous: previous, newSeries: newSeries, changes: changes)))
    }

    /// Appends what a scrape, or a record of one, found.
    func append(_ changes: [SeriesChange], to target: inout TargetSeries<Meaning>, at time: MonotonicTime) {
        target.history.append(changes, at: time, keeping: limits)
        target.isStale = false
        if target.running != nil {
            target.running?.advance(target.history, series: target.meanings.count)
        } else if let watched {
            target.running = RunningWindow(length: watched, of: target.history, series: target.meanings.count)
        }
    }

    /// Asks what a series means, and takes down that it is new when it means something from now on.
    private func introduce(
        _ key: SeriesKey, as number: Int, to target: inout TargetSeries<Meaning>, named name: String, _ others: Int,
        _ newSeries: inout [ScrapeRecord.NewSeries]
    ) {
        let wasLive = target.meanings[number] != nil
        setMeaning(meaning(key, name), of: number, in: &target, others: others)
        if observer != nil, !wasLive, target.meanings[number] != nil {
            newSeries.append(ScrapeRecord.NewSeries(number: number, key: key))
        }
    }

    /// - Parameter others: how many series of other targets there are.
    private func setMeaning(_ meaning: Meaning?, of number: Int, in target: inout TargetSeries<Meaning>, others: Int) {
        let isLive = target.meanings[number] != nil
        guard meaning == nil || isLive || others + target.live < limits.series else {
            target.refused += 1
            target.lacksRoom = true
            return
        }
        target.live += (meaning == nil ? 0 : 1) - (isLive ? 1 : 0)
        target.meanings[number] = meaning
    }

    private func tell(_ kept: [Int]?, of name: String) {
        if let kept { observer?(.renumbered(target: name, kept: kept)) }
    }

    /// Keeps what histories take below the bound: a target with more than its share drops its oldest.
    mutating func bound(_ target: inout TargetSeries<Meaning>, others: Int) {
        let share = limits.historyBytes / (targets.count + 1)
        while others + target.history.size > limits.historyBytes, target.history.size > share,
            target.history.canShorten
        {
            target.history.shorten()
            isShortened = true
        }
    }

    private func cut(_ key: SeriesKey, counting count: inout Int) -> SeriesKey {
        guard key.labels.contains(where: { $0.value.utf8.count > limits.labelValueBytes }) else { return key }
        count += 1
        return SeriesKey(
            name: key.name,
            labels: key.labels.map { Label(name: $0.name, value: $0.value.clipped(toUTF8: limits.labelValueBytes)) })
    }
}
