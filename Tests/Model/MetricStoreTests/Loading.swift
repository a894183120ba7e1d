import ExpositionWire
import MetricStore
import Quantities

/// A store of every series of the family `c`, by its labels' text: `c{a="1"}`.
typealias Store = MetricStore<String>

func makeStore(families: [String] = ["c"], limits: MetricStoreLimits = MetricStoreLimits()) -> Store {
    MetricStore(limits: limits, families: families) { key, _ in
        key["unwanted"] == nil ? key.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",") : nil
    }
}

func time(_ seconds: Double) -> MonotonicTime {
    // Not 0, so that windows that reach far back stay on the clock.
    MonotonicTime(nanoseconds: 1_000_000_000_000 + UInt64(seconds * 1e9))
}

/// A store that scraped the target `t` at the seconds 0, 1, 2 and so on.
///
/// Each series is a name and what it showed: a number, or `_` where the scrape did not show it. `x` in any series is a
/// scrape that failed as a whole.
func loaded(_ series: [(name: String, values: String)], limits: MetricStoreLimits = MetricStoreLimits()) throws -> Store
{
    var store = makeStore(limits: limits)
    let columns = series.map { (name: $0.name, values: $0.values.split(separator: " ")) }
    let count = columns.map(\.values.count).max() ?? 0
    for second in 0..<count {
        let shown = columns.compactMap { column in
            second < column.values.count ? (column.name, column.values[second]) : nil
        }
        if shown.contains(where: { $0.1 == "x" }) { continue }
        let lines = shown.filter { $0.1 != "_" }.map { "c{s=\"\($0.0)\"} \($0.1)\n" }
        try store.ingest(Array(lines.joined().utf8), from: "t", at: time(Double(second)))
    }
    return store
}

extension MetricStore {
    /// What each series counted in the last `seconds` before `now`, and the window that it was counted in.
    func increases(
        of target: String = "t", last seconds: Double, at now: Double, name: (Meaning) -> String
    ) -> [String: Double] {
        var result: [String: Double] = [:]
        guard let window = window(of: target, length: .milliseconds(Int64(seconds * 1000)), now: time(now)) else {
            return [:]
        }
        forEachSeries(of: target, over: window) { meaning, increase, _ in result[name(meaning)] = increase }
        return result
    }
}

extension Store {
    /// What the series of a target mean, in no order.
    func meanings(of target: String = "t") -> [String] {
        var meanings: [String] = []
        forEachSeries(of: target, over: CountingWindow(start: time(0), end: time(0))) { meaning, _, _ in
            meanings.append(meaning)
        }
        return meanings
    }

    /// The increase of the series `s=<name>`.
    func increase(_ name: String = "a", last seconds: Double, at now: Double) -> Double? {
        increases(last: seconds, at: now) { $0 }["s=\(name)"]
    }
}

extension MetricStore {
    /// Calls `body` for every series of a target, with how much it grew in `window` and when it grew last.
    func forEachSeries(
        of target: String, over window: CountingWindow,
        _ body: (_ meaning: Meaning, _ increase: Double, _ lastChange: MonotonicTime) -> Void
    ) {
        guard let (meanings, growth) = series(of: target, over: window) else { return }
        for (number, meaning) in meanings.enumerated() {
            if let meaning { body(meaning, growth[number].increase, growth[number].lastChange) }
        }
    }
}
