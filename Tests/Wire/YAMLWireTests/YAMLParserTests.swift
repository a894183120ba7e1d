import JSONWire
import TestSupport
import Testing
import YAMLWire

@Suite struct YAMLParserTests {
    /// A resource as people write it.
    static let virtualService = """
        # The payment service's canary.
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: payment, namespace: payments}
        spec:
          hosts:
          - payment-service
          http:
          - name: "primary"
            timeout: 2.5s
            route:
            - destination: &stable
                host: payment-service
                subset: v1
              weight: 90
            - destination:
                host: payment-service
                subset: v2
              weight: 0x0A
            mirror: *stable
        ---
        # Only a comment.
        ---
        kind: Service
        """

    private func parse(_ text: String, file: String = "t.yaml") throws(YAMLError) -> [YAMLDocument] {
        try YAMLParser.parse(Array(text.utf8), file: file)
    }

    private func value(_ text: String) throws -> JSONValue {
        try #require(try parse(text).first).value
    }

    @Test func `documents become JSON values, and empty ones nothing`() throws {
        let documents = try parse(Self.virtualService)

        let destination: JSONValue = ["host": "payment-service", "subset": "v1"]
        #expect(documents.count == 2)
        #expect(documents.last?.value == ["kind": "Service"])
        #expect(documents.first?.value["metadata"]?["namespace"] == "payments")
        #expect(documents.first?.value.value(at: "/spec/http/0/mirror") == destination)
        #expect(documents.first?.value.value(at: "/spec/http/0/route/1/weight") == 10)
        #expect(documents.first?.value.value(at: "/spec/http/0/timeout") == "2.5s")
        #expect(documents.first?.value.object?.keys == ["apiVersion", "kind", "metadata", "spec"])
    }

    @Test(arguments: [
        ("", 2, 1), ("/kind", 3, 1), ("/metadata/namespace", 4, 27), ("/spec/hosts/0", 7, 5), ("/spec/http/0", 9, 5),
        ("/spec/http/0/route", 11, 5), ("/spec/http/0/route/0/weight", 15, 7), ("/spec/http/0/route/1/weight", 19, 7),
        ("/spec/http/0/mirror/subset", 14, 9), ("/spec/http/0/fault/abort", 9, 5), ("/spec/http/7", 8, 3),
        ("/nothing", 2, 1),
    ])
    func `every value has its place, or the nearest around it`(pointer: String, line: Int, column: Int) throws {
        let document = try #require(try parse(Self.virtualService).first)
        let pointer = try #require(JSONPointer(parsing: pointer))

        #expect(document.position(of: pointer) == SourcePosition(line: line, column: column))
    }

    @Test func `a value's own place is behind its key`() throws {
        let document = try #require(try parse("a:\n  b: x\n").first)

        #expect(document.valuePosition(of: "/a") == SourcePosition(line: 2, column: 3))
        #expect(document.valuePosition(of: "/a/b") == SourcePosition(line: 2, column: 6))
        #expect(document.valuePosition(of: "/a/c") == nil)
    }

