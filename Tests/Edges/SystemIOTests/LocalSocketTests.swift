import SystemIO
import TestSupport
import Testing

@Suite struct `A local socket` {
    private let directory: String
    private var path: String { "\(directory)/socket" }

    init() throws {
        directory = try Files.makeTemporaryDirectory(prefix: "local")
    }

    @Test func `carries whole messages, and listening sockets that go on`() throws {
        let listener = try LocalSocket.listening(at: path)
        defer { listener.close() }
        let client = try LocalSocket.connecting(to: path, patience: 5)
        let server = try #require(listener.accept())
        let original = try Socket.listening(on: .loopback())
        let address = try #require(original.localAddress)

        try server.send([1, 2], with: original)
        try server.send([3])
        original.close()
        server.close()

        guard case .message(let first) = try client.receive(), case .message(let second) = try client.receive() else {
            Issue.record("a message is missing")
            return
        }
        #expect(first.bytes == [1, 2])
        #expect(second.bytes == [3])
        #expect(second.socket == nil)
        guard case .ended = try client.receive() else {
            Issue.record("the end is missing")
            return
        }
        client.close()
        // The descriptor that was passed listens although the first one is closed.
        let passed = try #require(first.socket.flatMap { Socket(adopting: $0) })
        defer { passed.close() }
        #expect(passed.localAddress == address)
        let peer = try Socket.connecting(to: address)
        defer { peer.close() }
        var accepted = passed.accept()
        while case .none = accepted { accepted = passed.accept() }
        guard case .connection(let connection, _) = accepted else {
            Issue.record("\(accepted)")
            return
        }
        connection.close()
    }

    @Test func `passes nothing on that does not listen`() throws {
        let listener = try Socket.listening(on: .loopback())
        defer { listener.close() }
        let connection = try Socket.connecting(to: try #require(listener.localAddress))

        #expect(Socket(adopting: connection) == nil)
    }

    @Test func `says that nobody is there, and what a path is too long for`() throws {
        let missing = #expect(throws: SystemError.self) { try LocalSocket.connecting(to: path, patience: 1) }
        #expect(missing.map { LocalSocket.isNobodyThere($0) } == true)
        try LocalSocket.listening(at: path).close()
        let left = #expect(throws: SystemError.self) { try LocalSocket.connecting(to: path, patience: 1) }
        #expect(left.map { LocalSocket.isNobodyThere($0) } == true)
        let long = directory + "/" + String(repeating: "x", count: 108)
        let refused = #expect(throws: SystemError.self) { try LocalSocket.listening(at: long) }
        #expect(refused?.description.hasSuffix("file name too long") == true)
    }
}
