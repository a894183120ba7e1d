/// Why a token is not accepted, in Envoy's words: they are the body of its answer, and clients and tests know them.
package enum TokenFailure: String, Error, Hashable, Sendable, CaseIterable {
    case missing = "Jwt is missing"
    case several = "Found multiple Jwt tokens"

    // The token itself.
    case form = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"
    case headerEncoding = "Jwt header is an invalid Base64url encoded"
    case headerJSON = "Jwt header is an invalid JSON"
    case algorithmMissing = "Jwt header [alg] field is required and must be a string"
    case algorithmUnknown = "Jwt header [alg] is not supported"
    case keyID = "Jwt header [kid] field is not a string"
    /// Envoy passes extensions over; RFC 7515 §4.1.11 says that a token with one that is not understood is invalid.
    case critical = "Jwt header [crit] names extensions that are not supported"
    case payloadEncoding = "Jwt payload is an invalid Base64url encoded"
    case payloadJSON = "Jwt payload is an invalid JSON"
    case issuer = "Jwt payload [iss] field is not a string"
    case subject = "Jwt payload [sub] field is not a string"
    case identifier = "Jwt payload [jti] field is not a string"
    case audience = "Jwt payload [aud] field is not a string or string list"
    case issuedAt = "Jwt payload [iat] field is not an integer"
    case issuedAtRange = "Jwt payload [iat] field is not a positive 64 bit integer"
    case notBefore = "Jwt payload [nbf] field is not an integer"
    case notBeforeRange = "Jwt payload [nbf] field is not a positive 64 bit integer"
    case expiry = "Jwt payload [exp] field is not an integer"
    case expiryRange = "Jwt payload [exp] field is not a positive 64 bit integer"
    case signatureEncoding = "Jwt signature is an invalid Base64url encoded"

    // What it says.
    case notYetValid = "Jwt not yet valid"
    case expired = "Jwt is expired"
    case unknownIssuer = "Jwt issuer is not configured"
    case audienceNotAllowed = "Audiences in Jwt are not allowed"

    // Its signature.
    case noMatchingKey = "Jwks doesn't have key to match kid or alg from Jwt"
    case signature = "Jwt verification fails"
    case signatureLength = "Jwt ED25519 signature is wrong length"
    case noKeys = "Jwks doesn't have any valid public key"
    case fetchFailed = "Jwks remote fetch is failed"

    /// 403 for a good token that is meant for somebody else, 401 for all others.
    package var status: Int { self == .audienceNotAllowed ? 403 : 401 }
}
