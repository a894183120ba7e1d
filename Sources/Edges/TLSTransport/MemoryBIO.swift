internal import COpenSSL

/// Calls `body` with a BIO that reads `text`; it lives for the call.
func withReadingBIO<Result>(_ text: String, _ body: (OpaquePointer) -> Result?) -> Result? {
    var text = text
    return text.withUTF8 { bytes in
        guard let bio = BIO_new_mem_buf(bytes.baseAddress, CInt(clamping: bytes.count)) else { return nil }
        defer { BIO_free(bio) }
        return body(bio)
    }
}

/// What `body` writes into a BIO, as text; nothing when it reports failure.
func textWritten(_ body: (OpaquePointer) -> Bool) -> String? {
    guard let bio = BIO_new(BIO_s_mem()) else { return nil }
    defer { BIO_free(bio) }
    guard body(bio) else { return nil }
    var start: UnsafeMutablePointer<CChar>?
    let count = meshtop_bio_data(bio, &start)
    return String(decoding: UnsafeRawBufferPointer(start: start, count: max(0, count)), as: UTF8.self)
}
