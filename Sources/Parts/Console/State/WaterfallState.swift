import Quantities
package import TraceModel

/// One trace being read: where in it the person is, what is folded, and how far they zoomed in.
package struct WaterfallState: Sendable {
    package enum Answer: Sendable {
        case asking
        case loaded(Waterfall)
        case failed(String)
    }

    package let id: TraceID
    package var answer: Answer = .asking
    /// Among the visible rows.
    package var cursor = 0
    package var offset = 0
    /// Rows of the waterfall below which nothing is shown.
    private(set) var folded: Set<Int> = []
    /// The rows that are seen, by their position in the waterfall.
    package private(set) var visible: [Int] = []
    /// Why it failed, or was slow.
    private(set) var reason: TraceReason?
    /// The part of the trace that is seen, in seconds from its start; nothing for all of it.
    private(set) var window: Range<Double>?
    /// What is looked for, and the rows that have it.
    private(set) var search = ""
    private(set) var matches: [Int] = []
    private var matchSet: Set<Int> = []

    init(id: TraceID) {
        self.id = id
    }

    package var waterfall: Waterfall? {
        if case .loaded(let waterfall) = answer { waterfall } else { nil }
    }

    /// The selected row's position in the waterfall.
    package var selected: Int? { visible.indices.contains(cursor) ? visible[cursor] : nil }

    mutating func load(_ waterfall: Waterfall) {
        answer = .loaded(waterfall)
        reason = waterfall.reason
        (folded, window, cursor, offset) = ([], nil, 0, 0)
        visible = waterfall.visible(without: folded)
        find(search)
    }

    // MARK: Folds

    func isFolded(_ row: Int) -> Bool { folded.contains(row) }

    /// Folds the row, or opens it; `nil` turns it round.
    mutating func fold(_ row: Int, _ isFolded: Bool? = nil) {
        guard let waterfall, waterfall.rows.indices.contains(row), waterfall.rows[row].row.hasChildren else { return }
        if isFolded ?? !folded.contains(row) { folded.insert(row) } else { folded.remove(row) }
        refreshVisible(keeping: row)
    }

    /// Folds everything below the first level; opens everything when that is so already.
    mutating func foldAll() {
        guard let waterfall else { return }
        let all = Set(
            waterfall.rows.indices.filter { waterfall.rows[$0].row.hasChildren && waterfall.rows[$0].row.depth > 0 })
        let wanted = folded.isEmpty ? all : []
        let row = selected
        folded = wanted
        refreshVisible(keeping: row)
    }

    private mutating func refreshVisible(keeping row: Int?) {
        guard let waterfall else { return }
        visible = waterfall.visible(without: folded)
        guard let row else { return }
        // Where the row itself is folded away, whoever stands for it.
        cursor = max(0, visible.partition { $0 <= row } - 1)
    }

    /// Puts the cursor on a row, and opens what it is folded into.
    mutating func go(to row: Int) {
        guard let waterfall, waterfall.rows.indices.contains(row) else { return }
        var above = waterfall.rows[row].parent
        while let here = above {
            folded.remove(here)
            above = waterfall.rows[here].parent
        }
        refreshVisible(keeping: row)
        // What is looked at must be in sight, in time as well.
        if let window, let seconds = extent(of: row),
            seconds.upperBound < window.lowerBound || seconds.lowerBound > window.upperBound
        {
            let width = window.upperBound - window.lowerBound
            show((seconds.lowerBound + seconds.upperBound - width) / 2, width: width)
        }
    }

    // MARK: Time

    private func extent(of row: Int) -> ClosedRange<Double>? {
        guard let rows = waterfall?.rows, rows.indices.contains(row) else { return nil }
        let start = rows[row].row.offset.inSeconds
        return start...(start + max(0, rows[row].span.duration.inSeconds))
    }

    /// All of the trace, in seconds.
    private var whole: Double { max(waterfall?.duration.inSeconds ?? 0, 1e-9) }

    /// The seconds that the axis shows.
    var seen: Range<Double> { window ?? 0..<whole }

    /// How many times as wide as the axis the whole trace is.
    var magnification: Double { whole / (seen.upperBound - seen.lowerBound) }

    /// Shows a part `factor` times as long, around what is selected.
    mutating func zoom(by factor: Double) {
        let seen = seen
        let width = min((seen.upperBound - seen.lowerBound) * factor, whole)
        let middle = (seen.lowerBound + seen.upperBound) / 2
        var center = middle
        if factor < 1, let span = selected.flatMap({ extent(of: $0) }) {
            let inside = span.clamped(to: seen.lowerBound...seen.upperBound)
            center = (inside.lowerBound + inside.upperBound) / 2
        }
        show(center - width / 2, width: width)
    }

    /// Moves by a share of what is seen.
    mutating func pan(by share: Double) {
        let width = seen.upperBound - seen.lowerBound
        show(seen.lowerBound + width * share, width: width)
    }

    mutating func showAll() { window = nil }

    /// Makes the selected span as wide as the axis, with a little room on either side; once more shows everything.
    mutating func zoomToSelected() {
        guard let span = selected.flatMap({ extent(of: $0) }) else { return }
        let before = window
        let width = (span.upperBound - span.lowerBound) * 1.1
        show((span.lowerBound + span.upperBound - width) / 2, width: width)
        if window == before { window = nil }
    }

    private mutating func show(_ start: Double, width: Double) {
        // A nanosecond a cell is as near as clocks are.
        let width = min(max(width, min(1e-7, whole)), whole)
        guard width < whole * 0.999 else { return window = nil }
        let start = min(max(0, start), whole - width)
        window = start..<(start + width)
    }

    // MARK: Search

    /// Marks every row whose names, attributes or events contain `text`, whatever the case.
    mutating func find(_ text: String) {
        search = text
        let wanted = SearchWords(text)
        matches =
            text.isEmpty
            ? [] : (waterfall?.rows ?? []).enumerated().filter { wanted.isFound(in: $0.element) }.map(\.offset)
        matchSet = Set(matches)
    }

    func isMatch(_ row: Int) -> Bool { matchSet.contains(row) }

    /// The next of `rows`, which are in order, after the selected one, or before it, and round the end.
    func next(of rows: [Int], step: Int) -> Int? {
        guard !rows.isEmpty else { return nil }
        let here = selected ?? -1
        if step > 0 { return rows.first { $0 > here } ?? rows.first }
        return rows.last { $0 < here } ?? rows.last
    }
}

extension [Int] {
    /// How many elements from the start hold `belongs`; elements that do come before those that do not.
    fileprivate func partition(_ belongs: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
