/// Chooses one of a cluster's usable endpoints, by index. Randomness and counters come from the caller.
package enum EndpointChoice: Sendable, Hashable {
    /// The less busy of two different random endpoints ("power of two choices"): close to the least busy of all, without
    /// looking at all and without a herd.
    case leastRequest
    /// One after the other.
    case roundRobin
    case random

    /// The chosen endpoint, 0..<count; nothing when there is none.
    ///
    /// - Parameters:
    ///   - first: a uniform random number; for round robin a counter that the caller advances by one.
    ///   - second: another uniform random number, independent of the first.
    ///   - active: how many requests are under way to an endpoint.
    ///   - isExcluded: endpoints to pass over, such as those that failed this request before. When all are excluded, none
    ///     is: another try of a bad endpoint beats no try.
    package func pick(
        of count: Int, first: UInt64, second: UInt64, active: (Int) -> Int, isExcluded: ((Int) -> Bool)? = nil
    ) -> Int? {
        guard count > 0 else { return nil }
        var eligible = count
        if let isExcluded {
            eligible = (0..<count).count { !isExcluded($0) }
        }
        // With all or none excluded, positions and endpoints are the same.
        guard let isExcluded, eligible > 0, eligible < count else {
            return position(of: count, first: first, second: second, active: active)
        }
        func endpoint(at position: Int) -> Int {
            var left = position
            for index in 0..<count where !isExcluded(index) {
                if left == 0 { return index }
                left -= 1
            }
            return 0
        }
        return endpoint(
            at: position(of: eligible, first: first, second: second, active: { active(endpoint(at: $0)) }))
    }

    private func position(of count: Int, first: UInt64, second: UInt64, active: (Int) -> Int) -> Int {
        let one = Int(truncatingIfNeeded: first % UInt64(count))
        guard self == .leastRequest, count > 1 else { return one }
        // The second is drawn among the others, so that two different endpoints are always compared.
        let drawn = Int(truncatingIfNeeded: second % UInt64(count - 1))
        let other = drawn < one ? drawn : drawn + 1
        return active(other) < active(one) ? other : one
    }
}
