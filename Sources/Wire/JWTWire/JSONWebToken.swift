import ByteCursor
package import JSONWire

/// A signed token in compact form ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)), read and not yet verified:
///
///     base64url(header) . base64url(payload) . base64url(signature)
///     └──────── signingInput ──────────────┘
///
/// Nothing in it may be believed before its signature has been checked over ``signingInput``.
package struct JSONWebToken: Sendable, Hashable {
    /// The longest token that is read, in bytes: as much as a head may have.
    package static let maximumBytes = 64 * 1024
    /// Far more levels than claims have; a bound for the stack.
    private static let limits = JSONLimits(maximumDepth: 64, maximumBytes: maximumBytes)

    package let algorithm: SignatureAlgorithm
    /// Which of the issuer's keys signed it, `kid`; empty when it does not say.
    package let keyID: String
    /// Empty when it does not say.
    package let issuer: String
    /// Empty when it does not say.
    package let subject: String
    package let audiences: [String]
    /// Seconds since 1970; 0 when it does not say.
    package let notBefore: UInt64
    /// Seconds since 1970; 0 when it does not say, and then it never expires.
    package let expiry: UInt64
    /// The header, all of it.
    package let header: JSONObject
    /// The payload, all of it.
    package let claims: JSONObject
    /// The payload as it stands in the token.
    package let encodedPayload: [UInt8]
    package let signature: [UInt8]
    /// What was signed.
    package let signingInput: [UInt8]

    /// Reads a token. The order of the checks is Envoy's, so that of several things that are wrong the same is told.
    package init(_ text: some Collection<UInt8>) throws(TokenFailure) {
        guard text.count <= Self.maximumBytes else { throw .form }
        let bytes = Array(text)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else { throw .form }

        guard let headerBytes = Self.decode(parts[0]) else { throw .headerEncoding }
        guard let header = (try? JSONValue.parse(headerBytes, limits: Self.limits))?.object else { throw .headerJSON }
        guard let name = header["alg"]?.string else { throw .algorithmMissing }
        guard let algorithm = SignatureAlgorithm(rawValue: name) else { throw .algorithmUnknown }
        keyID = try Self.text("kid", in: header, or: .keyID)
        guard header["crit"] == nil else { throw .critical }

        guard let payloadBytes = Self.decode(parts[1]) else { throw .payloadEncoding }
        guard let claims = (try? JSONValue.parse(payloadBytes, limits: Self.limits))?.object else {
            throw .payloadJSON
        }
        issuer = try Self.text("iss", in: claims, or: .issuer)
        subject = try Self.text("sub", in: claims, or: .subject)
        _ = try Self.seconds("iat", in: claims, or: .issuedAt, .issuedAtRange)
        notBefore = try Self.seconds("nbf", in: claims, or: .notBefore, .notBeforeRange)
        expiry = try Self.seconds("exp", in: claims, or: .expiry, .expiryRange)
        _ = try Self.text("jti", in: claims, or: .identifier)
        audiences = try Self.audiences(in: claims)

        guard let signature = Self.decode(parts[2]) else { throw .signatureEncoding }
        self.algorithm = algorithm
        self.header = header
        self.claims = claims
        self.signature = signature
        encodedPayload = Array(parts[1])
        signingInput = Array(bytes[..<parts[1].endIndex])
    }

    /// Base64url as RFC 7515 §2 has it: the other alphabet and padding are refused, so that a token has one spelling.
    private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let isForeign = { (byte: UInt8) in
            byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=")
        }
        return text.contains(where: isForeign) ? nil : Base64.decode(text)
    }

    private static func text(
        _ name: String, in object: JSONObject, or failure: TokenFailure
    ) throws(TokenFailure) -> String {
        guard let value = object[name] else { return "" }
        guard let text = value.string else { throw failure }
        return text
    }

    /// A NumericDate (RFC 7519 §2), cut to whole seconds as Envoy cuts it.
    private static func seconds(
        _ name: String, in claims: JSONObject, or failure: TokenFailure, _ outOfRange: TokenFailure
    ) throws(TokenFailure) -> UInt64 {
        guard let value = claims[name] else { return 0 }
        if case .integer(let seconds) = value {
            guard seconds >= 0 else { throw outOfRange }
            return UInt64(seconds)
        }
        guard let seconds = value.double else { throw failure }
        // Negative fractions too: -0.5 would be cut to 0.
        guard seconds >= 0, let whole = UInt64(exactly: seconds.rounded(.down)) else { throw outOfRange }
        return whole
    }

    private static func audiences(in claims: JSONObject) throws(TokenFailure) -> [String] {
        switch claims["aud"] {
        case nil: return []
        case .string(let one)?: return [one]
        case .array(let values)?:
            let texts = values.compactMap(\.string)
            guard texts.count == values.count else { throw .audience }
            return texts
        default: throw .audience
        }
    }
}

extension JSONWebToken {
    /// Why the token may not be used at a time, in seconds since 1970; nothing when it may. Clocks may differ by `skew`
    /// seconds.
    package func failure(at now: UInt64, skew: UInt64) -> TokenFailure? {
        let latest = now.addingReportingOverflow(skew)
        if (latest.overflow ? .max : latest.partialValue) < notBefore { return .notYetValid }
        let end = expiry.addingReportingOverflow(skew)
        if expiry != 0, now > (end.overflow ? .max : end.partialValue) { return .expired }
        return nil
    }

    /// A claim by its path: `realm.roles` is the member `roles` of the object `realm`.
    package func claim(_ path: String) -> JSONValue? {
        var object = claims
        var names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)[...]
        while let name = names.popFirst() {
            guard let value = object[name] else { return nil }
            if names.isEmpty { return value }
            guard let next = value.object else { return nil }
            object = next
        }
        return nil
    }
}
