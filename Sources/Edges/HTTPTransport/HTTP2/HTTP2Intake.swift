/// How far a connection's window is opened again as bodies arrive.
///
/// One paused stream must not hold up the others, so bytes count as taken although their stream's window stays closed –
/// up to a limit for all paused streams together: beyond it the whole connection waits, as what paused streams have sent
/// stands in memory.
struct HTTP2Intake {
    private let limit: Int
    /// Bytes that paused streams have sent.
    private(set) var withheld = 0
    /// Bytes for which the connection's window stays closed.
    private(set) var owed = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// Notes bytes that have been handed on, and returns how many bytes the window may be opened by.
    mutating func received(_ count: Int) -> Int {
        owed += count
        return settle()
    }

    /// Notes a change of what paused streams have sent, and returns how many bytes the window may be opened by.
    mutating func noteWithheld(_ change: Int) -> Int {
        withheld += change
        return change < 0 ? settle() : 0
    }

    private mutating func settle() -> Int {
        guard withheld <= limit else { return 0 }
        defer { owed = 0 }
        return owed
    }
}
