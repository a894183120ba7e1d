import Glibc
import SystemIO
import TestSupport

/// DNS messages, as far as tests need them (RFC 1035 §4.1).
enum DNSMessage {
    enum Record {
        case service(host: String, port: UInt16)
        case v4([UInt8])
        case v6([UInt8])
    }

    /// An answer whose records' names point at the question's.
    static func answer(id: UInt16, question: String, type: UInt16, records: [Record], code: UInt8 = 0) -> [UInt8] {
        var message = pair(id) + [0x81, 0x80 | code] + pair(1) + pair(UInt16(records.count)) + pair(0) + pair(0)
        message += name(question) + pair(type) + pair(1)
        for record in records {
            let (type, data): (UInt16, [UInt8]) =
                switch record {
                case .service(let host, let port): (33, pair(10) + pair(60) + pair(port) + name(host))
                case .v4(let bytes): (1, bytes)
                case .v6(let bytes): (28, bytes)
                }
            message += [0xC0, 12] + pair(type) + pair(1) + [0, 0, 0, 5] + pair(UInt16(data.count)) + data
        }
        return message
    }

    private static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    private static func pair(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }
}

/// A DNS server on 127.0.0.1, on the test's loop.
final class FakeDNS {
    /// What there is to know, by name and type: `cart.example 1`. Names that are not here do not exist.
    var records: [String: [DNSMessage.Record]] = [:]
    /// Whether it says nothing at all.
    var isSilent = false
    private(set) var questions: [String] = []
    private(set) var address = SocketAddress.loopback()
    private let descriptor: CInt
    private let loop: EventLoop
    private var registration: EventLoop.Registration?

    init(_ loop: EventLoop) throws {
        self.loop = loop
        descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        var form = sockaddr_in()
        form.sin_family = sa_family_t(AF_INET)
        form.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &form) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            } ? UInt16(bigEndian: $0.pointee.sin_port) : 0
        }
        address = .loopback(port: port)
        registration = try loop.register(descriptor, for: .readable, edgeTriggered: false) { [weak self] _ in
            self?.answer()
        }
    }

    deinit {
        if let registration { loop.unregister(registration) }
        close(descriptor)
    }

    private func answer() {
        var bytes = [UInt8](repeating: 0, count: 512)
        var client = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &client) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &bytes, bytes.count, 0, $0, &length)
            }
        }
        guard count > 16 else { return }
        var labels: [String] = []
        var position = 12
        while bytes[position] > 0 {
            let end = position + 1 + Int(bytes[position])
            labels.append(String(decoding: bytes[position + 1..<end], as: UTF8.self))
            position = end
        }
        let name = labels.joined(separator: ".")
        let type = UInt16(bytes[position + 2])
        questions.append("\(name) \(type)")
        guard !isSilent else { return }
        let known = records["\(name) \(type)"]
        let isKnown = records.keys.contains { $0.hasPrefix("\(name) ") }
        let message = DNSMessage.answer(
            id: UInt16(bytes[0]) << 8 | UInt16(bytes[1]), question: name, type: type, records: known ?? [],
            code: isKnown ? 0 : 3)
        withUnsafePointer(to: &client) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, message, message.count, 0, $0, length)
            }
        }
    }
}
