internal import MeshModel
internal import Quantities
internal import SystemIO

/// Who is to be scraped, and how it went: no sockets, no clock.
struct TargetBook {
    /// Tells one stay of a target in the book from the next, so that a scrape that began in one does not end in another.
    struct Stay: Hashable {
        var address: SocketAddress
        var number: UInt64
    }

    /// More targets than this are not scraped.
    static let capacity = 10_000
    /// A list that is suddenly empty is believed when it has come this often: a control plane that has just started may
    /// not have read its files yet.
    static let emptyListsToBelieve = 3
    private static let longestPause = Duration.seconds(5)

    private struct Target {
        var stay: UInt64
        var path: String
        var workload: WorkloadIdentity?
        var state = ScrapeTarget.State.pending
        var lastSuccess: WallTime?
        var failures = 0
        /// Named on the command line: no list takes it out.
        var isPinned: Bool
    }

    private var targets: [SocketAddress: Target] = [:]
    private var nextStay: UInt64 = 0
    private var emptyLists = 0
    /// How many targets of the last list found no room.
    private(set) var leftOut = 0

    /// Adds a target that stays whatever lists say.
    mutating func pin(_ address: SocketAddress) -> Stay? {
        guard targets[address] == nil else {
            targets[address]?.isPinned = true
            return nil
        }
        return insert(address, TargetList.defaultPath, workload: nil, isPinned: true)
    }

    /// Follows a list.
    ///
    /// - Returns: the targets that are new, to be scraped, and those that are gone.
    @discardableResult
    mutating func follow(_ list: [TargetList.Entry]) -> (new: [Stay], gone: [SocketAddress]) {
        emptyLists = list.isEmpty ? emptyLists + 1 : 0
        if list.isEmpty, emptyLists < Self.emptyListsToBelieve { return ([], []) }
        let listed = Set(list.map(\.address))
        let gone = targets.filter { !$0.value.isPinned && !listed.contains($0.key) }.map(\.key)
        for address in gone { targets[address] = nil }
        var new: [Stay] = []
        leftOut = 0
        for entry in list {
            if var known = targets[entry.address] {
                known.path = entry.path
                known.workload = entry.workload ?? known.workload
                targets[entry.address] = known
            } else if targets.count < Self.capacity {
                new.append(insert(entry.address, entry.path, workload: entry.workload, isPinned: false))
            } else {
                leftOut += 1
            }
        }
        return (new, gone)
    }

    private mutating func insert(
        _ address: SocketAddress, _ path: String, workload: WorkloadIdentity?, isPinned: Bool
    ) -> Stay {
        nextStay += 1
        targets[address] = Target(stay: nextStay, path: path, workload: workload, isPinned: isPinned)
        return Stay(address: address, number: nextStay)
    }

    /// What to ask the target for; nothing when it is gone.
    func path(of stay: Stay) -> String? {
        targets[stay.address].flatMap { $0.stay == stay.number ? $0.path : nil }
    }

    func isHere(_ address: SocketAddress) -> Bool { targets[address] != nil }

    mutating func succeed(_ stay: Stay, at time: WallTime) {
        guard path(of: stay) != nil else { return }
        targets[stay.address]?.state = .up
        targets[stay.address]?.lastSuccess = time
        targets[stay.address]?.failures = 0
    }

    mutating func fail(_ stay: Stay, reason: String) {
        guard path(of: stay) != nil else { return }
        targets[stay.address]?.state = .down(reason: reason)
        targets[stay.address]?.failures += 1
    }

    /// From the beginning of one scrape to the next. A target that fails is asked less and less often, its neighbours as
    /// before; one that has never answered is probably about to start and is asked more often, for five seconds.
    ///
    ///     failures       0   1   2   3   4…
    ///     pause at 1 s   1   1   2   4   5 s
    func pause(of stay: Stay, interval: Duration) -> Duration {
        guard let target = targets[stay.address], target.failures > 0 else { return interval }
        if target.lastSuccess == nil, target.failures <= 20 { return min(interval, .milliseconds(250)) }
        let doubled = interval * (1 << min(target.failures - 1, 10))
        return max(interval, min(doubled, Self.longestPause))
    }

    /// All targets, sorted by address. `series` tells how many each has.
    func report(series: (SocketAddress) -> Int) -> [ScrapeTarget] {
        targets.map { address, target in
            ScrapeTarget(
                address: address.description, workload: target.workload, state: target.state,
                lastSuccess: target.lastSuccess, series: series(address))
        }.sorted { $0.address < $1.address }
    }
}
