import Discovery
import Foundation
import HTTPTransport
import JSONWire
import SystemIO
import TLSTransport
import TestSupport
import Testing
import TrafficPolicy

@testable import Proxy

/// Every bound of the proxy is in one table, and reached by a test: here as it is in force, or where it is tested with a
/// smaller value.
@Suite struct `The proxy's limits` {
    /// Which test reaches which.
    private static let tests = [
        "head_bytes": "a head may have so many bytes", "head_fields": "a head may have so many fields",
        "chunk_line_bytes": "what frames a body may have so many bytes",
        "trailer_bytes": "what frames a body may have so many bytes",
        "replay_bytes": "a body is kept up to so many bytes",
        "mirror_backlog_bytes": "a mirror may be so many bytes behind",
        "authorization_answer_bytes": "an authorizer may say so many bytes",
        "head_seconds": "drops clients that are slow to ask", "idle_seconds": "drops clients that are slow to ask",
        "stall_seconds": "drops clients that take nothing",
        "listener_connections": "leaves connections beyond its limit waiting",
        "client_hello_bytes": "a handshake may begin with so many bytes",
        "proxy_header_bytes": "in bytes that is wrong is refused",
        "buffered_bytes": "waits for a slow reader upstream and arrives whole",
        "http2_streams": "has requests refused beyond so many at a time",
        "http2_stream_window_bytes": "is sent away when it sends more than its window",
        "http2_connection_window_bytes": "may send as much as its window while the handler pauses",
        "http2_waiting_bytes": "has requests refused while it takes no answers",
        "http2_resets": "is sent away when it resets and resets",
        "http2_resets_per_second": "is sent away when it makes us reset and reset",
        "http2_controls": "is sent away when it floods us with what costs nothing",
        "http2_controls_per_second": "is sent away when it floods us with what costs nothing",
        "upstream_connections": "refuses requests beyond its limit",
        "upstream_idle_connections": "keeps so many connections without a request",
        "original_destinations": "so many places are remembered that connections were going to",
        "series": "a series beyond the limit is counted and not kept",
        "label_sets": "label sets beyond the limit become unknown",
        "worker_spans": "a full buffer counts what it drops",
        "exporter_spans": "so many spans wait for a receiver",
        "access_log_bytes": "drop whole lines that nobody takes, and count them",
        "peer_metadata_bytes": "a sidecar may say so many bytes of itself",
        "token_keys_bytes": "refuse bodies beyond their limits", "discovery_bytes": "refuse bodies beyond their limits",
    ]

