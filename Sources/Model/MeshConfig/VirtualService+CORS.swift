import JSONWire

extension VirtualService {
    /// Istio's `CorsPolicy`: which pages of other origins may ask, and for what.
    package struct CORSPolicy: Hashable, Sendable {
        package var allowedOrigins: [StringMatch]
        package var allowedMethods: [String]
        package var allowedHeaders: [String]
        package var exposedHeaders: [String]
        /// How long a browser may keep the answer to a preflight, in whole seconds; nothing leaves that to it.
        package var maximumAge: Duration?
        package var allowsCredentials: Bool?
        /// Whether preflights of other origins go on to the service, as other requests do.
        package var forwardsUnmatchedPreflights: Bool

        package init(
            allowedOrigins: [StringMatch] = [], allowedMethods: [String] = [], allowedHeaders: [String] = [],
            exposedHeaders: [String] = [], maximumAge: Duration? = nil, allowsCredentials: Bool? = nil,
            forwardsUnmatchedPreflights: Bool = true
        ) {
            self.allowedOrigins = allowedOrigins
            self.allowedMethods = allowedMethods
            self.allowedHeaders = allowedHeaders
            self.exposedHeaders = exposedHeaders
            self.maximumAge = maximumAge
            self.allowsCredentials = allowsCredentials
            self.forwardsUnmatchedPreflights = forwardsUnmatchedPreflights
        }
    }
}

extension VirtualService.CORSPolicy {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields([
            "allowOrigins", "allowOrigin", "allowMethods", "allowHeaders", "exposeHeaders", "maxAge",
            "allowCredentials", "unmatchedPreflights",
        ])
        self.init(
            allowedMethods: try fields["allowMethods"]?.each(Self.method) ?? [],
            allowedHeaders: try fields["allowHeaders"]?.each(Self.header) ?? [],
            exposedHeaders: try fields["exposeHeaders"]?.each(Self.header) ?? [],
            maximumAge: try fields["maxAge"]?.duration(),
            allowsCredentials: try fields["allowCredentials"]?.bool(),
            forwardsUnmatchedPreflights: try fields["unmatchedPreflights"]?.choice([
                "UNSPECIFIED": true, "FORWARD": true, "IGNORE": false,
            ]) ?? true)
        switch try fields.one(of: "allowOrigins", "allowOrigin") {
        case ("allowOrigins", let origins)?: allowedOrigins = try origins.each(VirtualService.StringMatch.init)
        // How it was written once: names that must be equal.
        case (_, let origins)?: allowedOrigins = try origins.strings().map { .exact($0) }
        case nil: allowedOrigins = []
        }
        if let age = fields["maxAge"], let duration = maximumAge, duration.components.attoseconds != 0 {
            throw age.error("only whole seconds can be said to a browser")
        }
    }

    private static let methods = [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*",
    ]

    private static func method(_ reader: SchemaReader) throws(SchemaError) -> String {
        let method = try reader.string()
        guard methods.contains(method) else { throw reader.error("\"\(method)\" is not a method") }
        return method
    }

    private static func header(_ reader: SchemaReader) throws(SchemaError) -> String {
        let name = try reader.string()
        guard name == "*" || name.isHeaderName else { throw reader.error("\"\(name)\" is not a header name") }
        return name
    }
}
