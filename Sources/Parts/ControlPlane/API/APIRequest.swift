import HTTPTransport

/// One request to the API, free of sockets: what the server heard, taken apart.
package struct APIRequest: Sendable {
    package var method: String
    /// The path's segments, percent-decoded.
    package var path: [String]
    /// The query's items in order, decoded; a name without `=` has an empty value.
    package var query: [(name: String, value: String)]
    /// Without parameters, lower case: `application/json`; empty when there is none.
    package var contentType: String
    package var accept: String
    package var userAgent: String
    package var body: [UInt8]

    package init(
        method: String, target: String, contentType: String = "", accept: String = "", userAgent: String = "",
        body: [UInt8] = []
    ) {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.method = method
        self.path = (halves.first ?? "").split(separator: "/").map { PercentCoding.decode($0) }
        self.query = (halves.count > 1 ? halves[1] : "").split(separator: "&").map { item in
            let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                PercentCoding.decode(sides[0], plusIsBlank: true),
                sides.count > 1 ? PercentCoding.decode(sides[1], plusIsBlank: true) : ""
            )
        }
        let media = contentType.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        self.contentType = media.filter { $0 != " " && $0 != "\t" }.lowercased()
        self.accept = accept
        self.userAgent = userAgent
        self.body = body
    }

    /// The last value given under a name.
    package func value(_ name: String) -> String? { query.last { $0.name == name }?.value }

    /// Whether a switch is on: `watch`, `watch=1`, `watch=true`.
    package func isOn(_ name: String) -> Bool {
        guard let value = value(name) else { return false }
        return !["0", "f", "false"].contains(value.lowercased())
    }

    /// Who changes something: the field manager, or the program's own name.
    package var manager: String {
        if let named = value("fieldManager"), !named.isEmpty { return String(named.prefix(128)) }
        let product = userAgent.prefix { $0 != "/" && $0 != " " }
        return product.isEmpty ? "unknown" : String(product.prefix(128))
    }
}
