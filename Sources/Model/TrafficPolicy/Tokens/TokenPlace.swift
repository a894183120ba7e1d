/// Where in a request a token may stand.
package enum TokenPlace: Sendable, Hashable {
    /// In a header, of a name in lower case, behind a prefix such as `Bearer `; without a prefix the whole value.
    case header(name: [UInt8], prefix: [UInt8])
    case parameter([UInt8])
    case cookie([UInt8])

    /// Where tokens are looked for when nothing else is said (RFC 6750 §2.1 and §2.3).
    package static let usual: [TokenPlace] = [
        .header(name: Array("authorization".utf8), prefix: Array("Bearer ".utf8)),
        .parameter(Array("access_token".utf8)),
    ]

    /// The token in a value found here; nothing when the value is about something else.
    ///
    /// As Envoy does it: the prefix may stand anywhere, and what cannot begin a token is passed over after it.
    package func token(in value: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard case .header(_, let prefix) = self, !prefix.isEmpty else { return value }
        guard let end = value.end(ofFirst: prefix) else { return nil }
        return value[end...].firstIndex(where: \.mayStandInToken).map { value[$0...] } ?? value
    }
}

extension ArraySlice<UInt8> {
    /// Where the first occurrence of `part` ends.
    fileprivate func end(ofFirst part: [UInt8]) -> Int? {
        guard count >= part.count else { return nil }
        var start = startIndex
        while start + part.count <= endIndex {
            if self[start..<start + part.count].elementsEqual(part) { return start + part.count }
            start += 1
        }
        return nil
    }
}

extension UInt8 {
    /// A character of base64url, or the dot between the parts.
    fileprivate var mayStandInToken: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
