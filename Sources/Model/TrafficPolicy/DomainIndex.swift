/// Finds the virtual host of an authority, over bytes and without copying them.
///
/// Exact domains stand in an open-addressing hash table (FNV-1a over lower-case bytes, linear probing, at most half
/// full). The table's keys are configuration; what a client sends is only looked up, so it cannot fill a bucket.
struct DomainIndex: Sendable {
    private struct Entry: Sendable {
        var domain: [UInt8]
        var host: Int
    }

    private var exact: [Entry] = []
    /// Index into ``exact`` + 1; 0 is a free slot. The count is a power of two.
    private var slots: [Int] = [0, 0]
    /// Longest first. Without the star.
    private var suffixes: [Entry] = []
    private var prefixes: [Entry] = []
    private var everything: Int?

    /// A domain that is already there keeps its host.
    mutating func insert(_ domain: String, host: Int) {
        let bytes = domain.utf8.map(\.lowercased)
        if bytes == [UInt8(ascii: "*")] {
            everything = everything ?? host
        } else if bytes.first == UInt8(ascii: "*") {
            Self.insert(Entry(domain: Array(bytes.dropFirst()), host: host), into: &suffixes)
        } else if bytes.last == UInt8(ascii: "*") {
            Self.insert(Entry(domain: Array(bytes.dropLast()), host: host), into: &prefixes)
        } else if slot(of: bytes[...]).map({ slots[$0] == 0 }) ?? true {
            exact.append(Entry(domain: bytes, host: host))
            if exact.count * 2 > slots.count {
                slots = Array(repeating: 0, count: slots.count * 2)
                for index in exact.indices { place(index) }
            } else {
                place(exact.count - 1)
            }
        }
    }

    func host(for authority: ArraySlice<UInt8>) -> Int? {
        if let slot = slot(of: authority), slots[slot] > 0 { return exact[slots[slot] - 1].host }
        // A star stands for at least one byte.
        for entry in suffixes
        where authority.count > entry.domain.count && authority.ends(with: entry.domain, ignoringCase: true) {
            return entry.host
        }
        for entry in prefixes
        where authority.count > entry.domain.count && authority.begins(with: entry.domain, ignoringCase: true) {
            return entry.host
        }
        return everything
    }

    private static func insert(_ entry: Entry, into list: inout [Entry]) {
        guard !list.contains(where: { $0.domain == entry.domain }) else { return }
        let place = list.firstIndex { $0.domain.count < entry.domain.count } ?? list.count
        list.insert(entry, at: place)
    }

    private mutating func place(_ index: Int) {
        if let slot = slot(of: exact[index].domain[...]) { slots[slot] = index + 1 }
    }

    /// The slot that holds the domain, or the free one where it belongs. Never more than half the slots are taken, so
    /// there is always one.
    private func slot(of domain: ArraySlice<UInt8>) -> Int? {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in domain { hash = (hash ^ UInt64(byte.lowercased)) &* 0x0000_0100_0000_01b3 }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash ^ (hash >> 32)) & mask
        for _ in slots.indices {
            guard slots[slot] > 0 else { return slot }
            let found = exact[slots[slot] - 1].domain
            if found.count == domain.count, domain.begins(with: found, ignoringCase: true) { return slot }
            slot = (slot + 1) & mask
        }
        return nil
    }
}
