import ByteCursor
package import JSONWire
package import JWTWire

/// What a good token gives to the request and to the filters after.
extension TokenProvider {
    /// Headers to add, in order; the same ones that a client sent must be gone by then.
    package func headers(for token: JSONWebToken) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if let payloadHeader {
            var text = String(decoding: token.encodedPayload, as: UTF8.self)
            if padsPayloadHeader { while text.utf8.count % 4 != 0 { text += "=" } }
            headers.append((payloadHeader, text))
        }
        for item in claimHeaders {
            guard let text = token.claim(item.claim)?.headerText, !text.isEmpty else { continue }
            headers.append((item.header, text))
        }
        return headers
    }

    /// The claims as later filters see them: of ``spacedClaims``, those that are texts as lists of words.
    package func normalizedClaims(of token: JSONWebToken) -> JSONObject {
        var claims = token.claims
        for name in spacedClaims {
            guard let text = claims[name]?.string else { continue }
            claims[name] = .array(text.split(separator: " ").map { .string(String($0)) })
        }
        return claims
    }
}

extension JSONValue {
    /// The value as Envoy writes it into a header, lists and objects as base 64 of their JSON; nothing for `null`.
    fileprivate var headerText: String? {
        switch self {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): number >= 0 ? "\(number)" : "\(number).000000"
        case .number(let number): number.headerText
        case .array, .object: Base64.encode(serialized())
        case .null: nil
        }
    }
}

extension Double {
    /// Whole numbers as such, all others with six digits behind the point.
    fileprivate var headerText: String {
        if self >= 0, let whole = UInt64(exactly: self) { return "\(whole)" }
        let millionths = (magnitude * 1_000_000).rounded(.toNearestOrEven)
        guard let exact = UInt64(exactly: millionths) else { return description }
        let fraction = String(exact % 1_000_000)
        let zeros = String(repeating: "0", count: 6 - fraction.count)
        return "\(self < 0 ? "-" : "")\(exact / 1_000_000).\(zeros)\(fraction)"
    }
}
