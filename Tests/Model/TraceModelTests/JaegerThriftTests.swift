import Quantities
import TestSupport
import Testing
import TraceModel

/// The structs are those of jaeger.thrift (jaegertracing/jaeger-idl).
@Suite struct JaegerThriftTests {
    private static func tag(_ key: String, _ type: Int32, _ value: @escaping (inout ThriftBytes) -> Void)
        -> (inout ThriftBytes) -> Void
    {
        { tag in
            tag.string(1, key)
            tag.int32(2, type)
            value(&tag)
        }
    }

    /// A client's span with everything that a span may have, and a server's with nothing that it need not have.
    private static let batch = ThriftBytes.structure { batch in
        batch.unknown(9)
        batch.list(
            2,
            [
                { span in
                    span.int64(1, 0x1111_1111_1111_1111)
                    span.int64(2, -1)
                    span.int64(3, 2)
                    span.int64(4, 0)
                    span.string(5, "GET /pay")
                    span.list(
                        6,
                        [
                            { reference in
                                reference.int32(1, 1)
                                reference.int64(2, 0x1111_1111_1111_1111)
                                reference.int64(3, -1)
                                reference.int64(4, 8)
                            },
                            { reference in
                                reference.int32(1, 0)
                                reference.int64(2, 0x1111_1111_1111_1111)
                                reference.int64(3, -1)
                                reference.int64(4, 9)
                            },
                            // Of another trace.
                            { reference in
                                reference.int32(1, 0)
                                reference.int64(2, 5)
                                reference.int64(3, 0)
                                reference.int64(4, 7)
                            },
                        ])
                    span.int32(7, 3)
                    span.int64(8, 1_700_000_000_000_001)
                    span.int64(9, 2_500)
                    span.list(
                        10,
                        [
                            tag("span.kind", 0) { $0.string(3, "client") }, tag("error", 2) { $0.bool(5, true) },
                            tag("ratio", 1) { $0.double(4, 0.25) }, tag("n", 3) { $0.int64(6, -7) },
                            tag("raw", 4) { $0.binary(7, [0xFF, 0]) }, tag("odd", 77) { $0.string(3, "kept") },
                        ])
                    span.list(
                        11,
                        [
                            { log in
                                log.int64(1, 1_700_000_000_000_900)
                                log.list(
                                    2,
                                    [
                                        tag("event", 0) { $0.string(3, "retry") }, tag("attempt", 3) { $0.int64(6, 2) },
                                    ])
                            }
                        ])
                },
                { span in
                    span.int64(1, 4)
                    span.int64(3, 5)
                },
                { span in span.int64(3, 5) },
            ])
        // After its spans, which the format allows.
        batch.structure(1) { process in
            process.string(1, "web")
            process.list(2, [tag("ip", 0) { $0.string(3, "10.0.0.7") }])
        }
    }

    @Test func `every field of a batch finds its place`() throws {
        let batch = try JaegerThrift.batch(Self.batch)

        #expect(batch.spans.count == 2)
        #expect(batch.rejectedCount == 1)
        #expect(batch.firstRejection == "a trace id is all zeros")
        let span = batch.spans[0]
        #expect(span.trace.description == "ffffffffffffffff1111111111111111")
        #expect(span.id.value == 2)
        #expect(span.parent?.value == 9)
        #expect(span.name == "GET /pay")
        #expect(span.service == "web")
        #expect(span.kind == .client)
        #expect(span.status == .error)
        #expect(span.start.nanosecondsSinceEpoch == 1_700_000_000_000_001_000)
        #expect(span.duration == .microseconds(2_500))
        #expect(
            span.attributes.map { "\($0.key)=\($0.value)" } == [
                "ratio=0.25", "n=-7", "raw=/wA=", "odd=kept", "ip=10.0.0.7", "debug=true",
            ])
        #expect(span.events.map(\.name) == ["retry"])
        #expect(span.events[0].attributes == [Span.Attribute(key: "attempt", value: "2")])
        #expect(batch.spans[1].parent == nil)
        #expect(batch.spans[1].oddities == .startIsMissing)
    }

    @Test func `a batch of OpenTelemetry's exporter is read`() throws {
        let batch = try JaegerThrift.batch(try Fixture.bytes("jaeger.thrift"))

        #expect(batch.rejectedCount == 0)
        #expect(batch.spans.map(\.name) == ["post payment", "get /checkout"])
        #expect(batch.spans.map(\.kind) == [.client, .server])
        #expect(batch.spans.map(\.status) == [.error, .unset])
        let call = batch.spans[0]
        #expect(call.trace.description == "0af7651916cd43dd8448eb211c80319c")
        #expect(call.parent == batch.spans[1].id)
        #expect(batch.spans[1].parent == nil)
        #expect(call.service == "web")
        #expect(call.statusMessage == "card refused")
        #expect(call.start.nanosecondsSinceEpoch == 1_700_000_000_001_000_000)
        #expect(call.duration == .milliseconds(3))
        #expect(
            ["attempt", "ratio", "retried", "peer.service", "host.name"].map(call.attribute) == [
                "2", "0.25", "true", "payment", "a",
            ])
        #expect(
            call.events == [
                Span.Event(
                    time: WallTime(nanosecondsSinceEpoch: 1_700_000_000_002_000_000), name: "refused",
                    attributes: [Span.Attribute(key: "reason", value: "funds")])
            ])
    }

    @Test func `a batch cut anywhere is refused, and says where`() throws {
        for count in 0..<Self.batch.count {
            let error = #expect(throws: SpanPayloadError.self, "cut at \(count)") {
                try JaegerThrift.batch(Array(Self.batch[..<count]))
            }
            #expect(error?.message.hasPrefix("byte ") == true)
        }
        let cut = Array(Self.batch[..<(Self.batch.count - 12)])
        let error = #expect(throws: SpanPayloadError.self) { try JaegerThrift.batch(cut) }
        #expect(error?.place == "process.tags[0]")
    }

    @Test func `a count that the bytes cannot hold takes no memory`() throws {
        // A list of 2^31-1 structs, then nothing; a text of -1 bytes.
        for bytes in [[15, 0, 2, 12, 0x7F, 0xFF, 0xFF, 0xFF], [12, 0, 1, 11, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF]] {
            #expect(throws: SpanPayloadError.self) { try JaegerThrift.batch(bytes.map(UInt8.init)) }
        }
    }

    @Test func `what nests too deep is refused`() throws {
        // Field 7, unknown: lists of lists.
        let deep = [15, 0, 7] + Array(repeating: [15, 0, 0, 0, 1] as [UInt8], count: 100_000).flatMap(\.self)

        let error = #expect(throws: SpanPayloadError.self) { try JaegerThrift.batch(deep) }

        #expect(error?.message.contains("nest deeper") == true)
    }

    @Test func `spans over the limit are rejected`() throws {
        let batch = try JaegerThrift.batch(Self.batch, limits: SpanLimits(spans: 1, attributes: 2, textBytes: 3))

        #expect(batch.spans.map(\.name) == ["GET"])
        #expect(batch.rejectedCount == 2)
    }

    @Test(arguments: SeededGenerator.seeds(500))
    func `bytes that were spoilt never trap`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)

        let batch = try? JaegerThrift.batch(random.spoilt(Self.batch))

        #expect(batch?.spans.count ?? 0 <= 4)
    }
}
