internal import CLinux
internal import Glibc

/// An IPv4 or IPv6 address with a port.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The two kinds of address, each as its bytes in network order.
    private enum Host: Hashable, Sendable {
        case v4(UInt32)
        case v6(UInt64, UInt64)
    }

    private let host: Host
    package let port: UInt16

    /// Reads `127.0.0.1:80` or `[::1]:80`; nothing for names or anything else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            guard host.contains(":") else { return nil }
            self.init(ip: String(host.dropFirst().dropLast()), port: port)
        } else {
            guard !host.contains(":") else { return nil }
            self.init(ip: String(host), port: port)
        }
    }

    /// Reads an address without brackets, `127.0.0.1` or `::1`.
    package init?(ip: String, port: UInt16) {
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, ip, &v4) == 1 {
            host = .v4(v4.s_addr)
        } else if inet_pton(AF_INET6, ip, &v6) == 1 {
            host = withUnsafeBytes(of: v6) {
                .v6($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
        } else {
            return nil
        }
        self.port = port
    }

    private init(host: Host, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// The IPv4 loopback, `127.0.0.1`; port 0 lets the kernel choose one.
    package static func loopback(port: UInt16 = 0) -> SocketAddress {
        SocketAddress(host: .v4(UInt32(0x7f00_0001).bigEndian), port: port)
    }

    /// The same host with another port.
    package func with(port: UInt16) -> SocketAddress { SocketAddress(host: host, port: port) }

    /// The host without its port and without brackets: `127.0.0.1`, `::1`.
    package var ip: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            let text =
                switch host {
                case .v4(var address): inet_ntop(AF_INET, &address, buffer.baseAddress, socklen_t(buffer.count))
                case .v6(let high, let low):
                    withUnsafeBytes(of: (high, low)) {
                        inet_ntop(AF_INET6, $0.baseAddress, buffer.baseAddress, socklen_t(buffer.count))
                    }
                }
            return text.map { String(cString: $0) } ?? ""
        }
    }

    package var isLoopback: Bool {
        switch host {
        case .v4(let address): UInt32(bigEndian: address) >> 24 == 127
        case .v6(let high, let low): high == 0 && UInt64(bigEndian: low) == 1
        }
    }

    package var description: String {
        switch host {
        case .v4: "\(ip):\(port)"
        case .v6: "[\(ip)]:\(port)"
        }
    }

    private static func port(_ digits: Substring) -> UInt16? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return UInt16(digits)
    }
}

extension SocketAddress {
    var family: CInt {
        switch host {
        case .v4: AF_INET
        case .v6: AF_INET6
        }
    }

    /// The kernel's form of an IPv4 address; nothing for IPv6.
    var v4Form: sockaddr_in? {
        if case .v4(let address) = host { Self.v4Form(address, port) } else { nil }
    }

    private static func v4Form(_ address: UInt32, _ port: UInt16) -> sockaddr_in {
        var form = sockaddr_in()
        form.sin_family = sa_family_t(AF_INET)
        form.sin_port = port.bigEndian
        form.sin_addr.s_addr = address
        return form
    }

    /// Calls `body` with the kernel's form of this address.
    func withKernelForm<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        switch host {
        case .v4(let address):
            return withUnsafeBytes(of: Self.v4Form(address, port)) { Self.pass($0, body) }
        case .v6(let high, let low):
            var form = sockaddr_in6()
            form.sin6_family = sa_family_t(AF_INET6)
            form.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &form.sin6_addr) {
                $0.storeBytes(of: high, as: UInt64.self)
                $0.storeBytes(of: low, toByteOffset: 8, as: UInt64.self)
            }
            return withUnsafeBytes(of: form) { Self.pass($0, body) }
        }
    }

    /// Reads the address that `fill` leaves in the kernel's form; nothing when it fails or is of another family.
    init?(filledBy fill: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { fill($0, &length) }
        }
        guard result >= 0 else { return nil }
        self.init(kernelForm: storage)
    }

    init?(kernelForm storage: sockaddr_storage) {
        // sockaddr_storage is at least as large and as aligned as either of the two forms read from it here.
        let host: Host?
        let port: UInt16
        (host, port) = withUnsafeBytes(of: storage) { bytes in
            switch CInt(storage.ss_family) {
            case AF_INET:
                let form = bytes.load(as: sockaddr_in.self)
                return (.v4(form.sin_addr.s_addr), UInt16(bigEndian: form.sin_port))
            case AF_INET6:
                let form = bytes.load(as: sockaddr_in6.self)
                let parts = withUnsafeBytes(of: form.sin6_addr) {
                    ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                }
                return (.v6(parts.0, parts.1), UInt16(bigEndian: form.sin6_port))
            default:
                return (nil, 0)
            }
        }
        guard let host else { return nil }
        self.init(host: host, port: port)
    }

    private static func pass<Result>(
        _ bytes: UnsafeRawBufferPointer, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        guard let start = bytes.baseAddress else { preconditionFailure("a socket address has bytes") }
        return body(start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
}

extension SocketAddress {
    /// The host's bits in the order in which they are written: of IPv4 the upper 32 of `high`.
    package var hostBits: (isV6: Bool, high: UInt64, low: UInt64) {
        switch host {
        case .v4(let address): (false, UInt64(UInt32(bigEndian: address)) << 32, 0)
        case .v6(let high, let low): (true, UInt64(bigEndian: high), UInt64(bigEndian: low))
        }
    }
}
