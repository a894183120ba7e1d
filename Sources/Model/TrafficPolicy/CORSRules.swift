/// Which pages of other origins may ask a rule's services, and what their browsers are told (<https://fetch.spec.whatwg.org>).
package struct CORSRules: Sendable, Hashable {
    package typealias Field = (name: String, value: String)

    package var allowedOrigins: [FieldCondition]
    package var allowedMethods: String
    package var allowedHeaders: String
    package var exposedHeaders: String
    package var maximumAge: String
    package var allowsCredentials: Bool
    package var allowsPrivateNetwork: Bool
    package var forwardsUnmatchedPreflights: Bool
    /// Of how many requests the rules are in force.
    package var enabled: RequestShare

    package init(
        allowedOrigins: [FieldCondition.Test], allowedMethods: String = "", allowedHeaders: String = "",
        exposedHeaders: String = "", maximumAge: String = "", allowsCredentials: Bool = false,
        allowsPrivateNetwork: Bool = false, forwardsUnmatchedPreflights: Bool = true, enabled: RequestShare = .all
    ) {
        self.allowedOrigins = allowedOrigins.map { FieldCondition(header: "origin", $0) }
        self.allowedMethods = allowedMethods
        self.allowedHeaders = allowedHeaders
        self.exposedHeaders = exposedHeaders
        self.maximumAge = maximumAge
        self.allowsCredentials = allowsCredentials
        self.allowsPrivateNetwork = allowsPrivateNetwork
        self.forwardsUnmatchedPreflights = forwardsUnmatchedPreflights
        self.enabled = enabled
    }

    /// What becomes of a request.
    package struct Verdict: Sendable {
        /// A preflight is answered with 200 and these; `nil` lets the request go on.
        package var preflight: [Field]?
        /// What takes the place of such fields in whatever response there will be.
        package var response: [Field] = []
    }

    /// Looks at a request with this draw.
    package func verdict(_ request: some RequestFacts, draw: UInt64) -> Verdict {
        guard enabled.takes(draw: draw), let origin = request.header(Self.origin), !origin.isEmpty else {
            return Verdict()
        }
        let isAllowed = allows(origin)
        var verdict = Verdict()
        if isAllowed {
            verdict.response = [("access-control-allow-origin", text(origin))]
            if allowsCredentials { verdict.response.append(("access-control-allow-credentials", "true")) }
            if !exposedHeaders.isEmpty {
                verdict.response.append(("access-control-expose-headers", exposedHeaders))
            }
        }
        guard request.method.elementsEqual(Self.options), let method = request.header(Self.requestedMethod),
            !method.isEmpty, isAllowed || !forwardsUnmatchedPreflights
        else { return verdict }
        verdict.preflight = preflight(request, method: method)
        return verdict
    }

    /// What a preflight is told besides what every response is. Envoy tells it to origins that are not allowed, too:
    /// without their name in it, it means nothing.
    private func preflight(_ request: some RequestFacts, method: ArraySlice<UInt8>) -> [Field] {
        var fields: [Field] = allowsCredentials ? [("access-control-allow-credentials", "true")] : []
        if !allowedMethods.isEmpty {
            let value = allowedMethods == "*" ? text(method) : allowedMethods
            fields.append(("access-control-allow-methods", value))
        }
        if !allowedHeaders.isEmpty {
            let value = allowedHeaders == "*" ? text(request.header(Self.requestedHeaders) ?? []) : allowedHeaders
            fields.append(("access-control-allow-headers", value))
        }
        if !maximumAge.isEmpty { fields.append(("access-control-max-age", maximumAge)) }
        if allowsPrivateNetwork, request.header(Self.privateNetwork)?.elementsEqual("true".utf8) == true {
            fields.append(("access-control-allow-private-network", "true"))
        }
        return fields
    }

    /// A condition that a lone `*` meets allows everybody.
    private func allows(_ origin: ArraySlice<UInt8>) -> Bool {
        allowedOrigins.contains { $0.holds(for: Self.everybody[...]) || $0.holds(for: origin) }
    }

    private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static let everybody = Array("*".utf8)
    private static let options = Array("OPTIONS".utf8)
    private static let origin = Array("origin".utf8)
    private static let requestedMethod = Array("access-control-request-method".utf8)
    private static let requestedHeaders = Array("access-control-request-headers".utf8)
    private static let privateNetwork = Array("access-control-request-private-network".utf8)
}
