import Collector
import HTTPTransport
import Quantities
import SystemIO
import Testing
import TraceModel

@Suite struct TraceReceiverTests {
    private func makeReceiver() throws -> TraceReceiver {
        try TraceReceiver(address: SocketAddress.loopback())
    }

    @Test func `spans that are sent can be looked up here and from elsewhere`() throws {
        let receiver = try makeReceiver()
        defer { receiver.stop() }
        let spans = try [
            TestSpan.make(1, service: "web.shop"),
            TestSpan.make(2, parent: 1, service: "payment.payments", status: .error), TestSpan.make(1, of: 2),
        ]
        let client = try BlockingHTTPClient()
        let request = HTTPRequest(
            "POST", "/v1/traces", headers: ["content-type": "application/x-protobuf"],
            body: OTLPEncoding.exportRequest(spans, scope: "test"))

        let response = try client.send(request, to: receiver.boundAddress)
        let remote = RemoteTraceSource(address: receiver.boundAddress)

        #expect(response.status == 200)
        #expect(receiver.traces.counts.spans == 3)
        for query in [
            TraceQuery(), TraceQuery(errorsOnly: true), TraceQuery(service: "web", calledService: "payment", limit: 1),
            TraceQuery(minimumDuration: .milliseconds(10)), TraceQuery(minimumDuration: .milliseconds(11)),
            TraceQuery(service: "a & b=c"),
        ] {
            let here = receiver.traces.find(query)
            #expect(try remote.find(query).sorted { $0.id.low < $1.id.low } == here.sorted { $0.id.low < $1.id.low })
        }
        #expect(try remote.find(TraceQuery(service: "web", calledService: "payment")).map(\.errorCount) == [1])
        let id = try #require(TraceID(high: 0, low: 1))
        #expect(try remote.trace(id) == receiver.traces.trace(id))
        #expect(try remote.trace(id)?.spans.count == 2)
        #expect(try remote.trace(#require(TraceID(high: 9, low: 9))) == nil)
    }

    @Test func `every port takes every sender's spans`() throws {
        let receiver = try TraceReceiver(address: SocketAddress.loopback(), others: [SocketAddress.loopback()])
        defer { receiver.stop() }
        let other = try #require(receiver.otherAddresses.first)
        let client = try BlockingHTTPClient()

        for (address, id) in [(receiver.boundAddress, "a"), (other, "b")] {
            let request = HTTPRequest(
                "POST", "/api/v2/spans", headers: ["content-type": "application/json"],
                body: Array(#"[{"traceId":"\#(id)","id":"1"}]"#.utf8))
            #expect(try client.send(request, to: address).status == 202)
        }

        #expect(receiver.traces.counts.traces == 2)
    }

    @Test func `a port that is taken leaves the other one free`() throws {
        let taken = try makeReceiver()
        defer { taken.stop() }
        let before = try makeReceiver()
        let free = before.boundAddress
        before.stop()

        #expect(throws: TraceReceiverError.portTaken(taken.boundAddress)) {
            try TraceReceiver(address: free, others: [taken.boundAddress])
        }

        let after = try TraceReceiver(address: free)
        #expect(after.boundAddress == free)
        after.stop()
    }

    @Test func `a body that is too large is refused in the exporter's words before it is sent`() throws {
        let receiver = try makeReceiver()
        defer { receiver.stop() }
        let client = try BlockingHTTPClient()
        let request = HTTPRequest(
            "POST", "/v1/traces", headers: ["content-type": "application/json"],
            body: Array(repeating: UInt8(ascii: " "), count: (16 << 20) + 1))

        let response = try client.send(request, to: receiver.boundAddress)

        #expect(response.status == 413)
        #expect(response.headers["content-type"] == "application/json")
        #expect(response.text.hasPrefix(#"{"code":8,"message":"the body has more than 16777216 bytes"#))
    }

    @Test func `a taken port is told apart from other troubles`() throws {
        let first = try makeReceiver()
        defer { first.stop() }

        #expect(throws: TraceReceiverError.portTaken(first.boundAddress)) {
            try TraceReceiver(address: first.boundAddress)
        }
        // A documentation address (RFC 5737), which no interface has.
        let foreign = try #require(SocketAddress("192.0.2.1:4318"))
        let error = #expect(throws: TraceReceiverError.self) { try TraceReceiver(address: foreign) }
        #expect(error != .portTaken(foreign))
        #expect(error?.description.contains("192.0.2.1:4318") == true)
    }

    @Test func `a collector that is gone is said in words`() throws {
        let receiver = try makeReceiver()
        let address = receiver.boundAddress
        receiver.stop()

        let error = #expect(throws: TraceSourceFailure.self) {
            try RemoteTraceSource(address: address, deadline: .seconds(2)).find(TraceQuery())
        }

        #expect(error?.message.hasPrefix("no traces from the collector at \(address): ") == true)
        #expect(error?.message.contains("refused") == true)
    }
}
