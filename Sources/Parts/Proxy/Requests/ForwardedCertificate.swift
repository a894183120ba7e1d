import Discovery
import HTTPTransport
import HTTPWire
import TLSTransport

/// `x-forwarded-client-cert`, by which the next hop learns whose certificate a request came with. Envoy's form:
///
///     By=<our URI>;Hash=<SHA-256>;Subject="<RFC 2253>";URI=<its URI>;DNS=<its host>, …
enum ForwardedCertificate {
    private static let name: HeaderName = "x-forwarded-client-cert"

    static func apply(_ rules: ClientCertificateHeader, to head: inout RequestHead, of stream: HTTPServerStream) {
        guard rules.mode != .alwaysForwardOnly else { return join(&head) }
        guard rules.mode != .sanitize, let element = element(of: stream, rules) else {
            head.remove(name)
            return
        }
        switch rules.mode {
        case .sanitize, .forwardOnly, .alwaysForwardOnly: join(&head)
        case .sanitizeSet: head.replace(name, element)
        case .appendForward:
            let before = head.values(of: "x-forwarded-client-cert").map { Array($0) }
            head.replace(name, Array((before + [element]).joined(separator: [UInt8(ascii: ",")])))
        }
    }

    /// Of several fields one, as Envoy has it.
    private static func join(_ head: inout RequestHead) {
        let values = head.values(of: "x-forwarded-client-cert").map { Array($0) }
        if values.count > 1 { head.replace(name, Array(values.joined(separator: [UInt8(ascii: ",")]))) }
    }

    /// What is said of the client; nothing when it showed no certificate. Made once for a connection.
    private static func element(of stream: HTTPServerStream, _ rules: ClientCertificateHeader) -> [UInt8]? {
        guard stream.isTLS else { return nil }
        let memory = ConnectionMemory.of(stream)
        if let known = memory.certificate, known.rules == rules { return known.element }
        let element = stream.peerCertificate.map { text(of: $0, own: stream.ownCertificate, rules) }
        memory.certificate = (rules, element.map { Array($0.utf8) })
        return memory.certificate?.element
    }

    static func text(of peer: Certificate, own: Certificate?, _ rules: ClientCertificateHeader) -> String {
        var parts: [String] = (own?.uris ?? []).map { "By=\($0)" }
        parts.append("Hash=" + peer.sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        if rules.tellsSubject {
            // Quotes around it, and so none of its own.
            parts.append("Subject=\"\(peer.subject2253.replacing("\"", with: "\\\""))\"")
        }
        if rules.tellsURI { parts += peer.uris.isEmpty ? ["URI="] : peer.uris.map { "URI=\($0)" } }
        if rules.tellsHosts { parts += peer.hosts.map { "DNS=\($0)" } }
        return parts.joined(separator: ";")
    }
}

/// What is known of a downstream connection from its earlier requests.
final class ConnectionMemory {
    /// What the client said of itself, and the label for that.
    var caller: (metadata: [UInt8], label: LabelID)?
    var certificate: (rules: ClientCertificateHeader, element: [UInt8]?)?

    static func of(_ stream: HTTPServerStream) -> ConnectionMemory {
        if let known = stream.connectionContext as? ConnectionMemory { return known }
        let memory = ConnectionMemory()
        stream.connectionContext = memory
        return memory
    }
}
