import HTTPWire
import TestSupport
import Testing

@Suite struct `A header of the PROXY protocol` {
    private func read(_ bytes: [UInt8]) -> ProxyHeader.Reading { bytes.withUnsafeBytes(ProxyHeader.read) }
    private func read(_ text: String) -> ProxyHeader.Reading { read(Array(text.utf8)) }

    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]

    @Test(
        arguments: [
            ("PROXY TCP4 203.0.113.7 10.0.0.1 56324 443\r\n", "203.0.113.7", 56324, "10.0.0.1", 443),
            ("PROXY TCP6 2001:db8::7 ::1 1 65535\r\n", "2001:db8::7", 1, "::1", 65535),
        ] as [(String, String, UInt16, String, UInt16)])
    func `says in a line who connected where`(
        line: String, ip: String, port: UInt16, destination: String, destinationPort: UInt16
    ) {
        let expected = ProxyHeader(
            source: .init(ip: ip, port: port), destination: .init(ip: destination, port: destinationPort))

        #expect(read(line) == .header(expected, length: line.utf8.count))
        #expect(read(line + "GET / HTTP/1.1\r\n") == .header(expected, length: line.utf8.count))
        for count in 0..<line.utf8.count { #expect(read(Array(line.utf8.prefix(count))) == .incomplete) }
    }

    @Test func `may say that nothing is known`() {
        #expect(read("PROXY UNKNOWN\r\n") == .header(ProxyHeader(), length: 15))
        #expect(read("PROXY UNKNOWN a b c\r\nx") == .header(ProxyHeader(), length: 21))
    }

    @Test(arguments: [
        "PROXY TCP5 1.1.1.1 2.2.2.2 1 2\r\n", "PROXY TCP4 1.1.1.1 2.2.2.2 1\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 1 65536\r\n",
        "PROXY TCP4 ::1 2.2.2.2 1 2\r\n", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2 3\r\n", "PROXY TCP4 a b 1 2\r\n",
        "PROXY TCP4 1.1.1.1 2.2.2.2 +1 2\r\n", "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n", "PROXY \r\n",
        "PROXY UNKNOWN " + String(repeating: "x", count: 200) + "\r\n",
    ])
    func `that is wrong is refused`(line: String) {
        guard case .malformed = read(line) else {
            Issue.record("\(read(line))")
            return
        }
    }

    @Test func `says it in bytes, with extensions`() {
        let v4: [UInt8] =
            Self.signature + [0x21, 0x11, 0, 12 + 3, 203, 0, 113, 7, 10, 0, 0, 1, 0xdc, 4, 1, 187] + [4, 0, 0]
        let v6: [UInt8] =
            Self.signature + [0x21, 0x21, 0, 36, 0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [7]
            + [UInt8](repeating: 0, count: 15) + [1, 0, 1, 0, 2]

        #expect(
            read(v4)
                == .header(
                    ProxyHeader(
                        source: .init(ip: "203.0.113.7", port: 56324), destination: .init(ip: "10.0.0.1", port: 443)),
                    length: 31))
        #expect(
            read(v6 + [1, 2])
                == .header(
                    ProxyHeader(
                        source: .init(ip: "2001:db8:0:0:0:0:0:7", port: 1),
                        destination: .init(ip: "0:0:0:0:0:0:0:1", port: 2)), length: 52))
        for count in 0..<v6.count { #expect(read(Array(v6.prefix(count))) == .incomplete) }
    }

    @Test(
        arguments: [
            ([0x20, 0, 0, 0], 16), ([0x21, 0, 0, 2, 9, 9], 18), ([0x21, 0x31, 0, 1, 9], 17), ([0x21, 0x12, 0, 0], 16),
        ] as [([UInt8], Int)])
    func `may be about no connection of TCP`(rest: [UInt8], length: Int) {
        #expect(read(Self.signature + rest) == .header(ProxyHeader(), length: length))
    }

    @Test(
        arguments: [
            [0x11, 0x11, 0, 0], [0x22, 0x11, 0, 0], [0x21, 0x11, 0, 11] + [UInt8](repeating: 0, count: 11),
            [0x21, 0x11, 0xff, 0xff],
        ] as [[UInt8]])
    func `in bytes that is wrong is refused`(rest: [UInt8]) {
        guard case .malformed = read(Self.signature + rest) else {
            Issue.record("\(read(Self.signature + rest))")
            return
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `damaged or cut never does harm`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let good =
            seed % 2 == 0
            ? Array("PROXY TCP6 2001:db8::7 ::1 1 65535\r\n".utf8)
            : Self.signature + [0x21, 0x21, 0, 36] + [UInt8](repeating: 1, count: 36)
        for _ in 0..<500 {
            var bytes = Array(good.prefix(Int.random(in: 0...good.count, using: &generator)))
            for _ in 0..<3 where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if case .header(_, let length) = read(bytes) { #expect(length <= bytes.count) }
        }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\n", "PROXYX", "\r\n\r\nGET", "\u{16}\u{3}\u{1}"])
    func `is not what anything else is`(text: String) {
        #expect(read(text) == .other)
    }
}
