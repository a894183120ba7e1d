import ByteCursor
import JSONWire

/// Keys that tokens are checked with ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)).
package struct JSONWebKeySet: Sendable, Hashable {
    /// Why a text is no set of keys, in Envoy's words.
    package enum Failure: String, Error, Hashable, Sendable {
        case json = "Jwks is an invalid JSON"
        case noKeys = "Jwks does not have [keys] field"
        case notAnArray = "[keys] in Jwks is not an array"
        case noneValid = "Jwks doesn't have any valid public key"
    }

    /// The longest set that is read, in bytes.
    package static let maximumBytes = 1 << 20
    /// The most keys of a set; every one may have to be tried.
    package static let maximumKeys = 256

    /// At least one.
    package let keys: [JSONWebKey]

    /// Reads a set. Keys of kinds that are not known, or that lack something, are passed over, as the RFC asks (§5).
    package init(_ text: [UInt8]) throws(Failure) {
        let limits = JSONLimits(maximumDepth: 32, maximumBytes: Self.maximumBytes)
        guard let json = try? JSONValue.parse(text, limits: limits), let object = json.object else { throw .json }
        guard let list = object["keys"] else { throw .noKeys }
        guard let list = list.array else { throw .notAnArray }
        keys = list.prefix(Self.maximumKeys).compactMap { $0.object.flatMap { JSONWebKey($0) } }
        guard !keys.isEmpty else { throw .noneValid }
    }
}

/// One key of a set.
package struct JSONWebKey: Sendable, Hashable {
    /// An elliptic curve with the length of a coordinate.
    package enum Curve: String, Sendable, Hashable, CaseIterable {
        case p256 = "P-256"
        case p384 = "P-384"
        case p521 = "P-521"

        /// In bytes.
        package var coordinateLength: Int {
            switch self {
            case .p256: 32
            case .p384: 48
            case .p521: 66
            }
        }

        /// The one algorithm that signs on this curve (RFC 7518 §3.4).
        package var algorithm: SignatureAlgorithm {
            switch self {
            case .p256: .es256
            case .p384: .es384
            case .p521: .es512
            }
        }
    }

    package enum Material: Sendable, Hashable {
        /// Modulus and exponent, big-endian.
        case rsa(modulus: [UInt8], exponent: [UInt8])
        /// Coordinates, each of the curve's length.
        case elliptic(Curve, x: [UInt8], y: [UInt8])
        /// 32 bytes.
        case ed25519([UInt8])
        /// A secret that signer and verifier share.
        case symmetric([UInt8])
    }

    /// `kid`; empty when it has none.
    package let id: String
    /// `alg`, the only algorithm that the key is for; empty when it does not say.
    package let algorithm: String
    package let material: Material

    init?(_ fields: JSONObject) {
        id = fields["kid"]?.string ?? ""
        algorithm = fields["alg"]?.string ?? ""
        let isFor = { [algorithm] (prefixes: [String]) in
            algorithm.isEmpty || prefixes.contains { algorithm.hasPrefix($0) }
        }
        func bytes(_ name: String) -> [UInt8]? {
            guard let bytes = fields[name]?.string.flatMap({ Base64.decode($0) }), !bytes.isEmpty else { return nil }
            return bytes
        }
        switch fields["kty"]?.string {
        case "RSA":
            guard isFor(["RS", "PS"]), let modulus = bytes("n"), let exponent = bytes("e"),
                Self.isUsual(modulus, exponent)
            else { return nil }
            material = .rsa(modulus: modulus, exponent: exponent)
        case "EC":
            guard isFor(["ES"]), let curve = Self.curve(fields["crv"], algorithm),
                let x = bytes("x")?.padded(to: curve.coordinateLength),
                let y = bytes("y")?.padded(to: curve.coordinateLength)
            else { return nil }
            material = .elliptic(curve, x: x, y: y)
        case "OKP":
            guard algorithm.isEmpty || algorithm == "EdDSA", fields["crv"]?.string == "Ed25519",
                let key = bytes("x"), key.count == 32
            else { return nil }
            material = .ed25519(key)
        case "oct":
            guard isFor(["HS"]), let secret = bytes("k") else { return nil }
            material = .symmetric(secret)
        default: return nil
        }
    }

    /// The curve that `crv` names, else the one that `alg` goes with, else P-256; nothing when they contradict.
    private static func curve(_ name: JSONValue?, _ algorithm: String) -> Curve? {
        let byAlgorithm = Curve.allCases.first { $0.algorithm.rawValue == algorithm }
        guard algorithm.isEmpty || byAlgorithm != nil else { return nil }
        guard let name else { return byAlgorithm ?? .p256 }
        guard let named = name.string.flatMap({ Curve(rawValue: $0) }) else { return nil }
        return byAlgorithm == nil || byAlgorithm == named ? named : nil
    }

    /// Exponents 3 and 65537, as Envoy has it, and no modulus that checking would take seconds for.
    private static func isUsual(_ modulus: [UInt8], _ exponent: [UInt8]) -> Bool {
        let exponent = exponent.drop { $0 == 0 }
        return (exponent == [3] || exponent == [1, 0, 1]) && modulus.drop { $0 == 0 }.count <= 2048
    }

    /// Whether this key is one that a token may have been signed with: of key ids that both say, they must be equal,
    /// and so must the algorithm that the key says.
    package func fits(_ token: JSONWebToken) -> Bool {
        (token.keyID.isEmpty || id.isEmpty || id == token.keyID)
            && (algorithm.isEmpty || algorithm == token.algorithm.rawValue)
    }
}

extension [UInt8] {
    /// The same big-endian number in exactly `length` bytes; nothing when it is larger.
    fileprivate func padded(to length: Int) -> [UInt8]? {
        let digits = drop { $0 == 0 }
        guard digits.count <= length else { return nil }
        return [UInt8](repeating: 0, count: length - digits.count) + digits
    }
}
