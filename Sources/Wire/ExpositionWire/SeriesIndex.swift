// memcmp: comparing a key with the one that is expected is all that a known series costs.
import Glibc

/// Gives every series of one target a small number, by the bytes of its key.
///
/// A target shows its series in the same order each time. So each series remembers which one came after it, that one is
/// tried first, and a known series costs one comparison; only what is out of order is hashed.
///
/// Series are not taken out. A target whose series come and go is given a new index when ``count`` has grown far beyond
/// what its last scrape had.
package struct SeriesIndex: Sendable {
    package enum Lookup: Hashable, Sendable {
        case known(Int)
        /// Seen for the first time. Numbers are given from 0 without gaps.
        case new(Int)
        /// There is no room for another series.
        case full
    }

    private struct Entry {
        let hash: UInt64
        let start: Int
        let length: Int
        /// The series that came after this one the last time, or −1.
        var successor: Int32
    }

    private var text: [UInt8] = []
    private var entries: [Entry] = []
    /// Open addressing with linear probing, at most half full; −1 is empty.
    private var slots: [Int32]
    private var previous = -1
    private let maximumSeries: Int
    private let maximumBytes: Int
    private let seed: UInt64

    /// An empty index. `seed` should be random: whoever can guess it can choose label values that collide.
    package init(maximumSeries: Int = 1_000_000, maximumBytes: Int = 256 << 20, seed: UInt64) {
        self.maximumSeries = min(max(maximumSeries, 0), Int(Int32.max) / 4)
        self.maximumBytes = maximumBytes
        self.seed = seed
        slots = Array(repeating: -1, count: 64)
    }

    /// How many series have numbers.
    package var count: Int { entries.count }

    /// To be called before each scrape: the first series of a text is expected again.
    package mutating func beginScrape() {
        previous = -1
    }

    /// The number of the series with this key.
    package mutating func find(_ key: UnsafeRawBufferPointer) -> Lookup {
        let expected = previous >= 0 ? Int(entries[previous].successor) : 0
        if expected >= 0, expected < entries.count, isEqual(expected, key) {
            previous = expected
            return .known(expected)
        }
        let hash = hash(key)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let candidate = Int(slots[slot])
            if entries[candidate].hash == hash, isEqual(candidate, key) {
                follow(with: candidate)
                return .known(candidate)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard entries.count < maximumSeries, text.count + key.count <= maximumBytes else { return .full }
        let number = entries.count
        entries.append(Entry(hash: hash, start: text.count, length: key.count, successor: -1))
        text.append(contentsOf: key)
        slots[slot] = Int32(number)
        if entries.count * 2 > slots.count { grow() }
        follow(with: number)
        return .new(number)
    }

    /// The key of the series with this number; nothing when there is none.
    package func key(of number: Int) -> ArraySlice<UInt8>? {
        guard entries.indices.contains(number) else { return nil }
        let entry = entries[number]
        return text[entry.start..<entry.start + entry.length]
    }

    private mutating func follow(with number: Int) {
        if previous >= 0 { entries[previous].successor = Int32(number) }
        previous = number
    }

    @inline(__always)
    private func isEqual(_ number: Int, _ key: UnsafeRawBufferPointer) -> Bool {
        let entry = entries[number]
        guard entry.length == key.count, let wanted = key.baseAddress else { return entry.length == key.count }
        // Sound: an entry's range is inside `text` from the moment it is made, and `text` only grows.
        return text.withUnsafeBytes { stored in
            guard let base = stored.baseAddress else { return false }
            return memcmp(base + entry.start, wanted, entry.length) == 0
        }
    }

    /// Eight bytes at a time, multiplied and folded.
    private func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
        var state = seed ^ UInt64(truncatingIfNeeded: key.count)
        var offset = 0
        while offset + 8 <= key.count {
            state = fold(state ^ key.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < key.count {
            rest = rest << 8 | UInt64(key[offset])
            offset += 1
        }
        return fold(fold(state ^ rest))
    }

    private func fold(_ value: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return high ^ low
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for (number, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }
}
