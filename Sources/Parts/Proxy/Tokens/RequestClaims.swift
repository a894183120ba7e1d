import JSONWire

/// What a verified token says of whoever sent a request: Envoy's dynamic metadata of `envoy.filters.http.jwt_authn`.
struct RequestClaims: Sendable, Hashable {
    /// Empty when the token does not say.
    var issuer: String
    /// Empty when the token does not say.
    var subject: String
    /// The whole payload, with the claims that are lists of words taken apart.
    var claims: JSONObject
    /// By the name that the provider gives it: `{"payload": {"iss": …}}`. Of several tokens under one name, the last.
    var metadata: JSONObject

    /// Istio's `request.auth.principal`: `issuer/subject`; nothing when one of them is missing.
    var principal: String? { issuer.isEmpty || subject.isEmpty ? nil : "\(issuer)/\(subject)" }
}
