import TLSTransport
import Testing

@Suite struct ClientHelloTests {
    /// What a client of OpenSSL really sends.
    private func realHello(name: String?, protocols: [String]) throws -> [UInt8] {
        let context = try TLSContext(
            client: TLSClientSettings(
                roots: [], serverName: name, verifiesPeer: false, applicationProtocols: protocols))
        let session = try TLSSession(context)
        _ = try session.handshake()
        var bytes: [UInt8] = []
        session.takeCiphertext { bytes += $0 }
        return bytes
    }

    private func read(_ bytes: [UInt8]) -> ClientHello.Reading { bytes.withUnsafeBytes(ClientHello.read) }

    @Test func `name and protocols are read from a real handshake`() throws {
        let bytes = try realHello(name: "db.example", protocols: ["istio", "h2"])

        #expect(read(bytes) == .hello(ClientHello(serverName: "db.example", applicationProtocols: ["istio", "h2"])))
        #expect(read(bytes + [1, 2, 3]) == read(bytes))
    }

    @Test func `a client may ask for nothing`() throws {
        #expect(read(try realHello(name: nil, protocols: [])) == .hello(ClientHello()))
    }

    @Test func `every beginning of a handshake is incomplete, and nothing else`() throws {
        let bytes = try realHello(name: "db.example", protocols: ["istio"])

        for count in 0..<bytes.count {
            #expect(read(Array(bytes.prefix(count))) == .incomplete, "\(count) bytes")
        }
    }

    @Test func `a message may be spread over records`() throws {
        let bytes = try realHello(name: "db.example", protocols: ["istio"])
        let message = bytes.dropFirst(5)
        let parts = [message.prefix(1), message.dropFirst().prefix(60), message.dropFirst(61)]
        let records = parts.flatMap { part -> [UInt8] in
            [22, 3, 1, UInt8(part.count >> 8), UInt8(part.count & 0xff)] + Array(part)
        }

        #expect(read(records) == read(bytes))
    }

    @Test(arguments: [
        Array("GET / HTTP/1.1\r\n".utf8), [0x00], [22, 2], [22, 3, 1, 0, 0], [22, 3, 1, 0xff, 0xff],
        [22, 3, 1, 0, 4, 2, 0, 0, 0], [22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff],
        // A hello whose parts are longer than itself.
        [22, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3],
    ])
    func `other bytes are told from it`(bytes: [UInt8]) {
        #expect(read(bytes) == .other)
    }

    @Test func `damaged handshakes never trap`() throws {
        let bytes = try realHello(name: "db.example", protocols: ["istio", "h2"])
        for index in bytes.indices {
            for value in [0, 1, 0x7f, 0xff] as [UInt8] {
                var damaged = bytes
                damaged[index] = value
                _ = read(damaged)
                _ = read(Array(damaged.prefix(index + 1)))
            }
        }
        // Records without end that bring no complete message.
        let endless = [22, 3, 1, 0, 1, 1] + Array(repeating: [22, 3, 1, 0, 1, 0] as [UInt8], count: 20_000).joined()
        #expect(read(endless) == .other || read(endless) == .incomplete)
    }
}
