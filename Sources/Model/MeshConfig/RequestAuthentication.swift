import JSONWire
import JWTWire

/// Whose tokens workloads accept: Istio's `RequestAuthentication`. A request without a token is accepted, too, and has no
/// identity; one with a bad token is refused.
package struct RequestAuthentication: Hashable, Sendable {
    /// Which workloads of the namespace: all of these labels. Nothing selects all; in the root namespace, all of the mesh.
    package var selector: [String: String]?
    package var rules: [JWTRule]

    package init(selector: [String: String]? = nil, rules: [JWTRule] = []) {
        self.selector = selector
        self.rules = rules
    }
}

/// One issuer: Istio's `JWTRule`.
package struct JWTRule: Hashable, Sendable {
    /// Where the issuer's keys are.
    package enum Keys: Hashable, Sendable {
        /// In the rule itself: the text of a JSON Web Key Set.
        case inline(String)
        case location(KeyLocation)
    }

    package struct FromHeader: Hashable, Sendable {
        package var name: String
        package var prefix: String

        package init(name: String, prefix: String = "") {
            self.name = name
            self.prefix = prefix
        }
    }

    package struct ClaimToHeader: Hashable, Sendable {
        package var header: String
        package var claim: String

        package init(header: String, claim: String) {
            self.header = header
            self.claim = claim
        }
    }

    /// Istio's default for fetching keys.
    package static let usualTimeout = Duration.seconds(5)

    /// Empty for any, which only a rule with a `jwksUri` may want.
    package var issuer: String
    package var audiences: [String]
    package var keys: Keys
    package var fromHeaders: [FromHeader]
    package var fromParams: [String]
    package var fromCookies: [String]
    package var outputPayloadToHeader: String?
    package var outputClaimToHeaders: [ClaimToHeader]
    package var forwardsOriginalToken: Bool
    /// For fetching the keys.
    package var timeout: Duration
    package var spaceDelimitedClaims: [String]

    package init(
        issuer: String, audiences: [String] = [], keys: Keys, fromHeaders: [FromHeader] = [],
        fromParams: [String] = [], fromCookies: [String] = [], outputPayloadToHeader: String? = nil,
        outputClaimToHeaders: [ClaimToHeader] = [], forwardsOriginalToken: Bool = false,
        timeout: Duration = JWTRule.usualTimeout, spaceDelimitedClaims: [String] = []
    ) {
        self.issuer = issuer
        self.audiences = audiences
        self.keys = keys
        self.fromHeaders = fromHeaders
        self.fromParams = fromParams
        self.fromCookies = fromCookies
        self.outputPayloadToHeader = outputPayloadToHeader
        self.outputClaimToHeaders = outputClaimToHeaders
        self.forwardsOriginalToken = forwardsOriginalToken
        self.timeout = timeout
        self.spaceDelimitedClaims = spaceDelimitedClaims
    }
}

/// Where keys can be fetched from.
package enum KeyLocation: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// An `http` or `https` URI of the keys.
    case keys(uri: String)
    /// The issuer's own description says where its keys are (OpenID Connect Discovery §4).
    case discovery(issuer: String)

    package var description: String {
        switch self {
        case .keys(let uri): uri
        case .discovery(let issuer): issuer
        }
    }
}

extension RequestAuthentication {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["selector", "jwtRules"], unsupported: ["targetRef", "targetRefs"])
        if let selector = fields["selector"] {
            let labels = try selector.fields(["matchLabels"])["matchLabels"]?.stringMap() ?? [:]
            self.selector = labels.isEmpty ? nil : labels
        }
        rules = try fields["jwtRules"]?.each(JWTRule.init) ?? []
    }
}

extension JWTRule {
    fileprivate init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields([
            "issuer", "audiences", "jwksUri", "jwks_uri", "jwks", "fromHeaders", "fromParams", "fromCookies",
            "outputPayloadToHeader", "outputClaimToHeaders", "forwardOriginalToken", "timeout", "spaceDelimitedClaims",
        ])
        issuer = try fields["issuer"]?.string() ?? ""
        audiences = try fields["audiences"]?.each { (item) throws(SchemaError) in try item.nonEmptyString() } ?? []
        let uri = try fields.one(of: "jwksUri", "jwks_uri")?.value
        if let jwks = fields["jwks"], uri != nil {
            throw jwks.error("stands beside \"jwksUri\"; keep one of them")
        }
        if let uri {
            keys = .location(.keys(uri: try uri.webAddress()))
        } else if issuer.isEmpty {
            throw fields.error("needs an \"issuer\", or a \"jwksUri\" when any issuer will do")
        } else if let jwks = fields["jwks"] {
            keys = .inline(try jwks.keySet())
        } else {
            guard let issuerField = fields["issuer"] else { throw fields.error("needs an \"issuer\"") }
            guard issuer.isWebAddress else {
                throw issuerField.error(
                    "\"\(issuer)\" is no address to find the keys at; add \"jwksUri\" or \"jwks\"")
            }
            keys = .location(.discovery(issuer: issuer))
        }
        fromHeaders =
            try fields["fromHeaders"]?.each { (place) throws(SchemaError) in
                let fields = try place.fields(["name", "prefix"])
                return FromHeader(
                    name: try fields.required("name").headerName(), prefix: try fields["prefix"]?.string() ?? "")
            } ?? []
        fromParams = try fields["fromParams"]?.each { (item) throws(SchemaError) in try item.nonEmptyString() } ?? []
        fromCookies = try fields["fromCookies"]?.each { (item) throws(SchemaError) in try item.nonEmptyString() } ?? []
        outputPayloadToHeader = try fields["outputPayloadToHeader"]?.headerName()
        outputClaimToHeaders =
            try fields["outputClaimToHeaders"]?.each { (item) throws(SchemaError) in
                let fields = try item.fields(["header", "claim"])
                return ClaimToHeader(
                    header: try fields.required("header").headerName(),
                    claim: try fields.required("claim").nonEmptyString())
            } ?? []
        forwardsOriginalToken = try fields["forwardOriginalToken"]?.bool() ?? false
        timeout = try fields["timeout"]?.positiveDuration() ?? Self.usualTimeout
        spaceDelimitedClaims =
            try fields["spaceDelimitedClaims"]?.each { (item) throws(SchemaError) in try item.nonEmptyString() } ?? []
    }
}

extension SchemaReader {
    fileprivate func headerName() throws(SchemaError) -> String {
        let name = try nonEmptyString()
        guard name.isHeaderName else { throw error("\"\(name)\" is not a header name") }
        return name
    }

    fileprivate func webAddress() throws(SchemaError) -> String {
        let uri = try nonEmptyString()
        guard uri.isWebAddress else {
            throw error("\"\(uri)\" is not an address of the web; write \"https://issuer.example/keys.json\"")
        }
        return uri
    }

    /// The text of a set of keys, of which at least one can be used.
    fileprivate func keySet() throws(SchemaError) -> String {
        let text = try nonEmptyString()
        do throws(JSONWebKeySet.Failure) {
            _ = try JSONWebKeySet(Array(text.utf8))
        } catch {
            throw self.error("holds no keys: \(error.rawValue)")
        }
        return text
    }
}

extension String {
    /// An `http` or `https` URI with a host.
    fileprivate var isWebAddress: Bool {
        for scheme in ["https://", "http://"] where hasPrefix(scheme) {
            let rest = utf8.dropFirst(scheme.utf8.count)
            let host = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            return !host.isEmpty && !host.contains(UInt8(ascii: "@")) && rest.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        }
        return false
    }
}
