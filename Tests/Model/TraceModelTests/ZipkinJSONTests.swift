import Quantities
import TestSupport
import Testing
import TraceModel

@Suite struct ZipkinJSONTests {
    private func v2(_ text: String, limits: SpanLimits = .default) throws -> [Span] {
        try ZipkinJSON.batch(v2: Array(text.utf8), limits: limits).spans
    }

    private func v1(_ text: String) throws -> [Span] { try ZipkinJSON.batch(v1: Array(text.utf8)).spans }

    private func attributes(_ span: Span) -> [String] { span.attributes.map { "\($0.key)=\($0.value)" } }

    @Test(arguments: ["v2", "v1"])
    func `py-zipkin's call between two services is read in both forms`(version: String) throws {
        let bytes = try Fixture.bytes("zipkin-\(version).json")

        let spans = try (version == "v2" ? ZipkinJSON.batch(v2: bytes) : ZipkinJSON.batch(v1: bytes)).spans

        #expect(spans.map(\.name) == ["post /pay", "post payment", "get /checkout"])
        #expect(spans.map(\.service) == ["payment", "web", "web"])
        #expect(spans.map(\.kind) == [.server, .client, .server])
        #expect(Set(spans.map(\.trace.description)) == ["0af7651916cd43dd8448eb211c80319c"])
        #expect(spans.map(\.id.description) == ["b7ad6b7169203332", "b7ad6b7169203332", "b7ad6b7169203331"])
        #expect(spans.map(\.parent?.description) == ["b7ad6b7169203331", "b7ad6b7169203331", nil])
        #expect(spans[1].start.nanosecondsSinceEpoch == 1_700_000_000_002_000_000)
        #expect(spans[1].duration == .microseconds(3_000))
        #expect(spans[0].status == .error)
        #expect(spans[0].statusMessage == "card refused")
        #expect(spans[1].events.map(\.name) == ["retried"])
        #expect(spans[1].events[0].time.nanosecondsSinceEpoch == 1_700_000_000_002_500_000)
        #expect(Set(attributes(spans[1])).isSuperset(of: ["peer.service=payment", "network.peer.port=80"]))
        #expect(attributes(spans[2]).contains("http.status_code=500"))
        #expect(spans.allSatisfy { $0.oddities.isEmpty })

        let tree = TraceTree(try #require(Trace(id: spans[0].trace, spans: spans)))
        #expect(tree.rows.map { "\($0.depth) \($0.span.service)" } == ["0 web", "1 web", "2 payment"])
        #expect(tree.rows.allSatisfy { $0.span.oddities.isEmpty })
    }

    /// After the example of zipkin2-api.yaml (openzipkin/zipkin-api), with everything a span may have.
    @Test func `every field of the second form finds its place`() throws {
        let span = try #require(
            try v2(
                """
                [{"id": "352bff9a74ca9ad2", "traceId": "5af7183fb1d4cf5f", "parentId": "6b221d5bc9e6496c",
                  "name": "get /api", "timestamp": 1556604172355737, "duration": 1431, "kind": "server",
                  "localEndpoint": {"serviceName": "backend", "ipv4": "192.168.99.1", "port": 3306},
                  "remoteEndpoint": {"ipv6": "2001:db8::c001", "port": 58648, "serviceName": null},
                  "tags": {"http.method": "GET", "error": "timed out", "http.path": "/api", "n": 3},
                  "annotations": [{"timestamp": 1556604172355800, "value": "cache miss"}],
                  "shared": true, "debug": true, "unknown": [[{}]]}]
                """
            ).first)

        #expect(span.trace.description == "00000000000000005af7183fb1d4cf5f")
        #expect(span.id.description == "352bff9a74ca9ad2")
        #expect(span.parent?.description == "6b221d5bc9e6496c")
        #expect(span.kind == .server)
        #expect(span.service == "backend")
        #expect(span.start.nanosecondsSinceEpoch == 1_556_604_172_355_737_000)
        #expect(span.duration == .microseconds(1431))
        #expect(span.status == .error)
        #expect(span.statusMessage == "timed out")
        #expect(
            attributes(span) == [
                "http.method=GET", "http.path=/api", "n=3", "network.peer.address=2001:db8::c001",
                "network.peer.port=58648", "network.local.address=192.168.99.1", "network.local.port=3306",
                "debug=true",
            ])
        #expect(span.events.map(\.name) == ["cache miss"])
    }

    @Test func `what a span need not have may be missing`() throws {
        let spans = try v2(
            """
            [{"traceId": "1", "id": "2"}, {"traceId": "1", "id": "3", "parentId": "0000000000000000", "shared": true},
             {"traceId": "1", "id": "4", "annotations": [{"timestamp": 9, "value": "x"}, {"timestamp": 7}]},
             {"traceId": "1", "id": "5", "timestamp": "12", "duration": -1, "tags": {"error": "false"}},
             {"traceId": "1", "id": "6", "timestamp": 1.9e1, "kind": "NEW", "tags": {"otel.status_code": "OK"}}]
            """)

        #expect(spans.map(\.service) == Array(repeating: "unknown_service", count: 5))
        #expect(spans.map(\.kind) == [.unspecified, .server, .unspecified, .unspecified, .unspecified])
        #expect(spans.map(\.start.nanosecondsSinceEpoch) == [0, 0, 7_000, 12_000, 19_000])
        #expect(spans.map(\.oddities) == [.startIsMissing, .startIsMissing, [], .endsBeforeStart, []])
        #expect(spans.map(\.status) == [.unset, .unset, .unset, .unset, .ok])
        #expect(spans[1].parent == nil)
    }

    @Test func `an error says where and what`() throws {
        let table: [(String, String)] = [
            ("{}", "expected an array of spans, found an object"),
            ("[3]", "[0]: expected a span, found a number"),
            ("[", "1:2: expected a value, found the end of the text"),
            (
                #"[{"traceId":"xyz","id":"1"}]"#,
                #"[0].traceId: expected 1 to 32 hexadecimal digits, not all 0, found "xyz""#
            ),
            (
                #"[{"traceId":"1","id":"2"},{"traceId":"1"}]"#,
                #"[1].id: expected 1 to 16 hexadecimal digits, not all 0, found """#
            ),
            (#"[{"traceId":1,"id":"2"}]"#, "[0].traceId: expected text, found a number"),
            (
                #"[{"traceId":"1","id":"2","parentId":"q"}]"#,
                #"[0].parentId: expected 1 to 16 hexadecimal digits, not all 0, found "q""#
            ),
            (
                #"[{"traceId":"1","id":"2","timestamp":true}]"#,
                "[0].timestamp: expected whole microseconds, found a boolean"
            ),
            (
                #"[{"traceId":"1","id":"2","localEndpoint":"web"}]"#,
                "[0].localEndpoint: expected an endpoint, found a string"
            ),
            (#"[{"traceId":"1","id":"2","tags":[]}]"#, "[0].tags: expected an object, found an array"),
            (
                #"[{"traceId":"1","id":"2","annotations":[{"value":7}]}]"#,
                "[0].annotations[0].value: expected text, found a number"
            ),
            (#"[{"traceId":"1","id":"2","debug":"yes"}]"#, "[0].debug: expected true or false, found a string"),
        ]

        for (text, message) in table {
            let error = #expect(throws: SpanPayloadError.self, "\(text)") { try v2(text) }
            // The place in the text is the JSON parser's affair.
            if !message.hasPrefix("1:") { #expect(error?.description == message) }
        }
    }

    /// After the example of zipkin-api.yaml: one span that both its sides reported.
    @Test func `a span of the older form that holds both halves becomes two`() throws {
        let spans = try v1(
            """
            [{"traceId": "bd7a977555f6b982", "name": "get", "id": "ebf33e1a81dc6f71", "parentId": "bd7a977555f6b982",
              "timestamp": 1458702548478000, "duration": 354374,
              "annotations": [
                {"endpoint": {"serviceName": "web", "ipv4": "192.168.1.2"}, "timestamp": 1458702548478000, "value": "cs"},
                {"endpoint": {"serviceName": "web", "ipv4": "192.168.1.2"}, "timestamp": 1458702548832374, "value": "cr"},
                {"endpoint": {"serviceName": "pay", "ipv4": "192.168.1.3"}, "timestamp": 1458702548480000, "value": "sr"},
                {"endpoint": {"serviceName": "pay", "ipv4": "192.168.1.3"}, "timestamp": 1458702548830000, "value": "ss"},
                {"endpoint": {"serviceName": "pay"}, "timestamp": 1458702548490000, "value": "looked up"}],
              "binaryAnnotations": [
                {"key": "http.path", "value": "/pay", "endpoint": {"serviceName": "web"}},
                {"key": "rows", "value": 7, "type": "I32", "endpoint": {"serviceName": "pay"}},
                {"key": "sa", "value": true, "endpoint": {"serviceName": "pay", "port": 80}}]}]
            """)

        #expect(spans.map(\.kind) == [.client, .server])
        #expect(spans.map(\.service) == ["web", "pay"])
        #expect(Set(spans.map(\.id)).count == 1)
        #expect(spans.map(\.duration) == [.microseconds(354_374), .microseconds(350_000)])
        #expect(spans[1].start.nanosecondsSinceEpoch == 1_458_702_548_480_000_000)
        #expect(
            attributes(spans[0]) == [
                "peer.service=pay", "network.peer.port=80", "network.local.address=192.168.1.2", "http.path=/pay",
            ])
        #expect(attributes(spans[1]) == ["network.local.address=192.168.1.3", "rows=7"])
        #expect(spans[1].events.map(\.name) == ["looked up"])
    }

    @Test func `the older form says what a span is by its annotations`() throws {
        func one(_ members: String) throws -> Span {
            try #require(try v1(#"[{"traceId":"1","id":"2",\#(members)}]"#).first)
        }
        func note(_ value: String, _ time: Int) -> String {
            #"{"timestamp":\#(time),"value":"\#(value)","endpoint":{"serviceName":"web"}}"#
        }

        let server = try one(#""annotations":[\#(note("sr", 5)),\#(note("ss", 9))]"#)
        let producer = try one(#""timestamp":3,"annotations":[\#(note("ms", 3))]"#)
        let consumer = try one(#""annotations":[\#(note("mr", 3))]"#)
        let local = try one(
            #""timestamp":3,"duration":2,"binaryAnnotations":[{"key":"lc","value":"db","endpoint":{"serviceName":"web"}}]"#
        )
        let called = try one(
            #""timestamp":3,"binaryAnnotations":[{"key":"sa","value":true,"endpoint":{"serviceName":"bank"}}]"#)

        #expect(
            [server, producer, consumer, local, called].map(\.kind) == [
                .server, .producer, .consumer, .unspecified, .client,
            ])
        #expect([server, producer, consumer, local].map(\.service) == Array(repeating: "web", count: 4))
        #expect(server.start.nanosecondsSinceEpoch == 5_000)
        #expect(server.duration == .microseconds(4))
        #expect(local.attributes.map(\.key) == ["lc"])
        #expect(called.attribute("peer.service") == "bank")
    }

    @Test func `spans over the limit are rejected, and texts and lists cut`() throws {
        let tags = (0..<9).map { #""k\#($0)":"éééé""# }.joined(separator: ",")
        let notes = (0..<9).map { #"{"timestamp":\#($0),"value":"x"}"# }.joined(separator: ",")
        let text = #"[{"traceId":"1","id":"2","tags":{\#(tags)},"annotations":[\#(notes)]},{"traceId":"1","id":"3"}]"#

        let batch = try ZipkinJSON.batch(
            v2: Array(text.utf8), limits: SpanLimits(spans: 1, attributes: 2, textBytes: 5))

        #expect(batch.spans.count == 1)
        #expect(batch.rejectedCount == 1)
        #expect(batch.spans[0].attributes.map(\.value) == ["éé", "éé"])
        #expect(batch.spans[0].events.count == 2)
    }

    @Test(arguments: SeededGenerator.seeds(200))
    func `bytes that were spoilt never trap`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for name in ["zipkin-v2.json", "zipkin-v1.json"] {
            let bytes = random.spoilt(try Fixture.bytes(name))
            #expect((try? ZipkinJSON.batch(v2: bytes))?.spans.count ?? 0 <= 4)
            #expect((try? ZipkinJSON.batch(v1: bytes))?.spans.count ?? 0 <= 8)
        }
    }
}
