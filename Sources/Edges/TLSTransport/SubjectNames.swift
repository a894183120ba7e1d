internal import COpenSSL

/// Subject alternative names (RFC 5280 §4.2.1.6), made and read without going through text that would need quoting.
enum SubjectNames {
    /// The URIs among `names`. One with a byte that a URI cannot hold is left out: it could pass for another.
    static func uris(_ names: OpaquePointer) -> [String] {
        texts(names, GEN_URI) { $0.d.uniformResourceIdentifier }
    }

    /// The DNS names among `names`, under the same rule.
    static func hosts(_ names: OpaquePointer) -> [String] {
        texts(names, GEN_DNS) { $0.d.dNSName }
    }

    private static func texts(
        _ names: OpaquePointer, _ kind: CInt, _ text: (GENERAL_NAME) -> UnsafeMutablePointer<ASN1_IA5STRING>?
    ) -> [String] {
        var texts: [String] = []
        for index in 0..<max(0, meshtop_names_count(names)) {
            guard let name = meshtop_names_at(names, index), name.pointee.type == kind,
                let text = text(name.pointee)
            else { continue }
            let bytes = UnsafeBufferPointer(start: ASN1_STRING_get0_data(text), count: Int(ASN1_STRING_length(text)))
            guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { continue }
            texts.append(String(decoding: bytes, as: UTF8.self))
        }
        return texts
    }

    /// Calls `body` with a list of this one URI.
    static func withNames<Result>(uri: String, _ body: (OpaquePointer) -> Result?) -> Result? {
        guard let names = meshtop_names_make() else { return nil }
        defer { GENERAL_NAMES_free(names) }
        guard let name = GENERAL_NAME_new() else { return nil }
        guard let text = ASN1_STRING_type_new(V_ASN1_IA5STRING), ASN1_STRING_set(text, uri, CInt(uri.utf8.count)) == 1
        else {
            GENERAL_NAME_free(name)
            return nil
        }
        // The name owns the text from here, and the list the name.
        GENERAL_NAME_set0_value(name, GEN_URI, text)
        guard meshtop_names_push(names, name) > 0 else {
            GENERAL_NAME_free(name)
            return nil
        }
        return body(names)
    }
}
