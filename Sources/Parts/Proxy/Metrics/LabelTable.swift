/// A number for a set of labels, so that a request's series is found by comparing integers.
struct LabelID: Hashable, Sendable {
    let rawValue: UInt32

    /// What every table holds first: the labels of the unknown.
    static let unknown = LabelID(rawValue: 0)
}

/// Gives equal label sets the same number. Labels come from peers, so the table is bounded: past `limit` every new set
/// is the unknown one.
struct LabelTable<Labels: Hashable & Sendable> {
    private var ids: [Labels: LabelID]
    private var all: [Labels]
    private let limit: Int

    init(unknown: Labels, limit: Int) {
        self.ids = [unknown: .unknown]
        self.all = [unknown]
        self.limit = max(1, limit)
    }

    mutating func id(of labels: Labels) -> LabelID {
        if let known = ids[labels] { return known }
        guard all.count < limit else { return .unknown }
        let id = LabelID(rawValue: UInt32(truncatingIfNeeded: all.count))
        ids[labels] = id
        all.append(labels)
        return id
    }

    subscript(id: LabelID) -> Labels {
        let index = Int(id.rawValue)
        return index < all.count ? all[index] : all[0]
    }
}