    private static var root: URL { URL(filePath: #filePath).appending(path: "../../../..").standardized }

    @Test func `are each reached by a test that there is`() throws {
        #expect(ProxyLimit.all.map(\.name).sorted() == Self.tests.keys.sorted())
        #expect(Set(ProxyLimit.all.map(\.name)).count == ProxyLimit.all.count)
        var sources = ""
        for file in FileManager.default.enumerator(
            at: Self.root.appending(path: "Tests"), includingPropertiesForKeys: nil)!
        {
            guard let url = file as? URL, url.pathExtension == "swift" else { continue }
            sources += try String(contentsOf: url, encoding: .utf8)
        }
        for (limit, test) in Self.tests { #expect(sources.contains("func `\(test)`"), "\(limit)") }
    }

    @Test func `stand in the article with their values`() throws {
        let article = try String(
            contentsOf: Self.root.appending(path: "Sources/Parts/Proxy/Proxy.docc/Limits.md"), encoding: .utf8)

        #expect(article.contains(ProxyLimit.markdown), "the table should be\n\(ProxyLimit.markdown)")
    }

    @Test func `are told by the admin page`() throws {
        let info = AdminPages.serverInfo(
            version: "1", isReady: true, isDraining: false, uptime: .seconds(1), node: Node(id: "a", cluster: "b"),
            concurrency: 2, overload: OverloadGuard(connectionLimit: 77, memoryLimit: 1 << 30).report)

        #expect(info["limits"]?["head_bytes"] == 61_440)
        #expect(info["limits"]?["connections"] == 77)
        #expect(info["limits"]?["memory_bytes"] == .integer(1 << 30))
    }

    // MARK: Reached

    private let chain: TestChain

    init() throws { chain = try TestChain() }

    /// The status line that `text` is answered with.
    private func answer(_ text: String) throws -> String {
        let peer = try RawPeer(chain.loop, connectingTo: chain.outbound)
        peer.send(text.replacing("\n", with: "\r\n"))
        try chain.wait { peer.text.contains("\r\n") }
        defer { peer.close() }
        return String(peer.text.prefix { $0 != "\r\n" })
    }

    private func head(bytes: Int) -> String {
        let start = "GET / HTTP/1.1\nhost: catalog\nx-a: "
        // Line ends have two bytes each.
        let used = start.utf8.count + 2 + 4
        return start + String(repeating: "a", count: bytes - used) + "\n\n"
    }

    @Test func `a head may have so many bytes`() throws {
        // The sidecars add some of their own, which the second one has to take.
        #expect(try answer(head(bytes: 59_000)) == "HTTP/1.1 200 OK")
        #expect(try answer(head(bytes: 61_441)).hasPrefix("HTTP/1.1 431 "))
    }

    @Test func `a head may have so many fields`() throws {
        func head(fields: Int) -> String {
            "GET / HTTP/1.1\nhost: catalog\n" + (1..<fields).map { "x-\($0): a\n" }.joined() + "\n"
        }

        // The sidecars add some of their own.
        #expect(try answer(head(fields: 80)) == "HTTP/1.1 200 OK")
        #expect(try answer(head(fields: 101)).hasPrefix("HTTP/1.1 431 "))
    }

    @Test func `what frames a body may have so many bytes`() throws {
        func request(line: Int, trailers: Int) -> String {
            "POST / HTTP/1.1\nhost: catalog\ntransfer-encoding: chunked\n\n1;\(String(repeating: "a", count: line))\nx\n0\n"
                + "x-t: \(String(repeating: "b", count: trailers))\n\n"
        }

        #expect(try answer(request(line: 4000, trailers: 16_000)) == "HTTP/1.1 200 OK")
        #expect(try answer(request(line: 4200, trailers: 0)).hasPrefix("HTTP/1.1 400 "))
        #expect(try answer(request(line: 0, trailers: 17_000)).hasPrefix("HTTP/1.1 431 "))
    }

    @Test func `a body is kept up to so many bytes`() throws {
        let policy = RetryPolicy(conditions: ["5xx"], retries: 1)
        try chain.applySource(endpoints: [chain.inbound], retry: policy)
        chain.application = { $1.respond(HTTPResponse(status: 503)) }

        _ = try chain.send("POST", body: [UInt8](repeating: 1, count: Exchange.replayLimit))
        #expect(chain.seen.count == 2)
        _ = try chain.send("POST", body: [UInt8](repeating: 1, count: Exchange.replayLimit + 1))
        #expect(chain.seen.count == 3)
    }

    @Test func `a mirror may be so many bytes behind`() throws {
        // Connections to it are made by the kernel, and nobody reads them.
        let deaf = try Socket.listening(on: .loopback())
        defer { deaf.close() }
        let address = try #require(deaf.localAddress)
        let route = try Route(json: [
            "match": ["prefix": "/"],
            "route": ["cluster": .string(TestChain.cluster), "request_mirror_policies": [["cluster": "deaf"]]],
        ])
        let endpoint = Endpoint(address: NetworkAddress(ip: address.ip, port: address.port))
        try chain.applySource(
            endpoints: [chain.inbound], routes: [route],
            further: [
                Cluster(
                    name: "deaf",
                    endpoints: .inline(ClusterLoadAssignment(clusterName: "deaf", endpoints: [endpoint])))
            ])

        let response = try chain.send("POST", body: [UInt8](repeating: 1, count: 8 << 20))

        #expect(response.status == 200)
        #expect(chain.source.report.page.events.droppedMirrors == 1)
    }

    @Test(arguments: [(AuthorizationCall.bodyLimit, 200), (AuthorizationCall.bodyLimit + 1, 403)])
    func `an authorizer may say so many bytes`(bytes: Int, status: Int) throws {
        let server = try HTTPServer(loop: chain.loop, address: .loopback()) { _, responder in
            responder.respond(HTTPResponse(status: 200, body: [UInt8](repeating: 0x61, count: bytes)))
        }
        let address = server.boundAddress
        let check = ExternalAuthorization(cluster: "authorizer", uri: "http://a", timeout: .seconds(5))
        try chain.applySource(
            endpoints: [chain.inbound], filters: [.externalAuthorization(check)],
            further: [
                Cluster(
                    name: "authorizer",
                    endpoints: .inline(
                        ClusterLoadAssignment(
                            clusterName: "authorizer",
                            endpoints: [Endpoint(address: NetworkAddress(ip: address.ip, port: address.port))])))
            ])

        #expect(try chain.send().status == status)
    }

    @Test func `a handshake may begin with so many bytes`() {
        // A record of a handshake whose message is said to be longer than any should be.
        func read(length: Int) -> ClientHello.Reading {
            let bytes: [UInt8] = [22, 3, 1, 0x40, 0, 1, 0, UInt8(length >> 8), UInt8(length & 255)]
            return bytes.withUnsafeBytes(ClientHello.read)
        }

        #expect(read(length: ClientHello.lengthLimit - 4) == .incomplete)
        #expect(read(length: ClientHello.lengthLimit + 1) == .other)
    }

    @Test func `so many places are remembered that connections were going to`() throws {
        try chain.applySource(
            endpoints: [chain.inbound],
            further: [Cluster(name: "anywhere", endpoints: .original, balancing: .clusterProvided)])
        let cluster = try #require(chain.source.cluster(named: "anywhere"))
        func endpoint(_ port: Int) throws -> UpstreamEndpoint {
            cluster.original(
                try #require(SocketAddress(ip: "10.0.0.1", port: UInt16(port))), in: chain.source)
        }
        let busy = try endpoint(1)
        busy.active = 1
        for port in 1...UpstreamCluster.originalLimit { _ = try endpoint(port) }
        #expect(cluster.originalCount == UpstreamCluster.originalLimit)

        _ = try endpoint(UpstreamCluster.originalLimit + 1)

        #expect(cluster.originalCount == 2)
        #expect(try endpoint(1) === busy)
    }

    @Test func `so many spans wait for a receiver`() throws {
        // Nobody answers: what is on its way stays there.
        let deaf = try Socket.listening(on: .loopback())
        defer { deaf.close() }
        let exporter = SpanExporter(loop: chain.loop, address: try #require(deaf.localAddress), local: .unknown)
        _ = try chain.send()
        chain.source.flushSpans()
        let span = try #require(chain.sourceSpans.first)

        exporter.add([span])
        exporter.add(Array(repeating: span, count: SpanExporter.queueLimit + 5))

        #expect(exporter.dropped == 5)
    }

    @Test func `a sidecar may say so many bytes of itself`() {
        func metadata(bytes: Int) -> [UInt8] {
            PeerMetadata.encode(WorkloadLabels(workload: String(repeating: "w", count: bytes), namespace: "n"))
        }
        let long = metadata(bytes: 1500)
        let longer = metadata(bytes: 7000)

        #expect(long.count <= PeerMetadata.lengthLimit && PeerMetadata.decode(long[...]) != nil)
        #expect(longer.count > PeerMetadata.lengthLimit && PeerMetadata.decode(longer[...]) == nil)
    }
}
