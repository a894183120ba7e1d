import Collector
import HTTPTransport
import HTTPWire
import ProtobufWire
import Quantities
import SystemIO
import Testing
import TraceModel

@Suite struct `OTLP over gRPC` {
    private static let spansMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
    private static let metricsMethod = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"

    private let traces = LocalTraceSource()

    private func service(bytesPerSecond: Int = 1 << 20, inbox: MetricInbox? = nil) -> OTLPService {
        OTLPService(
            traces: TraceAPI(
                traces: traces, maximumBody: 4096, bytesPerSecond: bytesPerSecond,
                clock: TraceAPI.Clock(
                    wall: { WallTime(nanosecondsSinceEpoch: 0) }, monotonic: { MonotonicTime(nanoseconds: 0) })),
            metrics: inbox.map { PushAPI(inbox: $0, maximumBody: 4096) })
    }

    private func call(
        _ body: [UInt8], to path: String = spansMethod, type: String = "application/grpc", encoding: String? = nil,
        of service: OTLPService
    ) -> HTTPResponse? {
        var request = HTTPRequest("POST", path, headers: ["content-type": type], body: body)
        request.headers["grpc-encoding"] = encoding
        return service.respond(to: request)
    }

    /// What `grpc-status` and `grpc-message` say, wherever they stand.
    private func status(_ response: HTTPResponse?) -> String {
        guard let response else { return "no answer" }
        let fields = response.body.isEmpty ? response.headers : response.trailers
        return [fields["grpc-status"], fields["grpc-message"]].compactMap(\.self).joined(separator: " ")
    }

    @Test func `spans are taken, plain and packed`() throws {
        let service = service()
        let first = try OTLPEncoding.exportRequest([TestSpan.make(1, of: 1)], scope: "")
        let second = try OTLPEncoding.exportRequest([TestSpan.make(1, of: 2)], scope: "")

        let plain = try #require(call(GRPCMessage.framed(first), of: service))
        let packed = call(
            [1] + GRPCMessage.framed(Gzip.pack(second)).dropFirst(), type: "application/grpc+proto", encoding: "gzip",
            of: service)

        // An empty ExportTraceServiceResponse, and the status behind it.
        #expect(plain.status == 200 && plain.body == [0, 0, 0, 0, 0])
        #expect(plain.headers["content-type"] == "application/grpc")
        #expect(plain.headers["grpc-accept-encoding"] == "identity,gzip")
        #expect(plain.headers["grpc-status"] == nil)
        #expect(status(plain) == "0" && status(packed) == "0")
        #expect(traces.counts.traces == 2)
    }

    @Test func `spans that are rejected are a partial success`() throws {
        var request = ProtobufWriter()
        request.message(field: 1) { resource in
            resource.message(field: 2) { scope in scope.message(field: 2) { $0.string(field: 5, "no ids") } }
        }

        let answer = try #require(call(GRPCMessage.framed(request.bytes), of: service()))

        let message = try GRPCMessage.unary(answer.body, encoding: nil, limit: 1000)
        // partial_success { rejected_spans = 1 ...
        #expect(message.first == 0x0a && message.dropFirst(2).prefix(2) == [0x08, 1])
        #expect(status(answer) == "0")
    }

    @Test func `what is not taken has the code that says whether to try again`() throws {
        let service = service()
        let large = GRPCMessage.framed([UInt8](repeating: 0, count: 5000))

        #expect(status(call(GRPCMessage.framed([0xff]), of: service)).hasPrefix("3 the message is no Export"))
        #expect(status(call(large, of: service)).hasPrefix("8 the message has more than 4096 bytes"))
        #expect(status(call([], of: service)).hasPrefix("13 "))
        #expect(status(call([1, 0, 0, 0, 0], encoding: "zstd", of: service)).hasPrefix("12 "))
        #expect(status(call([0, 0, 0, 0, 0], type: "application/grpc+json", of: service)).hasPrefix("12 "))
        #expect(
            status(call([0, 0, 0, 0, 0], to: "/opentelemetry.proto.collector.logs.v1.LogsService/Export", of: service))
                .hasPrefix("12 there is no method"))
        #expect(
            status(call([0, 0, 0, 0, 0], to: Self.metricsMethod, of: service)).hasPrefix("12 nobody looks at metrics"))
        // A failure stands in the head, without a body.
        let refusal = try #require(call([], of: service))
        #expect(refusal.status == 200 && refusal.body.isEmpty && refusal.trailers.count == 0)
    }

    @Test func `other requests are left to others`() {
        let service = service()

        #expect(call([], type: "application/x-protobuf", of: service) == nil)
        #expect(call([], type: "application/grpc-web", of: service) == nil)
        #expect(
            service.respond(to: HTTPRequest("GET", "/", headers: ["content-type": "application/grpc"]))?.status == 405)
    }

    @Test func `who sends more than can be read is told when to come again`() throws {
        let slow = service(bytesPerSecond: 100)
        // An unknown field of 150 bytes; 200 may come at once.
        let body = GRPCMessage.framed([0x7a, 0x96, 0x01] + [UInt8](repeating: 0, count: 150))

        #expect(status(call(body, of: slow)) == "0")
        let answer = try #require(call(body, of: slow))

        #expect(status(answer) == "14 more spans come than can be read; come again in 2 s")
        let details = try #require(answer.headers["grpc-status-details-bin"])
        // The status as google.rpc.Status, with a RetryInfo of 2 seconds at its end.
        let info = Array("type.googleapis.com/google.rpc.RetryInfo".utf8)
        let bytes = try #require(Self.base64(details))
        #expect(bytes.prefix(2) == [0x08, 14])
        #expect(Array(bytes.suffix(6 + info.count)) == info + [0x12, 0x04, 0x0a, 0x02, 0x08, 0x02])
        #expect(traces.counts.deferredRequests == 1)
    }

    @Test func `metrics are taken until nobody empties the inbox`() throws {
        let inbox = MetricInbox()
        let service = service(inbox: inbox)

        #expect(status(call([0, 0, 0, 0, 0], to: Self.metricsMethod, of: service)) == "0")
        #expect(status(call(GRPCMessage.framed([0x0a, 0x7f]), to: Self.metricsMethod, of: service)).hasPrefix("3 "))
        for _ in 0..<10_000 { _ = call([0, 0, 0, 0, 0], to: Self.metricsMethod, of: service) }

        #expect(
            status(call([0, 0, 0, 0, 0], to: Self.metricsMethod, of: service))
                == "14 too many samples wait to be looked at; come again in 1 s")
    }

    @Test func `a port that is wished for and taken is missed, and no more`() throws {
        let taken = try TraceReceiver(address: SocketAddress.loopback())
        defer { taken.stop() }

        let receiver = try TraceReceiver(
            address: SocketAddress.loopback(), wishes: [taken.boundAddress, SocketAddress.loopback()])
        defer { receiver.stop() }

        #expect(receiver.missedAddresses == [taken.boundAddress])
        #expect(receiver.otherAddresses.count == 1)
    }

    private static func base64(_ text: String) -> [UInt8]? {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var (bytes, bits, count): ([UInt8], UInt32, Int) = ([], 0, 0)
        for digit in text.utf8 where digit != UInt8(ascii: "=") {
            guard let value = digits.firstIndex(of: digit) else { return nil }
            (bits, count) = (bits << 6 | UInt32(value), count + 6)
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
