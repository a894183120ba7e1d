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
        var target =
            targets.removeValue(forKey: name)
            ?? TargetSeries(
                maximumSeries: limits.seriesPerTarget,
                seed: time.nanoseconds ^ UInt64(bitPattern: Int64(name.hashValue)))
        let others = seriesCount - target.live
        defer {
            seriesCount = others + target.live
            targets[name] = target
        }
        if target.lacksRoom, seriesCount < limits.series {
            // Some series found the store full. Who is not known is looked at again.
            target.lacksRoom = false
            let known = target.series
            target.renumber { known[$0] != nil }
        }
        var scrape = try stage(body, format, &target)
        if scrape.refused > 0 {
            let shown = Set(scrape.samples.map(\.number))
            // Full, but not of what the target shows now: the vanished make room, and what they counted is lost.
            if shown.count < target.index.count {
                target.renumber { shown.contains($0) }
                scrape = try stage(body, format, &target)
            }
        }
        commit(scrape, to: &target, named: name, at: time, others: others)
        if target.series.count > 2 * scrape.samples.count + 512, let oldest = target.clock.oldest {
            target.forgetVanished(since: oldest)
        }
    }

    private func stage(
        _ body: [UInt8], _ format: ExpositionFormat, _ target: inout TargetSeries<Meaning>
    ) throws(ExpositionError) -> StagedScrape {
        var scrape = StagedScrape(index: target.index, families: families)
        target.index = SeriesIndex(maximumSeries: 0, seed: 0)
        scrape.index.beginScrape()
        var parser = ExpositionParser(format: format)
        var failure: ExpositionError?
        do {
            try parser.parse(body, into: &scrape)
            failure = scrape.failure
        } catch {
            failure = error
        }
        target.index = scrape.index
        scrape.index = SeriesIndex(maximumSeries: 0, seed: 0)
        guard let failure else { return scrape }
        // The index has learnt series that are not to be.
        if target.index.count > target.series.count { target.renumber { _ in true } }
        throw failure
    }

    private func commit(
        _ scrape: StagedScrape, to target: inout TargetSeries<Meaning>, named name: String, at time: MonotonicTime,
        others: Int
    ) {
        let startsAtZero = target.clock.newest != nil && !target.isStale
        let number = target.clock.append(time, keeping: limits.history)
        let oldest = target.clock.oldest ?? number
        target.refused = scrape.refused
        for key in scrape.newKeys {
            target.lastSeen.append(0)
            guard let meaning = meaning(cut(key, counting: &target.cut), name) else {
                target.series.append(nil)
                continue
            }
            guard others + target.live < limits.series else {
                target.refused += 1
                target.lacksRoom = true
                target.series.append(nil)
                continue
            }
            target.series.append(TargetSeries.Series(meaning: meaning))
            target.live += 1
        }
        for sample in scrape.samples where target.lastSeen[sample.number] != number.value {
            // Of samples of one series in one scrape the first counts, as in Prometheus.
            target.lastSeen[sample.number] = number.value
            target.series[sample.number]?.history.record(
                sample.value, scrape: number, oldest: oldest, startsAtZero: startsAtZero)
        }
        target.isStale = false
    }

    private func cut(_ key: SeriesKey, counting count: inout Int) -> SeriesKey {
        guard key.labels.contains(where: { $0.value.utf8.count > limits.labelValueBytes }) else { return key }
        count += 1
        return SeriesKey(
            name: key.name,
            labels: key.labels.map { Label(name: $0.name, value: $0.value.clipped(toUTF8: limits.labelValueBytes)) })
    }
}
