internal import COpenSSL

/// Why a handshake, a certificate or a key was refused, in words.
package struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What failed and why: `peer certificate is not trusted: unable to get local issuer certificate`.
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// What went wrong, with the reason that OpenSSL left on this thread's queue. The queue is emptied.
    static func failed(_ what: String) -> TLSError {
        guard let reason = takeReason() else { return TLSError(what) }
        return TLSError("\(what): \(reason.text)")
    }

    /// The last of the queued reasons, which is the outermost; the code is OpenSSL's, for those that we word ourselves.
    static func takeReason() -> (code: CInt, text: String)? {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0 else { return nil }
        let text = ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
        return (meshtop_error_reason(code), text)
    }
}
