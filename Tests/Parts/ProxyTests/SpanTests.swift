import ProtobufWire
import Quantities
import Testing
import TraceModel

@testable import Proxy

@Suite("Spans")
struct SpanTests {
    @Test func `a request becomes a span with Envoy's tags`() throws {
        let span = try record(code: 200).span(
            service: "web.shop", local: WorkloadLabels(workload: "web-v1", namespace: "shop", app: "web", version: "v1")
        )

        #expect(span.name == "catalog-service.shop.svc.cluster.local:80/*")
        #expect(span.service == "web.shop")
        #expect(span.attribute("http.url") == "http://catalog-service/items?id=1")
        #expect(span.attribute("response_flags") == "-")
        #expect(span.attribute("peer.workload") == "catalog-v1")
        #expect(span.status == .unset)
    }

    @Test(arguments: [
        (UInt16(503), Span.Kind.client, true), (404, .client, true), (404, .server, false), (0, .server, true),
    ])
    func `a failed request makes a failed span`(code: UInt16, kind: Span.Kind, fails: Bool) throws {
        let span = try record(code: code, kind: kind).span(service: "web.shop", local: .unknown)

        #expect((span.status == .error) == fails)
    }

    @Test func `a full buffer counts what it drops`() throws {
        var buffer = SpanBuffer()

        for _ in 0..<(SpanBuffer.limit + 3) { buffer.append(try record(code: 200)) }

        #expect(buffer.dropped == 3)
        #expect(buffer.take().count == SpanBuffer.limit)
        #expect(buffer.take().isEmpty)
    }

    @Test func `the bytes that leave are OTLP`() throws {
        let span = try record(code: 503).span(service: "web.shop", local: .unknown)

        let bytes = OTLPEncoding.exportRequest([span, span], scope: "meshtop-proxy")

        let resourceSpans = try field(1, in: bytes[...])
        #expect(try text(field(1, in: field(1, in: field(1, in: resourceSpans)))) == "service.name")
        let scopeSpans = try field(2, in: resourceSpans)
        #expect(try text(field(1, in: field(1, in: scopeSpans))) == "meshtop-proxy")
        let sent = try field(2, in: scopeSpans)
        #expect(try field(1, in: sent) == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2])
        #expect(try field(2, in: sent) == [0, 0, 0, 0, 0, 0, 0, 3])
        #expect(try field(4, in: sent) == [0, 0, 0, 0, 0, 0, 0, 4])
        #expect(try value(6, in: sent) == .varint(3))
        #expect(try value(7, in: sent) == .fixed64(1_700_000_000_000_000_000))
        #expect(try value(8, in: sent) == .fixed64(1_700_000_000_005_000_000))
        #expect(try value(3, in: field(15, in: sent)) == .varint(2))
    }

    private func record(code: UInt16, kind: Span.Kind = .client) throws -> SpanRecord {
        SpanRecord(
            ids: ActiveTrace(
                trace: try #require(TraceID(high: 1, low: 2)), span: try #require(SpanID(3)), parent: SpanID(4),
                isSampled: true),
            kind: kind, name: "catalog-service.shop.svc.cluster.local:80/*",
            start: WallTime(secondsSinceEpoch: 1_700_000_000), duration: .milliseconds(5), method: Array("GET".utf8),
            target: Array("/items?id=1".utf8), authority: Array("catalog-service".utf8), requestID: Array("r".utf8),
            code: code, flag: .none, requestBytes: 0, responseBytes: 7,
            upstreamCluster: "outbound|80||catalog-service.shop.svc.cluster.local", upstreamAddress: "127.0.1.3:8080",
            downstreamAddress: "127.0.0.1:4711",
            peer: WorkloadLabels(workload: "catalog-v1", namespace: "shop", app: "catalog-service", version: "v1"))
    }

    private func value(_ number: Int, in bytes: ArraySlice<UInt8>) throws -> ProtobufField.Value {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            if field.number == number { return field.value }
        }
        throw MissingField(number: number)
    }

    private func field(_ number: Int, in bytes: ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
        guard case .bytes(let content) = try value(number, in: bytes) else { throw MissingField(number: number) }
        return content
    }

    private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private struct MissingField: Error {
        var number: Int
    }
}
