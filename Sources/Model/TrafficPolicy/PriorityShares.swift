/// How requests are shared among the groups of a cluster's endpoints: by priority first, then, where that is asked for, by
/// locality. Envoy's rules, <https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/load_balancing/priority>.
///
/// A priority that is healthy enough takes everything. One that lacks endpoints gives what it cannot take to the next, and
/// is thought to manage with 1/1.4 of its endpoints; when all together cannot take everything and one has less than the
/// panic threshold in use, it uses all of its endpoints, for a bad one may be better than none.
package enum PriorityShares {
    /// Endpoints of one priority, and of one locality where localities are weighed.
    package struct Group: Hashable, Sendable {
        package var priority: Int
        /// Counts where localities are weighed; 0 takes nothing.
        package var weight: UInt32
        package var usable: Int
        package var total: Int

        package init(priority: Int, weight: UInt32 = 1, usable: Int, total: Int) {
            self.priority = priority
            self.weight = weight
            self.usable = usable
            self.total = total
        }
    }

    /// What a group gets.
    package struct Share: Hashable, Sendable {
        /// Of ``whole``.
        package var parts: UInt64
        /// Whether all of its endpoints are used, whatever their health.
        package var isPanic: Bool
    }

    /// Envoy's threshold of panic where none is set, in percent. 0 never panics.
    package static let envoyPanicThreshold = 50
    /// Parts of a whole. Percents of priorities are whole numbers, as Envoy's.
    package static let whole: UInt64 = 100_000_000
    /// Percent of endpoints beyond which a priority is thought to manage: Envoy's default.
    private static let overprovisioning = 140

    /// - Parameter threshold: percent of usable endpoints below which a priority panics; 0 never does.
    /// - Returns: for each group its share, which together are the whole, or nothing where nobody can take anything.
    package static func shares(of groups: [Group], threshold: Int) -> [Share] {
        let priorities = (groups.map(\.priority).max() ?? -1) + 1
        var usable = [Int](repeating: 0, count: priorities)
        var total = usable
        for group in groups {
            usable[group.priority] += group.usable
            total[group.priority] += group.total
        }
        let health = (0..<priorities).map { priority in
            total[priority] == 0 ? 0 : min(100, overprovisioning * usable[priority] / total[priority])
        }
        let available = min(100, health.reduce(0, +))
        let isPanic = (0..<priorities).map { priority in
            total[priority] > 0 && available < 100
                && usable[priority] * 100 < min(max(threshold, 0), 100) * total[priority]
        }
        let loads = loads(health, available, isPanic, total)
        return groups.indices.map { index in
            let group = groups[index]
            let isPanic = isPanic[group.priority]
            let whole = groups.filter { $0.priority == group.priority }.reduce(0.0) { $0 + weight(of: $1, isPanic) }
            let own = weight(of: group, isPanic)
            guard whole > 0, own > 0 else { return Share(parts: 0, isPanic: isPanic) }
            let parts = Double(loads[group.priority]) / 100 * own / whole * Double(Self.whole)
            return Share(parts: UInt64(parts.rounded()), isPanic: isPanic)
        }
    }

    /// Percent of all requests by priority.
    private static func loads(_ health: [Int], _ available: Int, _ isPanic: [Bool], _ total: [Int]) -> [Int] {
        let hosts = total.reduce(0, +)
        let busy = total.indices.filter { total[$0] > 0 }
        if !busy.isEmpty, busy.allSatisfy({ isPanic[$0] }) {
            // Everybody panics: by how many each has.
            return rest(of: total.map { $0 * 100 / hosts }, to: busy[0])
        }
        guard available > 0 else {
            // Nobody can: the first that has anybody is asked.
            return total.indices.map { $0 == busy.first ? 100 : 0 }
        }
        var left = 100
        var loads = health.map { health in
            let load = min(left, health * 100 / available)
            left -= load
            return load
        }
        if left > 0, let first = loads.firstIndex(where: { $0 > 0 }) { loads[first] += left }
        return loads
    }

    private static func rest(of loads: [Int], to place: Int) -> [Int] {
        var loads = loads
        loads[place] += 100 - loads.reduce(0, +)
        return loads
    }

    /// A locality counts with its weight, less what it lacks.
    private static func weight(of group: Group, _ isPanic: Bool) -> Double {
        guard group.total > 0 else { return 0 }
        if isPanic { return Double(group.weight) }
        let health = min(1, Double(overprovisioning) / 100 * Double(group.usable) / Double(group.total))
        return Double(group.weight) * health
    }
}
