import TraceModel

/// What a span did, in few words.
///
/// Sidecars call every operation `<host>:<port>/*`: the same words in every row. Method and path say more where a
/// request arrives, and who is called says more where one leaves.
enum OperationName {
    static func of(_ span: Span, in mesh: MeshIndex?, arrow: String) -> String {
        guard let host = host(in: span.name) else { return span.name }
        if span.kind == .client || span.kind == .producer { return "\(arrow) \(short(host, in: mesh))" }
        let method = span.attribute("http.request.method") ?? span.attribute("http.method")
        let place = span.attribute("url.path") ?? span.attribute("http.url").map(path)
        guard let method, let place else { return short(host, in: mesh) }
        return "\(method) \(place)"
    }

    /// The name of a span of which nothing else is known.
    static func of(name: String, in mesh: MeshIndex?, arrow: String) -> String {
        host(in: name).map { "\(arrow) \(short($0, in: mesh))" } ?? name
    }

    /// The host of `web.shop.svc.cluster.local:80/*`; nothing for names of another form.
    private static func host(in name: String) -> Substring? {
        guard name.hasSuffix("/*"), let colon = name.lastIndex(of: ":") else { return nil }
        let port = name[name.index(after: colon)...].dropLast(2)
        guard !port.isEmpty, port.allSatisfy(\.isNumber), colon > name.startIndex else { return nil }
        return name[..<colon]
    }

    private static func short(_ host: Substring, in mesh: MeshIndex?) -> String {
        var name = host
        if let domain = name.firstRange(of: ".svc.") { name = name[..<domain.lowerBound] }
        return mesh?.shortService(String(name)) ?? String(name)
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
