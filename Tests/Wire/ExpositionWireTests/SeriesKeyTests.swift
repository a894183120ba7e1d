import ExpositionWire
import Testing

@Suite struct SeriesKeyTests {
    @Test(
        arguments: [
            ("m", "m", []), ("m{}", "m", []), ("a:b_9", "a:b_9", []),
            (#"m{b="2",a="1"}"#, "m", [Label(name: "a", value: "1"), Label(name: "b", value: "2")]),
            (#"m { b = "2" , a = "1" , }"#, "m", [Label(name: "a", value: "1"), Label(name: "b", value: "2")]),
            (#"m{a="x\\y\"z\n\q"}"#, "m", [Label(name: "a", value: "x\\y\"z\n\\q")]),
            (#"m{a="日本 }{#,="}"#, "m", [Label(name: "a", value: "日本 }{#,=")]),
            (#"m{a="",b="x"}"#, "m", [Label(name: "b", value: "x")]),
            (#"{"my.metric"}"#, "my.metric", []),
            (
                #"{"my.\"metric",a="1","b c"="2"}"#, "my.\"metric",
                [Label(name: "a", value: "1"), Label(name: "b c", value: "2")]
            ),
        ] as [(String, String, [Label])])
    func `a key has a name and sorted labels`(text: String, name: String, labels: [Label]) throws {
        let key = try SeriesKey.parse(text)

        #expect(key.name == name)
        #expect(key.labels == labels)
        #expect(key == SeriesKey(name: name, labels: labels.reversed()))
    }

    @Test func `labels are found by name`() throws {
        let key = try SeriesKey.parse(#"m{reporter="source",code="200"}"#)

        #expect(key["code"] == "200")
        #expect(key["none"] == nil)
    }

    @Test(arguments: [
        ("", "column 1 of the series: expected a metric name, found the end of the line"),
        ("m x", "column 3 of the series: expected the end of the series, found 'x'"),
        (
            "m{} {count:1}",
            "column 5 of the series: native histograms are not read as text; let the target show classic buckets (le)"
        ),
        (
            "m {sum:1}",
            "column 3 of the series: native histograms are not read as text; let the target show classic buckets (le)"
        ),
        (#"m{a="1",a="2"}"#, "column 9 of the series: the label \"a\" is here twice"),
        (#"m{a="1"#, "column 5 of the series: the quotes that open here are not closed"),
        (#"m{a="1\"}"#, "column 5 of the series: the quotes that open here are not closed"),
        (#"m{"n"}"#, "column 2 of the series: expected labels, found a metric name in quotes"),
    ])
    func `a mistake is told with its place`(text: String, description: String) {
        let error = #expect(throws: ExpositionError.self) { try SeriesKey.parse(text) }

        #expect(error?.description == description)
    }

    @Test func `a series has 64 labels and no more`() throws {
        func text(_ count: Int) -> String {
            "m{" + (0..<count).map { "l\($0)=\"x\"" }.joined(separator: ",") + "}"
        }

        #expect(try SeriesKey.parse(text(64)).labels.count == 64)
        for count in [65, 66, 67, 500] {
            let error = #expect(throws: ExpositionError.self) { try SeriesKey.parse(text(count)) }
            #expect(error?.message == "the series has more than 64 labels")
        }
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        let bytes = Array(#"m{a=""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)

        let error = #expect(throws: ExpositionError.self) {
            try SeriesKey.parse(bytes[...])
        }

        #expect(error?.description == "column 6 of the series: the text is not valid UTF-8")
    }
}
