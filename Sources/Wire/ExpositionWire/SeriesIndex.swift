/// Gives every series of one target a small number, by the bytes of its key.
///
/// Keys are not kept: they are told apart by fingerprints of 128 bits under a random seed, which nobody can make collide
/// on purpose and chance does not in the life of a fleet. So a series costs 40 bytes here, whatever its labels.
///
/// A target shows its series in the same order each time. So each series remembers which one came after it, and that one
/// is tried first; only what is out of order is looked up.
///
/// Series are not taken out. A target whose series come and go is given a new index when ``count`` has grown far beyond
/// what its last scrape had; see ``keeping(_:)``.
package struct SeriesIndex: Sendable {
    package enum Lookup: Hashable, Sendable {
        case known(Int)
        /// Seen for the first time. Numbers are given from 0 without gaps.
        case new(Int)
        /// There is no room for another series.
        case full
    }

    private struct Fingerprint: Hashable, Sendable {
        var low: UInt64
        var high: UInt64
    }

    private struct Entry {
        let fingerprint: Fingerprint
        /// The series that came after this one the last time, or −1.
        var successor: Int32
    }

    private var entries: [Entry] = []
    /// Open addressing with linear probing, at most half full; −1 is empty.
    private var slots: [Int32]
    private var previous = -1
    private let maximumSeries: Int
    private let seed: Fingerprint

    /// An empty index. `seed` should be random: whoever can guess it can choose label values that collide.
    package init(maximumSeries: Int = 1_000_000, seed: UInt64) {
        self.maximumSeries = min(max(maximumSeries, 0), Int(Int32.max) / 4)
        let low = Self.multiplied(seed ^ 0x9E37_79B9_7F4A_7C15, 0xD1B5_4A32_D192_ED03)
        self.seed = Fingerprint(low: low, high: Self.multiplied(low ^ 0x8CB9_2BA7_2F3D_8DD7, 0xAEF1_7502_108E_F2D9))
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
        let fingerprint = fingerprint(key)
        let expected = previous >= 0 ? Int(entries[previous].successor) : 0
        if expected >= 0, expected < entries.count, entries[expected].fingerprint == fingerprint {
            previous = expected
            return .known(expected)
        }
        var slot = Int(truncatingIfNeeded: fingerprint.low) & (slots.count - 1)
        while slots[slot] >= 0 {
            let candidate = Int(slots[slot])
            if entries[candidate].fingerprint == fingerprint {
                follow(with: candidate)
                return .known(candidate)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard entries.count < maximumSeries else { return .full }
        let number = entries.count
        entries.append(Entry(fingerprint: fingerprint, successor: -1))
        slots[slot] = Int32(number)
        if entries.count * 2 > slots.count { rehash(into: slots.count * 2) }
        follow(with: number)
        return .new(number)
    }

    /// An index of some of the series, numbered anew in the order given.
    ///
    /// - Parameter numbers: of series in this index, each once.
    package func keeping(_ numbers: [Int]) -> SeriesIndex {
        var index = self
        index.previous = -1
        index.entries = numbers.map { Entry(fingerprint: entries[$0].fingerprint, successor: -1) }
        // The order is that of the last scrapes, so the first guess is the neighbour.
        for number in index.entries.indices.dropLast() { index.entries[number].successor = Int32(number + 1) }
        var size = 64
        while size < index.entries.count * 2 { size *= 2 }
        index.rehash(into: size)
        return index
    }

    private mutating func follow(with number: Int) {
        if previous >= 0 { entries[previous].successor = Int32(number) }
        previous = number
    }

    /// Sixteen bytes at a time, multiplied into two states that do not know of each other.
    private func fingerprint(_ key: UnsafeRawBufferPointer) -> Fingerprint {
        var low = seed.low ^ UInt64(truncatingIfNeeded: key.count)
        var high = seed.high
        var offset = 0
        while offset &+ 16 <= key.count {
            let first = key.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let second = key.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
            low = Self.multiplied(first ^ seed.high, second ^ low)
            high = Self.multiplied(first ^ high, second ^ seed.low)
            offset &+= 16
        }
        // The last sixteen bytes, some of them a second time; a short key is padded, and its length is in the state.
        var rest = (first: UInt64(0), second: UInt64(0))
        if key.count >= 16 {
            rest.first = key.loadUnaligned(fromByteOffset: key.count &- 16, as: UInt64.self)
            rest.second = key.loadUnaligned(fromByteOffset: key.count &- 8, as: UInt64.self)
        } else {
            for byte in key {
                rest.second = rest.second << 8 | rest.first >> 56
                rest.first = rest.first << 8 | UInt64(byte)
            }
        }
        low = Self.multiplied(rest.first ^ seed.high, rest.second ^ low)
        high = Self.multiplied(rest.first ^ high, rest.second ^ seed.low)
        return Fingerprint(low: Self.multiplied(low, seed.high | 1), high: Self.multiplied(high, seed.low | 1))
    }

    @inline(__always)
    private static func multiplied(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (high, low) = left.multipliedFullWidth(by: right)
        return high ^ low
    }

    private mutating func rehash(into size: Int) {
        slots = Array(repeating: -1, count: size)
        for (number, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.fingerprint.low) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }
}
