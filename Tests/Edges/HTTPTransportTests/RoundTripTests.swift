import HTTPTransport
import SystemIO
import TestSupport
import Testing

@Suite struct `A buffered server and client` {
    @Test func `answer requests one after the other on one connection`() throws {
        let loop = try EventLoop()
        let server = try HTTPServer(loop: loop, address: .loopback()) { request, responder in
            responder.respond(
                .text("\(request.method) \(request.target) \(String(decoding: request.body, as: UTF8.self))"))
        }
        let client = HTTPClient(loop: loop)
        var answers: [String] = []

        for (method, body) in [("GET", ""), ("POST", "hello"), ("PUT", String(repeating: "x", count: 300_000))] {
            let request = HTTPRequest(method, "/a?b=\(method)", body: Array(body.utf8))
            client.send(request, to: server.boundAddress) { answers.append((try? $0.get().text) ?? "\($0)") }
            let expected = "\(method) /a?b=\(method) \(body)"
            #expect(runs(loop) { answers.last == expected })
        }

        #expect(server.connectionCount == 1)
    }

    @Test func `unpack gzip`() throws {
        let loop = try EventLoop()
        let server = try HTTPServer(loop: loop, address: .loopback()) { request, responder in
            #expect(request.headers["accept-encoding"] == "gzip")
            responder.respond(
                HTTPResponse(status: 200, headers: ["content-encoding": "gzip"], body: gzipOfHello))
        }
        let client = HTTPClient(loop: loop)
        var answer: HTTPResponse?

        client.send(HTTPRequest("/"), to: server.boundAddress) { answer = try? $0.get() }

        #expect(runs(loop) { answer != nil })
        #expect(answer?.text == "hello\n")
    }

    @Test func `stream an answer in pieces`() throws {
        let loop = try EventLoop()
        var responder: HTTPResponder?
        let server = try HTTPServer(loop: loop, address: .loopback()) { _, answering in
            responder = answering
            answering.begin(status: 200, headers: ["content-type": "text/plain"])
            answering.write(Array("one".utf8))
        }
        let client = HTTPClient(loop: loop)
        var received: [UInt8] = []
        var hasEnded = false

        let call = client.stream(HTTPRequest("/watch"), to: server.boundAddress) {
            #expect($0.status == 200)
        } onBytes: {
            received += $0
        } onEnd: {
            if case .success = $0 { hasEnded = true }
        }

        #expect(runs(loop) { received == Array("one".utf8) })
        responder?.write(Array("two".utf8))
        #expect(runs(loop) { received == Array("onetwo".utf8) })
        responder?.end()
        #expect(runs(loop) { hasEnded })
        call.cancel()
    }

    @Test func `tell the server that a watching client has gone`() throws {
        let loop = try EventLoop()
        var hasClosed = false
        var limits = HTTPServerLimits()
        limits.halfCloseGrace = .milliseconds(10)
        let server = try HTTPServer(loop: loop, address: .loopback(), limits: limits) { _, responder in
            responder.begin(status: 200)
            responder.write([1])
            responder.onClose = { hasClosed = true }
        }
        let client = HTTPClient(loop: loop)
        var hasBytes = false

        let call = client.stream(HTTPRequest("/watch"), to: server.boundAddress) { _ in
        } onBytes: { _ in
            hasBytes = true
        } onEnd: { _ in
        }
        #expect(runs(loop) { hasBytes })
        call.cancel()

        #expect(runs(loop) { hasClosed && server.connectionCount == 0 })
    }

    @Test func `report an address where nobody listens`() throws {
        let loop = try EventLoop()
        let listener = try RawListener(loop)
        listener.close()
        let client = HTTPClient(loop: loop)
        var failure: HTTPClientError?

        client.send(HTTPRequest("/"), to: listener.address) {
            if case .failure(let error) = $0 { failure = error }
        }

        #expect(runs(loop) { failure != nil })
        #expect(failure?.description == "connect \(listener.address): connection refused")
    }

    @Test func `give up at the deadline`() throws {
        let loop = try EventLoop()
        let listener = try RawListener(loop)
        let client = HTTPClient(loop: loop)
        var failure: HTTPClientError?

        client.send(HTTPRequest("/"), to: listener.address, deadline: .milliseconds(20)) {
            if case .failure(let error) = $0 { failure = error }
        }

        #expect(runs(loop) { failure == .deadlineExceeded })
        #expect(runs(loop) { listener.peers.first?.hasEnded == true })
    }

    @Test func `refuse bodies beyond their limits`() throws {
        let loop = try EventLoop()
        let server = try HTTPServer(loop: loop, address: .loopback(), maximumBody: 10) { _, responder in
            responder.respond(.text(String(repeating: "y", count: 5000)))
        }
        let client = HTTPClient(loop: loop)
        var outcomes: [String] = []

        client.send(HTTPRequest("POST", "/", body: Array(repeating: 1, count: 11)), to: server.boundAddress) {
            outcomes.append((try? "\($0.get().status)") ?? "\($0)")
        }
        #expect(runs(loop) { outcomes.count == 1 })
        client.send(HTTPRequest("/"), to: server.boundAddress, maximumBody: 4999) {
            if case .failure(let error) = $0 { outcomes.append(error.description) }
        }
        #expect(runs(loop) { outcomes.count == 2 })

        #expect(outcomes == ["413", "the answer has more than 4999 bytes"])
    }

    @Test func `serve a thread that waits`() throws {
        let loop = try EventLoop()
        let server = try HTTPServer(loop: loop, address: .loopback()) { request, responder in
            responder.respond(.text(request.path))
        }
        let address = server.boundAddress
        let handle = loop.handle
        let thread = try Threads.spawn(name: "waits") {
            defer { handle.stop() }
            guard let client = try? BlockingHTTPClient() else { return }
            for path in ["/a", "/b"] {
                #expect((try? client.send(HTTPRequest(path), to: address).text) == path)
            }
        }

        loop.run()

        thread.join()
        #expect(server.connectionCount <= 1)
    }
}

/// `printf 'hello\n' | gzip -n`, gzip 1.12.
private let gzipOfHello: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xe7, 0x02, 0x00, 0x20,
    0x30, 0x3a, 0x36, 0x06, 0x00, 0x00, 0x00,
]
