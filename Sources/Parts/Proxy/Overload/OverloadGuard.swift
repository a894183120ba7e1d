import Quantities
import Synchronization
import SystemIO
import TrafficPolicy

/// Keeps the process alive when there is too much to do: it knows how many connections there may be, and looks at the
/// memory a few times a second. Workers ask it; it asks nobody.
final class OverloadGuard: Sendable {
    /// Between two looks at the memory.
    static let interval: Duration = .milliseconds(250)

    let connections: ConnectionBudget
    private let rules: OverloadRules?
    private let present = Atomic<Int>(0)
    private let refused = Atomic<UInt64>(0)

    /// - Parameter memoryLimit: bytes; nothing for no limit.
    init(connectionLimit: Int, memoryLimit: UInt64? = nil) {
        connections = ConnectionBudget(limit: connectionLimit)
        rules = memoryLimit.map { OverloadRules(memoryLimit: $0) }
    }

    /// How many connections descriptors allow: each may need another one to an upstream, and some are for other things.
    static func connectionLimit(descriptors: Int) -> Int {
        max(descriptors / 4, (descriptors - 64) / 2, 1)
    }

    var memoryLimit: UInt64? { rules?.memoryLimit }

    var level: OverloadRules.Level { .init(rawValue: present.load(ordering: .relaxed)) ?? .calm }

    /// Whether a new request is to be refused, which is then counted.
    func refusesRequest() -> Bool {
        guard present.load(ordering: .relaxed) >= OverloadRules.Level.refusingRequests.rawValue else { return false }
        refused.add(1, ordering: .relaxed)
        return true
    }

    /// Takes note of the memory in use, and tells when that changed what is done.
    ///
    /// - Returns: the new level; nothing while it stays.
    @discardableResult
    func look(bytes: UInt64) -> OverloadRules.Level? {
        guard let rules else { return nil }
        let before = level
        let now = rules.level(bytes: bytes, after: before)
        if now >= .shrinking { Allocator.returnFreed() }
        guard now != before else { return nil }
        present.store(now.rawValue, ordering: .relaxed)
        connections.isClosed = now >= .refusingConnections
        return now
    }

    var report: OverloadReport {
        OverloadReport(
            level: level, connections: connections.count, connectionLimit: connections.limit,
            connectionWaits: connections.waitCount, refusedRequests: refused.load(ordering: .relaxed),
            memoryLimit: memoryLimit)
    }
}

/// What the guard has done.
struct OverloadReport: Hashable, Sendable {
    var level: OverloadRules.Level
    var connections: Int
    var connectionLimit: Int
    /// How often listeners found no place.
    var connectionWaits: UInt64
    var refusedRequests: UInt64
    var memoryLimit: UInt64?
}
