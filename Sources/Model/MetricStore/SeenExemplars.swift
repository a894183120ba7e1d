/// Which examples a target has shown: a client library shows one until it has another, scrape after scrape, and reading
/// it once is enough.
struct SeenExemplars {
    /// Of one target. What further series show is passed over.
    static let maximumSeries = 4_096

    /// By series, what tells an example from the next.
    private var marks: [Int: Int] = [:]

    /// Takes note of a series' example, and tells whether it is another than before.
    mutating func see(_ labels: UnsafeRawBufferPointer, _ value: Double, _ timestamp: Int64?, of series: Int) -> Bool {
        var hasher = Hasher()
        hasher.combine(bytes: labels)
        hasher.combine(value)
        hasher.combine(timestamp)
        let mark = hasher.finalize()
        guard let known = marks[series] else {
            guard marks.count < Self.maximumSeries else { return false }
            marks[series] = mark
            return true
        }
        marks[series] = mark
        return known != mark
    }

    /// Forgets all, because series have other numbers.
    mutating func forget() { marks = [:] }
}
