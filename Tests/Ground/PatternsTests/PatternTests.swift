import Testing

@testable import Patterns

@Suite struct `Patterns that RE2 understands` {
    @Test(arguments: [
        ("", "", true, true), ("", "x", true, false),
        ("b+", "abbc", true, false), ("b+", "bbb", true, true), ("a|ab", "ab", true, true),
        ("^/api/v[0-9]+", "/api/v12/users", true, false), ("/api/.*", "/api/", true, true),
        (#"\d{3}"#, "ab123", true, false), (#"[[:upper:]]\w*"#, "Checkout", true, true),
        ("a.c", "a\nc", false, false), ("(?s)a.c", "a\nc", true, true),
        ("^b$", "a\nb", false, false), ("(?m)^b$", "a\nb", true, false),
        (#"\bcart\b"#, "the cart!", true, false), ("(?P<name>x)(?:y)?", "xy", true, true),
        ("caf.", "café", true, true), ("日.", "日本", true, true), (#"\pL+"#, "straße", true, true),
        ("x*?y", "xxy", true, true), (#"\Qa.b\E"#, "a.b", true, true), (#"\Qa.b\E"#, "axb", false, false),
    ]) func `are found and match as a whole`(source: String, text: String, isFound: Bool, isWhole: Bool) throws {
        let pattern = try Pattern(source)

        #expect(pattern.isFound(in: text) == isFound)
        #expect(pattern.matchesWhole(text) == isWhole)
        #expect(pattern.isFound(in: Array(text.utf8)) == isFound)
        #expect(pattern.matchesWhole(Array(text.utf8)) == isWhole)
    }

    @Test(arguments: [("reviews", "REVIEWS", true), ("É", "é", true), ("[a-c]", "B", true), ("(?-i)a", "A", false)])
    func `can ignore letter case`(source: String, text: String, matches: Bool) throws {
        #expect(try Pattern(source, ignoringCase: true).matchesWhole(text) == matches)
        #expect(try !Pattern(source).matchesWhole(text))
    }

    @Test func `are equal when written alike`() throws {
        let one = try Pattern("a+")
        let same = try Pattern("a+")
        let looser = try Pattern("a+", ignoringCase: true)

        #expect(one == same)
        #expect(one != looser)
        #expect(Set([one, same, looser]).count == 2)
        #expect("\(one)" == "a+")
    }

    @Test func `take bytes that are not UTF-8`() throws {
        let bytes: [UInt8] = [0x2F, 0xFF, 0xFE, 0x00, 0x61]

        #expect(try Pattern("a$").isFound(in: bytes))
        #expect(try !Pattern("/.*").matchesWhole(bytes))
        #expect(try Pattern(#"/\C*"#).matchesWhole(bytes))
        #expect(try Pattern(#"\x00"#).isFound(in: bytes))
    }

    @Test func `do work that grows with the text alone`() async throws {
        let hostile = String(repeating: "a", count: 200_000) + "!"
        let clock = ContinuousClock()

        // A backtracking engine would not end on the first within this universe.
        for source in ["(a+)+$", "(a|aa)+$", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)[^!]$", "(x+x+)+y"] {
            let pattern = try Pattern(source)
            let time = clock.measure { #expect(!pattern.isFound(in: hostile)) }
            #expect(time < .seconds(5), "\(source)")
        }
    }

    @Test func `keep answering when their cache of states is full`() throws {
        // One state for every set of the last 16 letters: more than 8 MiB hold.
        let pattern = try Pattern("[ab]*a[ab]{16}c")
        var state: UInt64 = 1
        let noise = (0..<200_000).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1
            return state >> 63 == 0 ? UInt8(ascii: "a") : UInt8(ascii: "b")
        }

        #expect(!pattern.isFound(in: noise))
        #expect(pattern.isFound(in: noise + Array("abbbbbbbbbbbbbbbbc".utf8)))
    }

    @Test func `may be used by many tasks at once`() async throws {
        let pattern = try Pattern("(a|b)*c{2,40}")

        let wrong = await withTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<500).count { round in
                        let text = String(repeating: "ab", count: round % 50) + String(repeating: "c", count: task)
                        return pattern.matchesWhole(text) != (task >= 2)
                    }
                }
            }
            return await group.reduce(0, +)
        }

        #expect(wrong == 0)
    }
}
