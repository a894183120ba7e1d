internal import CLinux
internal import Glibc

/// Why a name has no answer, in words.
package struct NameLookupFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Names turned into addresses. Every call blocks, for seconds when a server is silent: none of them belongs on an event
/// loop's thread.
package enum NameLookup {
    /// The longest answer that is taken; DNS over TCP sends no more.
    private static let answerLimit = 65_535

    /// The addresses of a host in the order to try them, with this port, as the machine itself finds them: its hosts
    /// file, then DNS.
    package static func addresses(of host: String, port: UInt16) throws(NameLookupFailure) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            throw NameLookupFailure("the name \(host) has no address: \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next {
            // The list and what its entries point to live until freeaddrinfo; each is copied here.
            let found = SocketAddress { address, length in
                guard let given = entry.pointee.ai_addr, entry.pointee.ai_addrlen <= length.pointee else { return -1 }
                memcpy(address, given, Int(entry.pointee.ai_addrlen))
                return 0
            }
            if let found { addresses.append(found.with(port: port)) }
            next = entry.pointee.ai_next
        }
        guard !addresses.isEmpty else { throw NameLookupFailure("the name \(host) has no address") }
        return addresses
    }

    /// A DNS server's whole answer (RFC 1035 §4.1) to the question for a name's records of one type.
    ///
    /// - Parameter server: whom to ask, by an IPv4 address; nothing for those of `/etc/resolv.conf`.
    package static func query(_ name: String, type: UInt16, server: SocketAddress? = nil)
        throws(NameLookupFailure) -> [UInt8]
    {
        var form: sockaddr_in?
        if let server {
            guard let v4 = server.v4Form else {
                throw NameLookupFailure("the DNS server \(server) is not named by an IPv4 address")
            }
            form = v4
        }
        var answer = [UInt8](repeating: 0, count: answerLimit)
        var failure: CInt = 0
        let length = answer.withUnsafeMutableBufferPointer { buffer in
            if var form {
                meshtop_dns_query(name, CInt(type), &form, buffer.baseAddress, CInt(answerLimit), &failure)
            } else {
                meshtop_dns_query(name, CInt(type), nil, buffer.baseAddress, CInt(answerLimit), &failure)
            }
        }
        guard length >= 0 else { throw NameLookupFailure("the name \(name) \(reason(failure))") }
        answer.removeLast(answer.count - min(Int(length), answer.count))
        return answer
    }

    /// The resolver's own texts speak of hosts where a service is meant.
    private static func reason(_ code: CInt) -> String {
        switch code {
        case HOST_NOT_FOUND: "is not known to DNS"
        case NO_DATA: "has no such record in DNS"
        case TRY_AGAIN: "got no answer from DNS"
        default: "cannot be asked for: the DNS server refuses or fails"
        }
    }
}
