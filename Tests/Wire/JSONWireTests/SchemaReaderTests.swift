import JSONWire
import Testing

@Suite struct SchemaReaderTests {
    @Test(arguments: [
        ("1s", Duration.seconds(1)), ("1.5s", .milliseconds(1500)), ("0.000000001s", .nanoseconds(1)), ("0s", .zero),
        ("0", .zero), ("250ms", .milliseconds(250)), ("1h30m", .seconds(5400)), ("1m0.5s", .milliseconds(60_500)),
        ("10us", .microseconds(10)), ("10µs", .microseconds(10)), ("7ns", .nanoseconds(7)), (".5s", .milliseconds(500)),
        ("5.s", .seconds(5)), ("1.9999999999s", .nanoseconds(1_999_999_999)),
    ])
    func `a duration is a sum of numbers with units`(text: String, expected: Duration) throws {
        #expect(try SchemaReader(.string(text)).duration() == expected)
    }

    @Test(arguments: [
        "", "s", "1", "1x", "-1s", "1 s", ".s", "1ss", "1e3s", "99999999999999999999s", "9223372037s1h", "1s\0",
    ])
    func `what is no duration is refused`(text: String) {
        #expect(throws: SchemaError.self) { try SchemaReader(.string(text)).duration() }
    }

    @Test(arguments: ["1m", "250ms", "1s2s", "0", "1h"])
    func `protobuf knows seconds only`(text: String) {
        #expect(throws: SchemaError.self) { try SchemaReader(.string(text), spelling: .protobuf).duration() }
    }

    @Test(arguments: [
        (Duration.seconds(10), "10s"), (.milliseconds(250), "0.250s"), (.microseconds(1), "0.000001s"),
        (.nanoseconds(1), "0.000000001s"), (.zero, "0s"), (.milliseconds(-1500), "-1.500s"),
        (.milliseconds(-500), "-0.500s"),
    ])
    func `durations are written as protobuf does`(duration: Duration, text: String) {
        #expect(JSONValue.duration(duration) == .string(text))
    }

    @Test(
        arguments: [
            ("wieght", "weight"), ("Host", "host"), ("destinaton", "destination"), ("subsets", "subset"),
            ("hots", "host"),
            ("xyz", nil), ("", nil), (String(repeating: "a", count: 1000), nil), ("destinationrule", nil),
        ] as [(String, String?)])
    func `a name near a known one is recognised`(written: String, meant: String?) {
        #expect(nearestName(to: written, among: ["weight", "host", "destination", "subset"]) == meant)
    }

    @Test func `the order of candidates settles a tie`() {
        #expect(nearestName(to: "ab", among: ["ax", "ay"]) == "ax")
    }

    @Test(
        arguments: [
            (["spec", "http", "0", "route", "1", "weight"], "spec.http[0].route[1].weight"),
            (["metadata", "labels", "a.b/c"], "metadata.labels[\"a.b/c\"]"),
            (["@type"], "@type"), (["a", ""], "a[\"\"]"), ([], ""),
        ] as [([String], String)])
    func `a place is written as Kubernetes writes it`(tokens: [String], path: String) {
        #expect(JSONPointer(tokens: tokens).fieldPath == path)
    }

    @Test func `known, unsupported and unknown fields are told apart`() throws {
        let reader = SchemaReader(["hosst": 1], at: "/spec")
        let unsupported = SchemaReader(["tcp": 1], at: "/spec")
        let strange = SchemaReader(["zzz": 1])

        #expect(
            #expect(throws: SchemaError.self) { try reader.fields(["host"]) }?.description
                == "spec.hosst: unknown field \"hosst\"; did you mean \"host\"?")
        #expect(
            #expect(throws: SchemaError.self) { try unsupported.fields(["host", "port"], unsupported: ["tcp"]) }?
                .description
                == "spec.tcp: \"tcp\" is not supported; supported here: host, port")
        #expect(
            #expect(throws: SchemaError.self) { try strange.fields([]) }?.description
                == "zzz: unknown field \"zzz\"; supported here: no field at all")
    }

    @Test func `null is the same as no field`() throws {
        let fields = try SchemaReader(["a": .null, "b": 1]).fields(["a", "b"])

        #expect(fields["a"] == nil)
        #expect(fields.present("a", "b") == ["b"])
        #expect(#expect(throws: SchemaError.self) { try fields.required("a") }?.description == "a: is required")
    }

    @Test func `of fields that exclude each other, one at most is there`() throws {
        let both = try SchemaReader(["a": 1, "b": 2]).fields(["a", "b"])
        let one = try SchemaReader(["b": 2]).fields(["a", "b"])

        #expect(throws: SchemaError.self) { try both.one(of: "a", "b") }
        #expect(try one.one(of: "a", "b")?.name == "b")
        #expect(try one.one(of: "a") == nil)
    }

    @Test func `numbers are whole and in range`() throws {
        #expect(try SchemaReader(8080).port() == 8080)
        #expect(try SchemaReader(8080.0).port() == 8080)
        #expect(try SchemaReader("8080", spelling: .protobuf).port() == 8080)
        for value: JSONValue in [0, 65536, 1.5, "8080", .null, true, -1] {
            #expect(throws: SchemaError.self) { try SchemaReader(value).port() }
        }
    }
}
