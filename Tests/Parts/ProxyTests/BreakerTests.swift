import Discovery
import HTTPTransport
import Synchronization
import Testing
import TrafficPolicy

@testable import Proxy

/// Limits of a cluster as requests meet them.
@Suite("Circuit breakers") struct BreakerTests {
    private final class Holders: Sendable {
        let count = Atomic<Int>(0)
    }

    private final class Answers {
        var statuses: [Int] = []
        var overloaded = 0
    }

    /// A chain whose application keeps requests until they are let go.
    private final class Held {
        let chain: TestChain
        var responders: [HTTPResponder] = []
        let answers = Answers()

        init(_ limits: CircuitBreakerLimits, retry: RetryPolicy? = nil) throws {
            chain = try TestChain()
            chain.application = { [unowned self] _, responder in responders.append(responder) }
            let server = chain.applicationAddress
            try chain.applySource(endpoints: [server], retry: retry, secure: false) { $0.limits = limits }
        }

        func start(body: [UInt8] = []) {
            let answers = answers
            chain.start(body.isEmpty ? "GET" : "POST", body: body) { result in
                guard let response = try? result.get() else { return }
                answers.statuses.append(response.status)
                if response.headers["x-envoy-overloaded"] == "true" { answers.overloaded += 1 }
            }
        }

        func letGo(status: Int = 200) {
            for responder in responders { responder.respond(HTTPResponse(status: status)) }
            responders = []
        }

        var breakers: ClusterBreakers? { chain.sourceBuilder.breakers[TestChain.cluster] }

        func isFree() -> Bool {
            BreakerResource.allCases.allSatisfy { $0 == .connections || breakers?.count($0) == 0 }
        }
    }

    @Test func `a request too many is refused at once`() throws {
        let held = try Held(CircuitBreakerLimits(requests: 1))
        held.start()
        try held.chain.wait { held.responders.count == 1 }

        held.start()
        try held.chain.wait { held.answers.statuses == [503] }
        #expect(held.answers.overloaded == 1)
        #expect(held.chain.requests(held.chain.source, #"response_flags="UO""#) == 1)
        #expect(held.breakers?.report.requestOverflow == 1)

        held.letGo()
        try held.chain.wait { held.answers.statuses == [503, 200] }
        held.start()
        try held.chain.wait { held.responders.count == 1 }
        held.letGo()
        try held.chain.wait { held.answers.statuses == [503, 200, 200] }
        #expect(held.isFree())
    }

    @Test func `beyond the last connection requests wait, with their bodies`() throws {
        let held = try Held(CircuitBreakerLimits(connections: 1, pendingRequests: 2))
        held.start()
        try held.chain.wait { held.responders.count == 1 }
        let body = [UInt8](repeating: 7, count: 300_000)
        held.start(body: body)
        try held.chain.wait { held.breakers?.count(.pendingRequests) == 1 }
        held.start()
        try held.chain.wait { held.breakers?.count(.pendingRequests) == 2 }
        held.start()
        try held.chain.wait { held.answers.statuses == [503] }
        #expect(held.responders.count == 1)
        #expect(held.breakers?.count(.connections) == 1)

        for _ in 0..<3 {
            try held.chain.wait { held.responders.count == 1 }
            held.letGo()
        }

        try held.chain.wait { held.answers.statuses == [503, 200, 200, 200] }
        #expect(held.chain.seen.map(\.body.count) == [0, 300_000, 0])
        #expect(held.breakers?.report.connectionOverflow == 2)
        #expect(held.isFree())
    }

    @Test func `who leaves while waiting leaves its place`() throws {
        let held = try Held(CircuitBreakerLimits(connections: 1))
        held.start()
        try held.chain.wait { held.responders.count == 1 }
        var request = HTTPRequest("GET", "/", body: [])
        request.headers.add("host", "catalog")
        let call = held.chain.client.send(
            request, to: held.chain.outbound, deadline: .seconds(20), maximumBody: 1024
        ) { _ in }
        try held.chain.wait { held.breakers?.count(.pendingRequests) == 1 }

        call.cancel()

        try held.chain.wait { held.breakers?.count(.pendingRequests) == 0 }
        held.letGo()
        try held.chain.wait { held.answers.statuses == [200] }
        #expect(held.chain.seen.count == 1)
    }

    @Test(arguments: [(0 as UInt32, 1, 1 as UInt64), (1, 2, 0)])
    func `retries beyond the limit are not made, and the answer passes`(
        limit: UInt32, attempts: Int, overflow: UInt64
    ) throws {
        let held = try Held(
            CircuitBreakerLimits(retries: limit), retry: RetryPolicy(conditions: ["5xx"], retries: 1))
        held.chain.application = { _, responder in responder.respond(HTTPResponse(status: 500)) }

        #expect(try held.chain.send().status == 500)

        #expect(held.chain.seen.count == attempts)
        #expect(held.breakers?.report.retryOverflow == overflow)
        #expect(held.isFree())
    }

    @Test func `new limits count the connections that there are`() throws {
        let held = try Held(CircuitBreakerLimits(connections: 5))
        held.start()
        try held.chain.wait { held.responders.count == 1 }
        let server = held.chain.applicationAddress
        try held.chain.applySource(endpoints: [server], secure: false) {
            $0.limits = CircuitBreakerLimits(connections: 1)
        }

        #expect(held.breakers?.count(.connections) == 1)
        held.start()
        try held.chain.wait { held.breakers?.count(.pendingRequests) == 1 }
        held.letGo()
        try held.chain.wait { held.responders.count == 1 }
        held.letGo()

        try held.chain.wait { held.answers.statuses == [200, 200] }
        #expect(held.isFree())
        let report = try #require(held.breakers?.report)
        let page = AdminPages.clusters([], breakers: [report])
        #expect(page.contains("default_priority::max_connections::1\n"))
        #expect(page.contains("default_priority::remaining_connections::0\n"))
        #expect(page.contains("default_priority::remaining_retries::3\n"))
    }

    @Test func `many threads never take more than there is`() async {
        let breakers = ClusterBreakers(cluster: "c", limits: BreakerLimits(requests: 3))
        let holders = Holders()

        let most = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var most = 0
                    for _ in 0..<20_000 where breakers.take(.requests) {
                        most = max(most, holders.count.wrappingAdd(1, ordering: .relaxed).newValue)
                        holders.count.wrappingSubtract(1, ordering: .relaxed)
                        breakers.release(.requests)
                    }
                    return most
                }
            }
            return await group.reduce(0, max)
        }

        #expect((1...3).contains(most))
        #expect(breakers.count(.requests) == 0)
    }
}