    /// YAML 1.2.2, section 10.3.2.
    @Test(
        arguments: [
            ("~", .null), ("null", .null), ("NULL", .null), ("a: ", ["a": .null]), ("nUll", "nUll"), ("true", true),
            ("False", false), ("yes", "yes"), ("on", "on"), ("12", 12), ("+12", 12), ("-12", -12), ("012", 12),
            ("0o14", 12), ("0xC", 12), ("0b11", "0b11"), ("0x", "0x"), ("0x-1", "0x-1"), ("-0xC", "-0xC"),
            ("1_000", "1_000"),
            ("12:30", "12:30"), ("2026-11-22", "2026-11-22"), ("1.5", 1.5), (".5", 0.5), ("5.", 5), ("-1e3", -1000),
            ("1e", "1e"), (".", "."), ("-", [.null]), ("+", "+"), ("127.0.0.1", "127.0.0.1"), ("-0", .number(-0.0)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("\"12\"", "12"), ("'true'", "true"), ("!!str 12", "12"), ("! 12", "12"), ("!!int \"12\"", 12),
            ("!!float 12", .number(12)), ("!!bool 'true'", true), ("!!null ''", .null), ("!!seq [1]", [1]),
            ("!!map {a: 1}", ["a": 1]), ("|\n a\n b\n", "a\nb\n"), (">-\n a\n b\n", "a b"),
            ("\"\\x41\\u00e9\\0\"", "Aé\u{0}"),
            ("[1, 2.5, x, [~]]", [1, 2.5, "x", [.null]]),
            ("{80: a, true: b, null: c}", ["80": "a", "true": "b", "null": "c"]),
            ("{\"a\": [1, {}]}", ["a": [1, [:]]]), ("\u{FEFF}a: 1", ["a": 1]), ("a: 1\r\nb: 2\r\n", ["a": 1, "b": 2]),
            ("%YAML 1.2\n---\na: 1", ["a": 1]), ("? a\n: 1", ["a": 1]), ("{&k a: 1, b: *k}", ["a": 1, "b": "a"]),
        ] as [(String, JSONValue)])
    func `the core schema decides what a scalar is`(text: String, expected: JSONValue) throws {
        let found = try value(text)

        #expect(found == expected)
        #expect(found.kindInWords == expected.kindInWords)
    }

    @Test(arguments: [
        (
            "a: 1\nb: [1, 2\nc: 3",
            "t.yaml:3:2: did not find expected ',' or ']', while parsing a flow sequence from 2:4"
        ),
        (
            "a:\n  - b\n - c",
            "t.yaml:3:2: did not find expected key, while parsing a block mapping from 1:1"
        ),
        ("a: b: c", "t.yaml:1:5: mapping values are not allowed in this context"),
        ("\ta: 1", "t.yaml:1:1: found character that cannot start any token, while scanning for the next token"),
        ("a: \"x", "t.yaml:1:6: found unexpected end of stream, while scanning a quoted scalar from 1:4"),
        ("a: 1\na: 2", "t.yaml:2:1: the key \"a\" is here twice; it is at 1:1 already"),
        ("a: *b", "t.yaml:1:4: the alias *b has no anchor; put &b before the value that it means"),
        ("a: &b [*b]", "t.yaml:1:8: the alias *b stands inside the value that it means"),
        ("--- &x 1\n--- *x", "t.yaml:2:5: the alias *x has no anchor; put &x before the value that it means"),
        ("? [a]\n: 1", "t.yaml:1:3: a key must be a scalar, not a mapping or a sequence"),
        ("<<: {a: 1}", "t.yaml:1:1: merge keys (<<) are not part of YAML 1.2; write the members out"),
        ("a: .inf", "t.yaml:1:4: .inf is not a finite number; write a number, or quote it"),
        ("a: 1e999", "t.yaml:1:4: the number 1e999 is too large"),
        ("a: 0xFFFFFFFFFFFFFFFFFF", "t.yaml:1:4: the number FFFFFFFFFFFFFFFFFF in base 16 is too large"),
        ("a: !!binary aGk=", "t.yaml:1:4: the tag !!binary is not known; leave it out"),
        ("a: !secret x", "t.yaml:1:4: the tag !secret is not known; leave it out"),
        ("a: !!int x", "t.yaml:1:4: \"x\" does not fit its tag !!int"),
        ("a: !!map [1]", "t.yaml:1:4: the tag !!map does not fit a sequence; leave it out"),
        ("é: \u{1}", "t.yaml:1:4: control characters are not allowed"),
        ("%YAML 2.0\n---\na", "t.yaml:1:1: found incompatible YAML document"),
    ])
    func `a mistake is told with its place`(text: String, description: String) {
        let error = #expect(throws: YAMLError.self) { try parse(text) }

        #expect(error?.description == description)
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        let error = #expect(throws: YAMLError.self) {
            try YAMLParser.parse([0x61, 0x3A, 0x0A, 0x20, 0xC3, 0x28], file: "t.yaml")
        }

        #expect(error?.description == "t.yaml:2:3: invalid trailing UTF-8 octet")
    }

    @Test func `a billion laughs end early`() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...9 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                + "]\n"
        }

        let error = #expect(throws: YAMLError.self) { try parse(text) }

        #expect(error?.message == "the aliases up to here stand for more than 4 MiB; use fewer")
        #expect(error?.line ?? 0 >= 6)
    }

    @Test func `a long text cannot be multiplied`() {
        let text = "a: &a \(String(repeating: "x", count: 100_000))\nb: [" + String(repeating: "*a, ", count: 100) + "]"

        let error = #expect(throws: YAMLError.self) { try parse(text) }

        #expect(error?.message == "the aliases up to here stand for more than 4 MiB; use fewer")
    }

    @Test func `aliases cannot nest deeper than a document can`() {
        var text = "a0: &a0 []\n"
        for level in 1...200 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }

        let error = #expect(throws: YAMLError.self) { try parse(text) }

        #expect(error?.message == "nested deeper than 128 levels")
    }

    @Test func `directives that libyaml is slow with are refused`() {
        let directives = (0..<80_000).map { "%TAG !a\($0)! b\n" }.joined()

        let error = #expect(throws: YAMLError.self) { try parse(directives + "--- 1") }

        #expect(error?.description == "t.yaml:1:1: the file has more than 64 %TAG directives")
    }

    @Test func `a long mistake has a short message`() {
        let error = #expect(throws: YAMLError.self) { try parse("a: !\(String(repeating: "x", count: 100_000)) b") }

        #expect(error?.message.utf8.count ?? .max < 120)
    }

    @Test(arguments: ["[", "{a: ", "- "])
    func `a depth bomb is refused`(piece: String) {
        let error = #expect(throws: YAMLError.self) { try parse(String(repeating: piece, count: 50_000)) }

        #expect(error?.message == "nested deeper than 128 levels")
    }

    @Test func `a text cut anywhere is read or refused, and never traps`() {
        let bytes = Array(Self.virtualService.utf8)
        for length in bytes.indices {
            do throws(YAMLError) {
                let documents = try YAMLParser.parse(Array(bytes.prefix(length)), file: "t.yaml")
                #expect(documents.count <= 2)
            } catch {
                #expect(error.line >= 1 && error.column >= 1)
            }
        }
    }

    @Test(arguments: SeededGenerator.seeds(20))
    func `a text with changed bytes is read or refused, and never traps`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let marks = Array("&*!|>'\"%@`[]{},:-#? \n\t<~0xe.\u{0}".utf8) + [0xFF, 0xC3]
        for _ in 0..<100 {
            var bytes = Array(Self.virtualService.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = marks.randomElement(using: &random) ?? 0
            }
            do throws(YAMLError) {
                for document in try YAMLParser.parse(bytes, file: "t.yaml") { #expect(document.start.line >= 1) }
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }
}
