/// The names that DNS and Kubernetes allow.
extension String {
    /// RFC 1123: 1…63 lower-case letters, digits and inner hyphens.
    var isDNSLabel: Bool { utf8.isDNSLabel }

    /// Labels joined by dots, at most 253 bytes.
    var isDNSName: Bool {
        utf8.count <= 253
            && utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy(\.isDNSLabel)
    }

    /// A DNS name whose first label may be `*`, or `*` alone.
    var isWildcardDNSName: Bool {
        self == "*" || isDNSName || (hasPrefix("*.") && String(dropFirst(2)).isDNSName)
    }

    /// Four decimal numbers, or hexadecimal groups with colons: what can only be meant as an IP address.
    var isIPAddress: Bool {
        if utf8.contains(UInt8(ascii: ":")) {
            return utf8.allSatisfy { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") || $0.isHexadecimalDigit }
        }
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.count <= 3 && part.utf8.allSatisfy { $0 &- UInt8(ascii: "0") <= 9 } && UInt8(part) != nil
            }
    }

    /// RFC 9110's `token`: what a header may be named.
    var isHeaderName: Bool { !isEmpty && utf8.allSatisfy(\.isTokenByte) }

    /// What a header may hold: no control bytes but the tab (RFC 9110 §5.5).
    var isHeaderValue: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 } }
}

extension Sequence<UInt8> where Self: Collection {
    fileprivate var isDNSLabel: Bool {
        guard (1...63).contains(count), first != UInt8(ascii: "-") else { return false }
        var last = UInt8(ascii: "-")
        for byte in self {
            guard byte.isLowerCaseLetter || byte.isDigit || byte == UInt8(ascii: "-") else { return false }
            last = byte
        }
        return last != UInt8(ascii: "-")
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var isLowerCaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }

    fileprivate var isHexadecimalDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
    }

    fileprivate var isTokenByte: Bool {
        isDigit || (self | 0x20).isLowerCaseLetter || "!#$%&'*+-.^_`|~".utf8.contains(self)
    }
}
