package import MeshModel

/// Weights being moved, before anything is stored: whole percents that always add up to 100.
package struct WeightEdit: Hashable, Sendable {
    package private(set) var percents: [Int]
    /// Which version the keys act on.
    package private(set) var focus: Int

    /// The percents at the start. What the focused version does not take is shared by the others in these
    /// proportions, so that `+` and then `-` ends where it began.
    private let start: [Int]

    package init(_ split: TrafficSplit, focus: Int? = nil) {
        start = WeightEdit.percents(of: split.shares.map { max(0, $0.weight) }, sum: 100)
        percents = start
        // The version being rolled out is nearly always the last one.
        self.focus = min(max(0, focus ?? start.count - 1), max(0, start.count - 1))
    }

    package var isChanged: Bool { percents != start }

    package mutating func focusNext(_ step: Int = 1) {
        guard !percents.isEmpty else { return }
        focus = ((focus + step) % percents.count + percents.count) % percents.count
    }

    /// Nothing happens when there is no such version.
    package mutating func focus(on index: Int) {
        if percents.indices.contains(index) { focus = index }
    }

    package mutating func move(by step: Int) {
        guard percents.indices.contains(focus) else { return }
        setFocused(to: percents[focus] + step)
    }

    /// Gives the focused version `percent` (0…100) and the rest to the others.
    package mutating func setFocused(to percent: Int) {
        guard percents.indices.contains(focus), percents.count > 1 else { return }
        let own = min(max(percent, 0), 100)
        var others = start
        others[focus] = 0
        if others.allSatisfy({ $0 == 0 }) {
            // Nobody else had anything: the first other version is the stable one by convention.
            others[focus == 0 ? 1 : 0] = 1
        }
        var moved = WeightEdit.percents(of: others, sum: 100 - own)
        moved[focus] = own
        percents = moved
    }

    package mutating func makeEqual() {
        percents = WeightEdit.percents(of: [Int](repeating: 1, count: percents.count), sum: 100)
    }

    package mutating func reset() {
        percents = start
    }

    /// The edit as a change of `split`, or nothing when it changes nothing.
    package func change(of split: TrafficSplit) -> WeightChange? {
        guard isChanged, percents.count == split.shares.count else { return nil }
        let weights = zip(split.shares, percents).map { ($0.subset, $1) }
        return WeightChange(split: split, weights: Dictionary(weights, uniquingKeysWith: { $1 }))
    }

    /// `sum` divided in proportion to `weights` into whole numbers that add up exactly (largest remainder first).
    static func percents(of weights: [Int], sum: Int) -> [Int] {
        let total = weights.reduce(0.0) { $0 + Double($1) }
        guard !weights.isEmpty else { return [] }
        guard total > 0 else { return [sum] + [Int](repeating: 0, count: weights.count - 1) }
        let exact = weights.map { Double($0) / total * Double(sum) }
        var whole = exact.map { Int($0) }
        let order = exact.indices.sorted {
            (exact[$1] - Double(whole[$1]), $0) < (exact[$0] - Double(whole[$0]), $1)
        }
        for index in order.prefix(max(0, sum - whole.reduce(0, +))) { whole[index] += 1 }
        return whole
    }
}
