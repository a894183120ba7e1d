import HTTPWire
import TrafficPolicy

/// Builds the `Location` of a redirect from the request and what the route replaces of it.
enum Redirection {
    static func location(
        for head: RequestHead, _ redirect: RouteAction.Redirect, _ path: PathCondition, isTLS: Bool
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        let scheme = redirect.scheme ?? (isTLS ? "https" : "http")
        bytes += scheme.utf8
        bytes += "://".utf8
        bytes +=
            redirect.host.map { Array($0.utf8) }
            ?? host(
                of: head.authority, dropping: redirect.port != nil ? nil : isTLS ? 443 : 80,
                isDropping: redirect.port != nil || scheme != (isTLS ? "https" : "http"))
        // Even the scheme's own, as Envoy does.
        if let port = redirect.port { bytes += ":\(port)".utf8 }
        let target = head.target
        let query = redirect.stripsQuery ? [] : target.drop { $0 != UInt8(ascii: "?") }
        switch redirect.path {
        case .unchanged: bytes += head.path
        case .replaced(let text):
            bytes += text
            // A replacement with a query of its own keeps that one.
            if text.contains(UInt8(ascii: "?")) { return bytes }
        case .prefixReplaced(let text): bytes += path.rewrite(head.path, with: text)
        case .substituted(let substitution):
            bytes += PathRewrite.regex(substitution).target(from: head.path, taken: path)
        }
        return bytes + query
    }

    /// The host without its port, when that is replaced, or when it is the default of the scheme that is left: Envoy's rule.
    private static func host(of authority: ArraySlice<UInt8>, dropping port: UInt16?, isDropping: Bool) -> [UInt8] {
        guard isDropping, authority.last != UInt8(ascii: "]"),
            let colon = authority.lastIndex(of: UInt8(ascii: ":"))
        else { return Array(authority) }
        if let port, !authority[colon...].dropFirst().elementsEqual("\(port)".utf8) { return Array(authority) }
        return Array(authority[..<colon])
    }
}
