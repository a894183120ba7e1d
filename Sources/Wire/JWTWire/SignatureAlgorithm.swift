/// How a token is signed: the `alg` values of [RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-3) and
/// [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037#section-3.1) that Envoy knows. `none` is not one of them.
package enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable {
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    case es256 = "ES256"
    case es384 = "ES384"
    case es512 = "ES512"
    case edDSA = "EdDSA"
}
