/// Where each hash belongs among a cluster's endpoints, so that little moves when one comes or goes. Endpoints are told
/// by their addresses' text; tables are Envoy's, entry by entry, for endpoints of equal weight.
package struct HashTable: Sendable {
    package enum Kind: Sendable, Hashable {
        /// A ring of at least `minimum` points; every endpoint has equally many.
        case ring(minimum: Int = 1024, maximum: Int = 8 * 1024 * 1024)
        /// A table of `size`, a prime, that the endpoints fill in turn
        /// (<https://research.google/pubs/maglev-a-fast-and-reliable-software-network-load-balancer/>).
        case maglev(size: Int = 65_537)
    }

    private enum Places: Sendable {
        /// Sorted by hash.
        case ring(hashes: [UInt64], endpoints: [UInt32])
        case maglev([UInt32])
    }

    private let places: Places

    package init(_ kind: Kind, addresses: [String]) {
        places =
            switch kind {
            case .ring(let minimum, let maximum): Self.ring(addresses, minimum: minimum, maximum: maximum)
            case .maglev(let size): Self.maglev(addresses, size: max(2, size))
            }
    }

    /// The endpoint of a hash, by its place in the addresses; nothing when there are none.
    ///
    /// - Parameter attempt: 0, or which other endpoint is wanted since the ones before it failed.
    package func endpoint(of hash: UInt64, attempt: Int = 0) -> Int? {
        switch places {
        case .ring(let hashes, let endpoints):
            guard !hashes.isEmpty else { return nil }
            var (low, high) = (0, hashes.count)
            while low < high {
                let middle = (low + high) / 2
                if hashes[middle] < hash { low = middle + 1 } else { high = middle }
            }
            return Int(endpoints[(low + attempt) % hashes.count])
        case .maglev(let table):
            guard !table.isEmpty else { return nil }
            let hash = attempt > 0 ? hash ^ (UInt64.max &- UInt64(attempt) &+ 1) : hash
            return Int(table[Int(hash % UInt64(table.count))])
        }
    }

    private static func ring(_ addresses: [String], minimum: Int, maximum: Int) -> Places {
        guard !addresses.isEmpty else { return .ring(hashes: [], endpoints: []) }
        let each = (max(minimum, 1) + addresses.count - 1) / addresses.count
        let total = max(1, min(each * addresses.count, maximum))
        var points: [(hash: UInt64, endpoint: UInt32)] = []
        points.reserveCapacity(total)
        for (index, address) in addresses.enumerated() {
            // Under the maximum the shares may differ by one.
            let end = total * (index + 1) / addresses.count
            var number = 0
            while points.count < end {
                points.append((XXHash64.hash("\(address)_\(number)".utf8), UInt32(index)))
                number += 1
            }
        }
        points.sort { $0.hash < $1.hash }
        return .ring(hashes: points.map(\.hash), endpoints: points.map(\.endpoint))
    }

    private static func maglev(_ addresses: [String], size: Int) -> Places {
        guard !addresses.isEmpty else { return .maglev([]) }
        // In an order of its own, so that the same endpoints in another order make the same table.
        let order = addresses.indices.sorted { addresses[$0].utf8.lexicographicallyPrecedes(addresses[$1].utf8) }
        var next = order.map { Int(XXHash64.hash(addresses[$0].utf8) % UInt64(size)) }
        let skips = order.map { Int(XXHash64.hash(addresses[$0].utf8, seed: 1) % UInt64(size - 1)) + 1 }
        var table = [UInt32](repeating: .max, count: size)
        var filled = 0
        while filled < size {
            for (position, index) in order.enumerated() where filled < size {
                while table[next[position]] != .max { next[position] = (next[position] + skips[position]) % size }
                table[next[position]] = UInt32(index)
                filled += 1
            }
        }
        return .maglev(table)
    }
}
