/// What a load balancer says of its client before anything else on a connection: the PROXY protocol, versions 1 and 2.
///
/// <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>
package struct ProxyHeader: Hashable, Sendable {
    package struct Address: Hashable, Sendable {
        package var ip: String
        package var port: UInt16

        package init(ip: String, port: UInt16) {
            self.ip = ip
            self.port = port
        }
    }

    /// Who connected and to where; nothing where the balancer speaks for itself (`LOCAL`) or does not know.
    package var source: Address?
    package var destination: Address?

    package init(source: Address? = nil, destination: Address? = nil) {
        self.source = source
        self.destination = destination
    }

    package enum Reading: Hashable, Sendable {
        /// It may become one.
        case incomplete
        /// It begins as something else.
        case other
        case malformed(String)
        /// The first bytes, so many of them.
        case header(ProxyHeader, length: Int)
    }

    /// The most bytes of a header, extensions of version 2 included.
    package static let lengthLimit = 4096
    /// Of version 1, its line end included.
    private static let lineLimit = 107
    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]
    private static let word = Array("PROXY ".utf8)

    /// Reads the first bytes of a connection.
    package static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        if bytes.isEmpty { return .incomplete }
        if begins(bytes, signature) { return bytes.count < 16 ? .incomplete : readBinary(bytes) }
        if begins(bytes, word) { return bytes.count < word.count ? .incomplete : readLine(bytes) }
        return .other
    }

    /// Whether the bytes are the beginning of `text`, or begin with it.
    private static func begins(_ bytes: UnsafeRawBufferPointer, _ text: [UInt8]) -> Bool {
        bytes.prefix(text.count).elementsEqual(text.prefix(bytes.count))
    }

    // MARK: Version 1

    private static func readLine(_ bytes: UnsafeRawBufferPointer) -> Reading {
        let line = bytes.prefix(lineLimit)
        guard let end = line.firstIndex(of: 10) else {
            return bytes.count < lineLimit ? .incomplete : .malformed("its line has more than \(lineLimit) bytes")
        }
        guard end > 0, bytes[end - 1] == 13 else { return .malformed("its line ends without a carriage return") }
        let text = String(decoding: bytes[..<(end - 1)], as: UTF8.self)
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        let length = end + 1
        guard words.count >= 2 else { return .malformed("it names no protocol") }
        if words[1] == "UNKNOWN" { return .header(ProxyHeader(), length: length) }
        guard words[1] == "TCP4" || words[1] == "TCP6" else {
            return .malformed("\(words[1].prefix(8)) is neither TCP4, TCP6 nor UNKNOWN")
        }
        guard words.count == 6, let sourcePort = port(words[4]), let destinationPort = port(words[5]) else {
            return .malformed("it needs two addresses and two ports")
        }
        let isV6 = words[1] == "TCP6"
        guard [words[2], words[3]].allSatisfy({ isV6 ? isV6Like($0) : isV4($0) }) else {
            return .malformed("its addresses are not \(words[1])'s")
        }
        return .header(
            ProxyHeader(
                source: Address(ip: String(words[2]), port: sourcePort),
                destination: Address(ip: String(words[3]), port: destinationPort)), length: length)
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt16(text)
    }

    private static func isV4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { port($0).map { $0 <= 255 } ?? false }
    }

    /// Whether it has the letters of one; whoever makes an address of it sees whether it is.
    private static func isV6Like(_ text: Substring) -> Bool {
        text.contains(":")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x46, 0x61...0x66, UInt8(ascii: ":"), UInt8(ascii: "."): true
                default: false
                }
            }
    }

    // MARK: Version 2

    private static func readBinary(_ bytes: UnsafeRawBufferPointer) -> Reading {
        let (command, family) = (bytes[12], bytes[13])
        let length = 16 + Int(bytes[14]) << 8 + Int(bytes[15])
        guard command >> 4 == 2 else { return .malformed("version \(command >> 4) of its binary form is not known") }
        guard command & 15 <= 1 else { return .malformed("command \(command & 15) is not known") }
        guard length <= lengthLimit else { return .malformed("it has \(length) bytes, more than \(lengthLimit)") }
        guard bytes.count >= length else { return .incomplete }
        // LOCAL: the balancer's own connection, to see whether we live.
        guard command & 15 == 1 else { return .header(ProxyHeader(), length: length) }
        let body = bytes[16..<length]
        switch family {
        case 0x11: return addresses(body, size: 4, length)
        case 0x21: return addresses(body, size: 16, length)
        // Datagrams, local sockets, and what is not said: the connection's own addresses hold.
        default: return .header(ProxyHeader(), length: length)
        }
    }

    private static func addresses(
        _ body: Slice<UnsafeRawBufferPointer>, size: Int, _ length: Int
    ) -> Reading {
        guard body.count >= 2 * size + 4 else { return .malformed("it is too short for its addresses") }
        let bytes = Array(body.prefix(2 * size + 4))
        func address(_ index: Int) -> Address {
            let place = 2 * size + 2 * index
            return Address(
                ip: text(bytes[(index * size)..<((index + 1) * size)]),
                port: UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1]))
        }
        return .header(ProxyHeader(source: address(0), destination: address(1)), length: length)
    }

    private static func text(_ address: ArraySlice<UInt8>) -> String {
        let bytes = Array(address)
        guard bytes.count == 16 else { return bytes.map { String($0) }.joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2)
            .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }
}
