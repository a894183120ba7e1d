import JSONWire
import TestSupport
import Testing

@Suite struct JSONWriterTests {
    @Test(arguments: SeededGenerator.seeds(60))
    func `parsing undoes writing`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = random.jsonValue(depth: 5)

        #expect(try JSONValue.parse(value.serialized()) == value)
        #expect(try JSONValue.parse(value.serialized(pretty: true)) == value)
    }

    @Test(
        arguments: [
            (JSONValue.null, "null"), (.number(.nan), "null"), (.number(.infinity), "null"), (1.5, "1.5"), (2.0, "2.0"),
            (.integer(.min), "-9223372036854775808"), (1e300, "1e+300"),
            ("\u{1}\u{1F}\u{7F}/\u{2028}", "\"\\u0001\\u001f\u{7F}/\u{2028}\""),
            ("\"\\\n\r\t\u{8}\u{C}", #""\"\\\n\r\t\b\f""#), ([], "[]"), ([:], "{}"),
            ([1, "a", .null], #"[1,"a",null]"#),
        ] as [(JSONValue, String)])
    func `a value has its text`(value: JSONValue, text: String) {
        #expect(value.text == text)
    }

    @Test func `the pretty text has a member a line`() {
        let value: JSONValue = ["b": [1, ["x": .null]], "a": [:], "c": []]

        let text = String(decoding: value.serialized(pretty: true), as: UTF8.self)

        #expect(
            text == """
                {
                  "b": [
                    1,
                    {
                      "x": null
                    }
                  ],
                  "a": {},
                  "c": []
                }
                """)
    }
}
