import Discovery
import HTTPTransport
import JSONWire
import Testing

@testable import Proxy

/// Faults as a control plane words them, and what they do to requests.
@Suite("Faults") struct FaultTests {
    private static let type = "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"

    /// Everything goes to the application, through a filter that does what the route asks.
    private func chain(_ fault: JSONObject) throws -> TestChain {
        var fault = fault
        fault["@type"] = .string(Self.type)
        let route = try Route(json: [
            "match": ["prefix": "/"], "route": ["cluster": .string(TestChain.cluster)],
            "typed_per_filter_config": ["envoy.filters.http.fault": .object(fault)],
        ])
        let chain = try TestChain()
        try chain.applySource(endpoints: [chain.inbound], routes: [route], filters: [.fault(HTTPFault())])
        return chain
    }

    @Test func `an aborted request never leaves`() throws {
        let chain = try chain(["abort": ["http_status": 418, "percentage": ["numerator": 100]]])

        let response = try chain.send()

        #expect(response.status == 418)
        #expect(response.body == Array("fault filter abort".utf8))
        #expect(chain.seen.isEmpty)
        #expect(chain.requests(chain.source, #"response_code="418""#, #"response_flags="FI""#) == 1)
    }

    @Test func `a delayed request arrives whole, and says that it was delayed`() throws {
        let chain = try chain(["delay": ["fixed_delay": "0.02s", "percentage": ["numerator": 100]]])
        let body = [UInt8](repeating: 7, count: 300_000)

        let response = try chain.send("POST", body: body)

        #expect(response.status == 200)
        #expect(response.body == body)
        #expect(chain.requests(chain.source, #"response_code="200""#, #"response_flags="DI""#) == 1)
    }

    @Test func `a delay comes before an answer`() throws {
        let chain = try chain([
            "delay": ["fixed_delay": "0.02s", "percentage": ["numerator": 100]],
            "abort": ["grpc_status": 14, "percentage": ["numerator": 1_000_000, "denominator": "MILLION"]],
        ])

        let response = try chain.send(
            "POST", headers: [("content-type", "application/grpc")], body: [0, 0, 0, 0, 0])

        #expect(response.status == 200)
        #expect(response.headers["grpc-status"] == "14")
        #expect(response.headers["grpc-message"] == "fault filter abort")
        #expect(chain.requests(chain.source, #"response_flags="DI,FI""#) == 1)
    }

    @Test func `who speaks no gRPC reads of an abort in its words`() throws {
        let chain = try chain(["abort": ["grpc_status": 14, "percentage": ["numerator": 100]]])

        let response = try chain.send()

        #expect(response.status == 200)
        #expect(response.headers["grpc-status"] == nil)
        #expect(String(decoding: response.body, as: UTF8.self) == "fault filter abort")
    }

    @Test func `a client that leaves during a delay is forgotten`() throws {
        let chain = try chain(["delay": ["fixed_delay": "60s", "percentage": ["numerator": 100]]])

        chain.startAndCancel(after: { chain.source.metrics.events.activeRequests == 1 })

        try chain.wait { chain.source.metrics.events.activeRequests == 0 }
        #expect(chain.seen.isEmpty)
    }

    @Test func `nobody's share is nobody`() throws {
        let chain = try chain(["abort": ["http_status": 418, "percentage": ["numerator": 0]]])

        #expect(try chain.send().status == 200)
    }
}
