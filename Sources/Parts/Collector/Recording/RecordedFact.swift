internal import ExpositionWire
internal import MeshModel
internal import MetricStore
internal import TraceModel

/// Something that is to be recorded.
enum RecordedFact: Sendable {
    /// A target is scraped from now on, and who runs there, as far as that is known.
    case listed(target: String, WorkloadIdentity?)
    /// Who runs at a target, now that it is known better.
    case identified(target: String, WorkloadIdentity?)
    /// A target answers.
    case up(target: String)
    case down(target: String, reason: String)
    /// A target is scraped no more; what it counted is still there.
    case gone(target: String)
    case store(StoreEvent)
    /// Names of series whose increases found no room.
    case names(ScrapeRecord)
    /// What several scrapes of a target found together; the series are named already.
    case counted(ScrapeRecord)
    case weights([TrafficSplit])
    case traces([Trace])

    /// About how many bytes it holds while it waits.
    var size: Int {
        switch self {
        case .store(.scraped(let scrape)), .names(let scrape), .counted(let scrape):
            scrape.newSeries.reduce(128 + scrape.changes.count * 16) { sum, series in
                series.key.labels.reduce(sum + 64) { $0 + 48 + $1.name.utf8.count + $1.value.utf8.count }
            }
        case .store(.renumbered(_, let kept)): 64 + kept.count * 8
        case .traces(let traces): traces.reduce(64) { $0 + $1.spans.count * 1024 }
        case .weights(let splits): 64 + splits.count * 256
        case .listed, .identified, .up, .down, .gone, .store: 128
        }
    }

    /// Whose numbering it takes part in.
    var target: String? {
        switch self {
        case .store(.scraped(let scrape)), .names(let scrape), .counted(let scrape): scrape.target
        case .store(.renumbered(let target, _)), .store(.removed(let target)): target
        case .listed(let target, _), .identified(let target, _), .up(let target), .down(let target, _),
            .gone(let target):
            target
        case .weights, .traces: nil
        }
    }
}
