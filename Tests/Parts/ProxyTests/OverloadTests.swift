import HTTPTransport
import SystemIO
import TestSupport
import Testing
import TrafficPolicy

@testable import Proxy

@Suite struct `A proxy with too much to do` {
    @Test func `refuses requests while memory runs out, and says so`() throws {
        let chain = try TestChain(overload: OverloadGuard(connectionLimit: 100, memoryLimit: 1000))
        let overload = chain.source.configuration.overload

        #expect(overload.look(bytes: 949) == .shrinking)
        #expect(try chain.send().status == 200)
        #expect(overload.look(bytes: 950) == .refusingRequests)
        let refused = try chain.send()
        #expect(overload.look(bytes: 100) == .calm)
        let after = try chain.send()

        #expect(refused.status == 503)
        #expect(refused.headers["x-envoy-overloaded"] == "true")
        #expect(String(decoding: refused.body, as: UTF8.self) == "envoy overloaded")
        #expect(after.status == 200)
        #expect(chain.requests(chain.source, #"response_flags="OM""#) == 1)
        #expect(overload.report.refusedRequests == 1)
        #expect(chain.seen.count == 2)
    }

    @Test func `accepts no connection when it is nearly gone, and then those that waited`() throws {
        let chain = try TestChain(overload: OverloadGuard(connectionLimit: 100, memoryLimit: 1000))
        let overload = chain.source.configuration.overload
        overload.look(bytes: 990)
        let peer = try RawPeer(chain.loop, connectingTo: chain.outbound)
        peer.send("GET / HTTP/1.1\r\nhost: catalog\r\n\r\n")
        try chain.wait { overload.report.connectionWaits > 0 }
        #expect(peer.text.isEmpty)

        overload.look(bytes: 100)

        try chain.wait { peer.text.hasPrefix("HTTP/1.1 200") }
    }

    @Test func `has so many connections in all, and lets others wait`() throws {
        let chain = try TestChain(overload: OverloadGuard(connectionLimit: 2))
        let overload = chain.source.configuration.overload
        let request = "GET / HTTP/1.1\r\nhost: catalog\r\n\r\n"
        let first = try RawPeer(chain.loop, connectingTo: chain.outbound)
        let second = try RawPeer(chain.loop, connectingTo: chain.outbound)
        for peer in [first, second] { peer.send(request) }
        try chain.wait { first.text.hasPrefix("HTTP/1.1 200") && second.text.hasPrefix("HTTP/1.1 200") }
        let third = try RawPeer(chain.loop, connectingTo: chain.outbound)
        third.send(request)
        try chain.wait { overload.report.connectionWaits > 0 }
        #expect(overload.report.connections == 2)
        #expect(third.text.isEmpty)

        first.close()

        try chain.wait { third.text.hasPrefix("HTTP/1.1 200") }
        for peer in [second, third] { peer.close() }
        try chain.wait { overload.report.connections == 0 }
    }

    @Test(arguments: [(1024, 480), (64, 16), (1, 1), (1_048_576, 524_256)])
    func `takes no more connections than descriptors allow`(descriptors: Int, connections: Int) {
        #expect(OverloadGuard.connectionLimit(descriptors: descriptors) == connections)
    }

    @Test func `finds the least limit of its control groups`() throws {
        let root = try Files.makeTemporaryDirectory(prefix: "groups")
        try Files.makeDirectory("\(root)/a.slice/b.service")
        try Files.writeAtomically("\(root)/cgroup", Array("0::/a.slice/b.service\n".utf8))
        try Files.writeAtomically("\(root)/a.slice/memory.max", Array("5000\n".utf8))
        func limit() -> UInt64? { ControlGroup.memoryLimit(root: root, process: "\(root)/cgroup") }

        #expect(limit() == 5000)
        try Files.writeAtomically("\(root)/a.slice/b.service/memory.max", Array("4000\n".utf8))
        #expect(limit() == 4000)
        try Files.writeAtomically("\(root)/a.slice/b.service/memory.max", Array("max\n".utf8))
        #expect(limit() == 5000)
        try Files.writeAtomically("\(root)/cgroup", Array("4:memory:/x\n".utf8))
        #expect(limit() == nil)
    }
}
