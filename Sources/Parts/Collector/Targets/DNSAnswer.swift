internal import SystemIO

/// Reads DNS answers (RFC 1035 §4.1, RFC 2782). No bytes can trap it: what is broken ends the list.
///
///     ┌──────────────┬───────────┬─────────┬──────
///     │ header, 12 B │ questions │ answers │ …
///     └──────────────┴───────────┴─────────┴──────
///     record: name, type 2, class 2, time to live 4, length 2, data
enum DNSAnswer {
    static let v4: UInt16 = 1
    static let v6: UInt16 = 28
    static let service: UInt16 = 33
    private static let maximumRecords = 10_000

    struct Service: Hashable {
        var host: String
        var port: UInt16
    }

    /// The SRV records, in the order of the answer, each host once per port. Priorities and weights are for those who
    /// want one of them: a collector wants all.
    static func services(in message: [UInt8]) -> [Service] {
        var services: [Service] = []
        var seen: Set<Service> = []
        forEachRecord(in: message) { type, range in
            guard type == service, range.count > 7 else { return }
            let start = range.lowerBound
            guard let port = integer(message, start + 4), port > 0, let (host, _) = name(message, at: start + 6),
                TargetHost.isName(host[...])
            else { return }
            let found = Service(host: host, port: port)
            if seen.insert(found).inserted { services.append(found) }
        }
        return services
    }

    /// The A and AAAA records, with port 0.
    static func addresses(in message: [UInt8]) -> [SocketAddress] {
        var addresses: [SocketAddress] = []
        forEachRecord(in: message) { type, range in
            let bytes = message[range]
            let text: String
            switch (type, bytes.count) {
            case (v4, 4): text = bytes.map(String.init).joined(separator: ".")
            case (v6, 16):
                text = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2)
                    .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
            default: return
            }
            if let address = SocketAddress(ip: text, port: 0) { addresses.append(address) }
        }
        return addresses
    }

    /// Calls `body` with the type of every answer and where its data stands, all of it inside the message.
    private static func forEachRecord(in message: [UInt8], _ body: (UInt16, Range<Int>) -> Void) {
        guard let questions = integer(message, 4), let answers = integer(message, 6) else { return }
        var position = 12
        for _ in 0..<questions {
            guard let (_, end) = name(message, at: position) else { return }
            position = end + 4
        }
        for _ in 0..<min(Int(answers), maximumRecords) {
            guard let (_, end) = name(message, at: position), let type = integer(message, end),
                let length = integer(message, end + 8), end + 10 + Int(length) <= message.count
            else { return }
            position = end + 10 + Int(length)
            body(type, end + 10..<position)
        }
    }

    private static func integer(_ message: [UInt8], _ position: Int) -> UInt16? {
        guard position >= 0, position + 2 <= message.count else { return nil }
        return UInt16(message[position]) << 8 | UInt16(message[position + 1])
    }

    /// The name at `position`, without the dot at its end, and where what follows it begins.
    private static func name(_ message: [UInt8], at position: Int) -> (name: String, end: Int)? {
        var bytes: [UInt8] = []
        var position = position
        var end: Int?
        // Pointers lead backwards only, so that no message can lead in circles.
        var limit = position
        while position < message.count {
            let length = Int(message[position])
            switch length {
            case 0: return (String(decoding: bytes, as: UTF8.self), end ?? position + 1)
            case 1...63:
                guard position + 1 + length <= message.count, bytes.count + 1 + length <= 254 else { return nil }
                if !bytes.isEmpty { bytes.append(0x2E) }
                bytes += message[position + 1...position + length]
                position += 1 + length
            case 0xC0...0xFF:
                guard let pointer = integer(message, position) else { return nil }
                let target = Int(pointer & 0x3FFF)
                guard target < limit else { return nil }
                end = end ?? position + 2
                limit = target
                position = target
            default: return nil
            }
        }
        return nil
    }
}
