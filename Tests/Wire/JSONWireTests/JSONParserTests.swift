import JSONWire
import TestSupport
import Testing

@Suite struct JSONParserTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), ("true", true), (" false ", false), ("0", 0), ("-1", -1), ("1.0", 1),
            ("1e2", 100),
            ("-0", .number(-0.0)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("0.1", 0.1), ("-1.5E+3", -1500),
            ("1e-400", 0), ("\"\"", ""), ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\"", "a\"\\/\u{8}\u{C}\n\r\tz"),
            ("\"\\u00e9\\u20AC\"", "é€"), ("\"\\uD83D\\uDE42\"", "🙂"), ("\"日本\"", "日本"), ("\"\\u0000\"", "\u{0}"),
            ("[]", []), ("[1, [2], {}]", [1, [2], [:]]), ("{\"a\":{\"b\":[null]}}", ["a": ["b": [.null]]]),
            ("\u{FEFF}1", 1), ("\r\n\t {} \n", [:]),
        ] as [(String, JSONValue)])
    func `a text has its value`(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(arguments: [
        ("\"\\uD83D\"", "\u{FFFD}"), ("\"\\uDE42x\"", "\u{FFFD}x"), ("\"\\uD83D\\uD83D\\uDE42\"", "\u{FFFD}🙂"),
        ("\"\\uD83D\\n\"", "\u{FFFD}\n"), ("\"\\uD83D\\u0041\"", "\u{FFFD}A"),
    ])
    func `a lone surrogate becomes a replacement character`(text: String, value: String) throws {
        #expect(try JSONValue(parsing: text).string == value)
    }

    @Test func `of members with the same name the last wins and the first keeps its place`() throws {
        let value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#)

        #expect(value.text == #"{"a":3,"b":2}"#)
    }

    @Test(arguments: [
        ("", "1:1: expected a value, found the end of the text"),
        ("  ", "1:3: expected a value, found the end of the text"),
        ("{\n  \"a\": ]", "2:8: expected a value, found ']'"),
        ("[1,]", "1:4: expected a value, found ']'"),
        ("[1 2]", "1:4: expected ',' or ']', found '2'"),
        ("{\"é\" 1}", "1:6: expected ':' after the member's name, found '1'"),
        ("{a:1}", "1:2: expected a member's name in quotes, found 'a'"),
        ("{\"a\":1,}", "1:8: expected a member's name in quotes, found '}'"),
        ("{\"a\":1 \"b\"", "1:8: expected ',' or '}', found '\"'"),
        ("tru", "1:1: expected a value, found 't'"),
        ("1 x", "1:3: expected the end of the text, found 'x'"),
        ("01", "1:1: a number must not begin with '0'"),
        ("-", "1:2: expected a digit, found the end of the text"),
        ("1.", "1:3: expected a digit, found the end of the text"),
        ("1e+", "1:4: expected a digit, found the end of the text"),
        ("[.5]", "1:2: expected a value, found '.'"),
        ("+1", "1:1: expected a value, found '+'"),
        ("1e400", "1:1: the number is too large"),
        ("NaN", "1:1: expected a value, found 'N'"),
        ("\"a", "1:3: expected '\"' at the string's end, found the end of the text"),
        ("\"a\nb\"", "1:3: expected an escape for a control character, found byte 0x0a"),
        ("\"\\x\"", "1:3: expected one of \" \\ / b f n r t u after '\\', found 'x'"),
        ("\"\\u12g4\"", "1:6: expected four hexadecimal digits after '\\u', found 'g'"),
        ("[\u{1}]", "1:2: expected a value, found byte 0x01"),
        ("[é]", "1:2: expected a value, found 'é'"),
        ("// no", "1:1: expected a value, found '/'"),
    ])
    func `a mistake is told with its place`(text: String, description: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }

        #expect(error?.description == description)
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        let error = #expect(throws: JSONError.self) { try JSONValue.parse([0x5B, 0x22, 0xC3, 0x28, 0x22, 0x5D]) }

        #expect(error?.description == "1:3: the string is not valid UTF-8")
    }

    @Test(arguments: ["[", "{\"a\":", "[{\"a\":[{\"b\":"])
    func `a depth bomb is refused before the stack is used up`(piece: String) {
        let error = #expect(throws: JSONError.self) {
            try JSONValue(parsing: String(repeating: piece, count: 100_000))
        }

        #expect(error?.message == "nested deeper than 128 levels")
    }

    @Test func `the depth that is allowed is read`() throws {
        let text = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)

        #expect(try JSONValue(parsing: text).text == text)
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[\(text)]") }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[[]]", limits: JSONLimits(maximumDepth: 1)) }
    }

    @Test func `a text that is too long is refused`() {
        let error = #expect(throws: JSONError.self) {
            try JSONValue(parsing: "[1,2]", limits: JSONLimits(maximumBytes: 4))
        }

        #expect(error?.description == "1:1: the text has 5 bytes; at most 4 are accepted")
    }

    @Test func `a text cut anywhere is refused and never traps`() throws {
        let whole = Array(
            #"{"a": [1, -2.5e+3, "x\n\u00e9\uD83D\uDE42 é"], "b": {"c": null, "d": [true, false, {}]}, "e": ""}"#.utf8)
        #expect(throws: Never.self) { try JSONValue.parse(whole) }

        for length in whole.indices {
            #expect(throws: JSONError.self, "cut after \(length) bytes") {
                try JSONValue.parse(Array(whole.prefix(length)))
            }
        }
    }

    @Test(arguments: SeededGenerator.seeds(20))
    func `a text with a changed byte is read or refused, and never traps`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let whole = random.jsonValue(depth: 5).serialized()
        for _ in 0..<200 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard let value = try? JSONValue.parse(bytes) else { continue }
            #expect((try? JSONValue.parse(value.serialized())) == value)
        }
    }

    @Test func `many members are read in little time`() throws {
        let members = (0..<50_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",")

        let object = try #require(try JSONValue(parsing: "{\(members)}").object)

        #expect(object.count == 50_000)
        #expect(object["key49999"] == 49_999)
    }
}
