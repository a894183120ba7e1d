import Testing

@testable import Patterns

@Suite struct `Patterns that are refused` {
    @Test(
        arguments: [
            (#"(a)\1"#, #"invalid escape sequence: \1"#, 4, "no back references"),
            ("(?=a)", "invalid perl operator: (?=", 1, "no look-around"),
            ("x(?!a)", "invalid perl operator: (?!", 2, "no look-around"),
            ("x(?<=a)", "invalid perl operator: (?<", 2, "no look-around"),
            ("(?>a)", "invalid perl operator: (?>", 1, "atomic groups"),
            ("/api/(v1", "missing ): /api/(v1", 1, "close it with )"),
            ("v1)", "unexpected ): v1)", 1, "open it with ("),
            ("[a-", "missing ]: [a-", 1, "close it with ]"),
            ("[z-a]", "invalid character class range: z-a", 2, "lower character first"),
            ("*.json", "no argument for repetition operator: *", 1, "any text is .*"),
            ("a**", "bad repetition operator: **", 2, "leave one of them out"),
            ("a{1001}", "invalid repetition size: {1001}", 2, "at most 1000 times"),
            (#"a\"#, #"trailing \"#, nil, #"write \\"#),
            ("(?P<n", "invalid named capture group: (?P<n", 1, "(?P<name>"),
            ("[[:nope:]]", "invalid character class range: [:nope:]", 2, "lower character first"),
        ] as [(String, String, Int?, String)])
    func `say what is wrong, where, and what to write`(
        source: String, reason: String, position: Int?, advice: String
    ) throws {
        let error = try #require(throws: PatternError.self) { try Pattern(source) }

        #expect(error.reason == reason)
        #expect(error.position == position)
        #expect(error.advice.contains(advice), "\(error.advice)")
        #expect(error.description.contains("“\(source)”: "))
    }

    @Test func `take little time and memory, however large they are`() throws {
        let hostile = [
            String(repeating: "(", count: 60_000), String(repeating: "(a", count: 20_000),
            String(repeating: "[", count: 60_000), "((a{100}){100}){100}", "((((a{30}){30}){30}){30})",
            String(repeating: "a", count: 1_000_000), String(repeating: #"\pL{900}"#, count: 50),
            String(repeating: "x*", count: 30_000) + ")",
        ]

        for source in hostile {
            let clock = ContinuousClock()
            let time = clock.measure {
                let error = #expect(throws: PatternError.self) { try Pattern(source) }
                #expect((error?.description.utf8.count ?? 0) < 2_000)
            }
            #expect(time < .seconds(5), "\(source.prefix(20))")
        }
    }
}
