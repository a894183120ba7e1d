import Collector
import JSONWire
import Quantities
import Testing
import TraceModel

@testable import meshtop

@Suite struct TraceOutputTests {
    private func trace(name: String = "GET /cart", spans count: Int = 3) throws -> Trace {
        let id = try #require(TraceID(high: 1, low: 2))
        let start = WallTime(nanosecondsSinceEpoch: 1_700_000_000_000_000_000)
        var spans: [Span] = []
        for index in 0..<count {
            let own = try #require(SpanID(UInt64(index + 1)))
            var span = Span(
                trace: id, id: own, name: "call \(index)", kind: .server, service: "pay",
                start: start.advanced(by: .milliseconds(10 * index)), duration: .milliseconds(20))
            if index == 0 {
                (span.name, span.service, span.duration) = (name, "web", .milliseconds(100))
            } else {
                span.parent = SpanID(1)
            }
            if index == 1 { span.status = .error }
            spans.append(span)
        }
        return try #require(Trace(id: id, spans: spans))
    }

    @Test func `the picture has a bar for every span, and marks errors and the critical path`() throws {
        let trace = try trace()

        let picture = TraceSVG.document(trace)

        #expect(picture.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
        #expect(picture.hasSuffix("</svg>"))
        #expect(picture.components(of: "<g><title>") == 3)
        #expect(picture.components(of: "stroke=\"#e5484d\"") == 1)
        #expect(picture.contains("! pay · call 1"))
        // One line for each stretch, and one in the legend.
        #expect(picture.components(of: "<rect class=\"critical\"") == TraceTree(trace).criticalPath.count + 1)
        #expect(picture.contains("prefers-color-scheme:dark"))
    }

    @Test func `a trace begins with the reason for its end`() throws {
        let lines = TraceText.waterfall(try trace()).split(separator: "\n")

        // The root did not fail: what failed below it held nothing up.
        #expect(lines[1].hasPrefix("held up by web GET /cart, 80 % of the time"), "\(lines[1])")
        #expect(TraceJSON.trace(try trace())["reason"]?.string == String(lines[1]))
        let hostile = TraceText.waterfall(try trace(name: "\u{1b}[31mred\nline"))
        #expect(hostile.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        #expect(hostile.split(separator: "\n").count == 3 + 3)
    }

    @Test func `a call that held up the answer and failed is said to have failed`() throws {
        let id = try #require(TraceID(high: 1, low: 3))
        let start = WallTime(nanosecondsSinceEpoch: 1_700_000_000_000_000_000)
        let root = Span(
            trace: id, id: try #require(SpanID(1)), name: "GET /", kind: .server, service: "web", start: start,
            duration: .milliseconds(100), status: .ok)
        let call = Span(
            trace: id, id: try #require(SpanID(2)), parent: root.id, name: "POST /pay", kind: .client, service: "web",
            start: start.advanced(by: .milliseconds(10)), duration: .milliseconds(80), status: .error,
            attributes: [Span.Attribute(key: "http.status_code", value: "503")])

        let text = TraceText.waterfall(try #require(Trace(id: id, spans: [root, call])))

        #expect(
            text.contains(
                "\nheld up by web POST /pay, 80 % of the time, it failed (answered 503), which failed nothing above\n"),
            "\(text)")
    }

    @Test func `shapes and statistics are told in words and in JSON`() throws {
        let traces = [try trace(), try trace(), try trace(spans: 4)]

        let shapes = TraceShape.all(in: traces, names: SpanNames())
        let text = TraceText.shapes(shapes).split(separator: "\n")
        #expect(text.count == 3)
        #expect(
            text[1].contains("100 ms") && text[1].contains("web GET /cart") && text[1].hasSuffix("pay web"),
            "\(text[1])")
        let first = TraceJSON.shapes(shapes)["shapes"]?[0]
        #expect(first?["traces"]?.int == 2)
        #expect(first?["errors"]?.int == 2)

