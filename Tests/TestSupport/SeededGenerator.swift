/// Random numbers that a failed test can be run again with: the same seed gives the same numbers.
///
/// Take the seed as the test's argument (`arguments: SeededGenerator.seeds(20)`), so that a failure prints it.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// The seeds of a property's runs, always the same.
    package static func seeds(_ count: Int) -> [UInt64] {
        (0..<max(count, 0)).map { UInt64($0) &* 7919 &+ 1 }
    }

    /// An even chance of 1 in `count`.
    package mutating func oneIn(_ count: Int) -> Bool {
        Int.random(in: 0..<max(count, 1), using: &self) == 0
    }

    /// Text that is hard to spell: quotes, breaks, blanks, words with a meaning, other scripts, the ends of planes.
    package mutating func awkwardText() -> String {
        let pieces: [String] = [
            "a", "B", "0", "7", "-", "_", ".", ":", ": ", " #", "#", " ", "  ", "\n", "\n\n", "\r", "\r\n", "\t", "\"",
            "'", "\\", "\\n", "/", "~", "{", "}", "[", "]", ",", "|", ">", "&x", "*x", "!", "%", "@", "`", "null",
            "true", "yes", "1e3", "0x1f", ".inf", "~", "---", "é", "e\u{301}", "日本", "🙂", "\u{0}", "\u{7}", "\u{7F}",
            "\u{85}", "\u{A0}", "\u{2028}", "\u{FEFF}", "\u{FFFD}", "\u{FFFF}", "\u{10FFFF}",
        ]
        let count = Int.random(in: 0...6, using: &self)
        return (0..<count).map { _ in pieces.randomElement(using: &self) ?? "" }.joined()
    }
}
