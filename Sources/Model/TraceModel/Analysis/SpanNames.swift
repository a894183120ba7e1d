/// How services and spans are called where room is scarce.
///
/// Sidecars call every operation `<host>:<port>/*`: the same words in every row. Method and path say more where a
/// request arrives, and who is called says more where one leaves.
package struct SpanNames: Sendable {
    /// The short name of a service, `payment-service` for `payment-service.payments`.
    private let shortened: @Sendable (String) -> String
    /// What stands before the name of somebody who is called.
    private let arrow: String

    /// Without `shortened`, services have the names that their spans give them.
    package init(arrow: String = "→", shortened: @escaping @Sendable (String) -> String = { $0 }) {
        self.arrow = arrow
        self.shortened = shortened
    }

    package func service(_ name: String) -> String { shortened(name) }

    /// What a span did, in few words.
    package func operation(of span: Span) -> String {
        guard let host = Self.host(in: span.name) else { return span.name }
        if span.kind == .client || span.kind == .producer { return "\(arrow) \(short(host))" }
        let method = span.attribute("http.request.method") ?? span.attribute("http.method")
        let place = span.attribute("url.path") ?? span.attribute("http.url").map(Self.path)
        guard let method, let place else { return short(host) }
        return "\(method) \(place)"
    }

    /// The name of a span of which nothing else is known.
    package func operation(named name: String) -> String {
        Self.host(in: name).map { "\(arrow) \(short($0))" } ?? name
    }

    /// The host of `web.shop.svc.cluster.local:80/*`; nothing for names of another form.
    private static func host(in name: String) -> Substring? {
        guard name.hasSuffix("/*"), let colon = name.lastIndex(of: ":") else { return nil }
        let port = name[name.index(after: colon)...].dropLast(2)
        guard !port.isEmpty, port.allSatisfy(\.isNumber), colon > name.startIndex else { return nil }
        return name[..<colon]
    }

    private func short(_ host: Substring) -> String {
        var name = host
        if let domain = name.firstRange(of: ".svc.") { name = name[..<domain.lowerBound] }
        return shortened(String(name))
    }

    /// The path of a URL, without its query: that may hold what is nobody's business.
    private static func path(of url: String) -> String {
        var rest = url[...]
        if let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            guard let slash = rest.firstIndex(of: "/") else { return "/" }
            rest = rest[slash...]
        }
        return String(rest.prefix { $0 != "?" && $0 != "#" })
    }
}
