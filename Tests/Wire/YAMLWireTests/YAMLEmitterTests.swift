import JSONWire
import TestSupport
import Testing
import YAMLWire

@Suite struct YAMLEmitterTests {
    @Test func `resources look as Istio's documentation writes them`() {
        let value: JSONValue = [
            "kind": "VirtualService",
            "metadata": ["name": "payment", "labels": [:]],
            "spec": [
                "hosts": ["payment-service", "*.example"],
                "http": [
                    [
                        "timeout": "2s",
                        "route": [
                            ["destination": ["host": "payment-service", "subset": "v1"], "weight": 90],
                            ["destination": ["host": "payment-service", "subset": "v2"], "weight": 10],
                        ],
                    ]
                ],
                "matrix": [[1, 2.5], [], ["yes", true, .null]],
                "certificate": "-----BEGIN-----\nAbC=\n-----END-----\n",
            ],
        ]

        #expect(
            YAMLEmitter.emit(value) == """
                kind: VirtualService
                metadata:
                  name: payment
                  labels: {}
                spec:
                  hosts:
                  - payment-service
                  - "*.example"
                  http:
                  - timeout: 2s
                    route:
                    - destination:
                        host: payment-service
                        subset: v1
                      weight: 90
                    - destination:
                        host: payment-service
                        subset: v2
                      weight: 10
                  matrix:
                  - - 1
                    - 2.5
                  - []
                  - - "yes"
                    - true
                    - null
                  certificate: |
                    -----BEGIN-----
                    AbC=
                    -----END-----

                """)
    }

    @Test(arguments: [
        ("v1", "v1"), ("payment-service.payments", "payment-service.payments"), ("/spec/http/0", "/spec/http/0"),
        ("10.0.0.0/8", "10.0.0.0/8"), ("100ms", "100ms"), ("a b", "a b"), ("naïve", "naïve"), ("日本", "日本"),
        ("", "\"\""), ("yes", "\"yes\""), ("Null", "\"Null\""), ("NO", "\"NO\""), ("12", "\"12\""), ("1e3", "\"1e3\""),
        ("0x1F", "\"0x1F\""), ("12:30:45", "\"12:30:45\""), ("2026-11-22", "\"2026-11-22\""),
        ("127.0.0.1", "\"127.0.0.1\""),
        ("-", "\"-\""), ("~", "\"~\""), ("a: b", "\"a: b\""), ("a:", "\"a:\""), ("a:b", "a:b"), ("a #b", "\"a #b\""),
        ("a#b", "a#b"), (" a", "\" a\""), ("a ", "\"a \""), ("{a}", "\"{a}\""), ("*a", "\"*a\""), ("a\"b", "a\"b"),
        ("\"a", "\"\\\"a\""), ("a\tb", "\"a\\tb\""), ("\u{7F}\u{FEFF}", "\"\\u007f\\ufeff\""), ("<<", "\"<<\""),
        ("a\n", "\"a\\n\""),
    ])
    func `text is quoted when a reader could mistake it`(text: String, spelling: String) {
        #expect(YAMLEmitter.emit(.string(text)) == spelling + "\n")
    }

    @Test(arguments: [
        ("a\nb", "|-\n  a\n  b"), ("a\n\nb\n", "|\n  a\n\n  b"), ("a\n  b", "|-\n  a\n    b"),
        ("#a\n---", "|-\n  #a\n  ---"),
        (" a\nb", "\" a\\nb\""), ("a\n \nb", "\"a\\n \\nb\""), ("a\n\n", "\"a\\n\\n\""), ("\na", "\"\\na\""),
        ("a\r\nb", "\"a\\r\\nb\""),
    ])
    func `lines become a block when it can hold them`(text: String, spelling: String) throws {
        let yaml = YAMLEmitter.emit(["k": .string(text)])

        #expect(yaml == "k: \(spelling)\n")
        #expect(try YAMLParser.parse(Array(yaml.utf8), file: "t").first?.value == ["k": .string(text)])
    }

    @Test func `a key too long for YAML's short form is announced`() throws {
        let key = String(repeating: "k", count: 3000)
        var object: JSONObject = ["b": [.string(key)]]
        object[key] = ["x": [1, ["y": 2]]]
        let long: JSONValue = ["a": .object(object), "c": .object(object)]

        #expect(try YAMLParser.parse(Array(YAMLEmitter.emit(long).utf8), file: "t").first?.value == long)
    }

    @Test(arguments: SeededGenerator.seeds(80))
    func `parsing undoes emitting`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = Self.value(&random, depth: 5)

        let yaml = YAMLEmitter.emit(value)

        #expect(try YAMLParser.parse(Array(yaml.utf8), file: "t").first?.value == value, "\(yaml)")
    }

    private static func value(_ random: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64(truncatingIfNeeded: random.next()))
        case 3:
            let number = Double(bitPattern: random.next())
            return .number(number.isFinite ? number : 0.5)
        case 4, 5: return .string(random.awkwardText())
        case 6: return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default:
            let count = Int.random(in: 0...4, using: &random)
            return .object(
                JSONObject((0..<count).map { _ in (random.awkwardText(), value(&random, depth: depth - 1)) }))
        }
    }
}
