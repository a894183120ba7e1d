import ExpositionWire
import TestSupport
import Testing

@Suite struct SeriesIndexTests {
    private func find(_ index: inout SeriesIndex, _ key: String) -> SeriesIndex.Lookup {
        Array(key.utf8).withUnsafeBytes { index.find($0) }
    }

    @Test func `series are numbered in order and known the next time`() {
        var index = SeriesIndex(seed: 1)
        let keys = (0..<500).map { "m{a=\"\($0)\"}" }

        for (number, key) in keys.enumerated() { #expect(find(&index, key) == .new(number)) }
        for _ in 0..<2 {
            index.beginScrape()
            for (number, key) in keys.enumerated() { #expect(find(&index, key) == .known(number)) }
        }

        #expect(index.count == 500)
    }

    @Test func `series that are kept are numbered anew, and others are new again`() {
        var index = SeriesIndex(seed: 1)
        for name in ["a", "b", "c", "d"] { _ = find(&index, name) }

        var kept = index.keeping([3, 1])

        #expect(["d", "b", "a"].map { find(&kept, $0) } == [.known(0), .known(1), .new(2)])
        #expect(index.count == 4)
    }

    /// A fingerprint stands for a whole key: one byte more, less or other anywhere must make another.
    @Test func `keys that differ in one byte are told apart`() {
        var index = SeriesIndex(maximumSeries: 100_000, seed: 7)
        var number = 0
        for length in [1, 7, 8, 15, 16, 17, 31, 32, 33, 64, 450] {
            let key = [UInt8](repeating: 0x61, count: length)
            #expect(key.withUnsafeBytes { index.find($0) } == .new(number))
            number += 1
            for place in 0..<length {
                for bit in 0..<8 {
                    var other = key
                    other[place] ^= 1 << bit
                    #expect(other.withUnsafeBytes { index.find($0) } == .new(number))
                    number += 1
                }
            }
        }
    }

    @Test func `a full index knows what it has and takes no more`() {
        var index = SeriesIndex(maximumSeries: 2, seed: 1)

        #expect(find(&index, "aaa") == .new(0))
        #expect(find(&index, "bb") == .new(1))
        #expect(find(&index, "bbb") == .full)
        #expect(find(&index, "") == .full)
        #expect(find(&index, "aaa") == .known(0))
    }

    @Test(arguments: SeededGenerator.seeds(20))
    func `an index agrees with a dictionary, in any order`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var index = SeriesIndex(seed: seed)
        var model: [String: Int] = [:]
        var keys = (0..<200).map { "series_\($0)_" + String(repeating: "x", count: $0 % 20) }
        for _ in 0..<6 {
            if random.oneIn(2) { keys.shuffle(using: &random) }
            index.beginScrape()
            for key in keys where !random.oneIn(4) {
                let found = find(&index, key)
                if let known = model[key] {
                    #expect(found == .known(known))
                } else {
                    #expect(found == .new(model.count))
                    model[key] = model.count
                }
            }
        }
    }
}