        let statistics = TraceStatistics(traces, names: SpanNames())
        let rows = TraceText.statistics(statistics).split(separator: "\n")
        #expect(rows[0] == "3 traces  10 spans")
        #expect(rows[2].hasPrefix("web"), "what holds up most comes first: \(rows[2])")
        let operations = TraceJSON.statistics(statistics)["operations"]?.array ?? []
        #expect(operations.reduce(0) { $0 + ($1["spans"]?.int ?? 0) } == 10)
        #expect(abs(operations.reduce(0) { $0 + ($1["criticalRatio"]?.double ?? 0) } - 1) < 0.001)
    }

    @Test func `only the critical path is drawn when nothing else is wanted`() throws {
        let trace = try trace(spans: 4)
        let rows = TraceTree(trace).rows.count { $0.isOnCriticalPath }

        let picture = TraceSVG.document(trace, onlyCriticalPath: true)

        #expect(rows < 4)
        #expect(picture.components(of: "<g><title>") == rows)
    }

    @Test func `a name cannot leave its place in the picture`() throws {
        let picture = TraceSVG.document(try trace(name: "</text><script>&\"\u{1b}[31m\u{0}"))

        #expect(!picture.contains("<script>"))
        #expect(!picture.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        #expect(picture.contains("&lt;/text&gt;&lt;script&gt;&amp;&quot;"))
    }

    @Test func `a trace of ten thousand spans is drawn as far as it helps`() throws {
        let picture = TraceSVG.document(try trace(spans: 10_000))

        #expect(picture.components(of: "<g><title>") == 5000)
        #expect(picture.contains("5000 more spans are not drawn"))
    }

    @Test func `the critical path adds up to the duration, as text and as JSON`() throws {
        let trace = try trace()

        let text = TraceText.criticalPath(trace)
        let json = TraceJSON.criticalPath(trace)

        let sum = (json["stretches"]?.array ?? []).reduce(0) { $0 + ($1["durationMilliseconds"]?.double ?? 0) }
        #expect(abs(sum - 100) < 0.001)
        #expect(text.contains("critical path of trace 00000000000000010000000000000002  100 ms"))
    }

    @Test func `a line of the tail holds no control characters, and its JSON has the same facts`() throws {
        let summary = try trace(name: "GET\n\u{1b}[2J /cart").summary

        let line = TraceText.line(summary)

        #expect(!line.unicodeScalars.contains { $0.value < 0x20 })
        #expect(line.hasPrefix("22:13:20.000     100 ms  web GET[2J /cart "))
        #expect(line.hasSuffix("   3 spans   1 errors  00000000000000010000000000000002"))
        #expect(TraceJSON.line(summary)["schema"] == "meshtop/tail/v1")
        #expect(TraceJSON.line(summary)["durationMilliseconds"]?.double == 100)
    }

    @Test func `several traces are listed, and every format for files holds all of them`() throws {
        let traces = [try trace(), try trace(spans: 1)]

        for format in ["otlp", "jaeger", "zipkin"] {
            let text = try TraceOutput.text([traces[0]], as: format, criticalPath: false)
            #expect(try TraceFile(Array(text.utf8)).traces == [traces[0]], "\(format)")
        }
        #expect(try TraceOutput.text(traces, as: "text", criticalPath: false).hasPrefix("TRACE"))
        #expect(throws: UsageError.self) { try TraceOutput.text(traces, as: "svg", criticalPath: false) }
        #expect(throws: UsageError.self) { try TraceOutput.text(traces, as: "text", criticalPath: true) }
    }

    @Test func `what the command line asks for is put into a query`() throws {
        let invocation = try Invocation(
            words: [
                "traces", "--service", "web", "--tag", "a=b=c", "--tag", "error=true", "--min-duration", "5ms",
                "--max-duration", "2s", "--operation", "GET /",
            ], commands: Command.all)

        let query = try TraceQuery(invocation)

        #expect(query.tags == [.init(key: "a", value: "b=c"), .init(key: "error", value: "true")])
        #expect((query.service, query.operation) == ("web", "GET /"))
        #expect((query.minimumDuration, query.maximumDuration) == (.milliseconds(5), .seconds(2)))
        for words in [
            ["traces", "--tag", "=x"], ["traces", "--tag", "x"], ["traces", "--traces-api", "tempo"],
            ["traces", "--traces-from", "ftp://x"], ["traces", "--traces-from", "x:1", "--traces-api", "x"],
            ["traces", "--traces-from", "x:1", "--traces-tenant", "a\nb"],
        ] {
            let invocation = try Invocation(words: words, commands: Command.all)
            #expect(throws: UsageError.self, "\(words)") {
                _ = try TraceQuery(invocation)
                _ = try TraceServerConfiguration(invocation)
            }
        }
    }
}

extension String {
    /// How often `text` stands here.
    fileprivate func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
