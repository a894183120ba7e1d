internal import CRE2

/// RE2's object: made once, never changed, freed with the last pattern that holds it.
// Sendable although it holds a pointer: RE2's const methods are thread-safe (re2.h: "thread-safe for concurrent use").
final class Expression: @unchecked Sendable {
    private let handle: OpaquePointer

    init(_ source: String, ignoringCase: Bool) throws(PatternError) {
        guard source.utf8.count <= Pattern.maximumSourceBytes else {
            throw PatternError(
                pattern: "\(source.prefix(60))…", reason: "the pattern is longer than 64 KiB",
                advice: "write a shorter one, or several")
        }
        var source = source
        let made = source.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
                meshtop_re2_compile($0.baseAddress, $0.count, ignoringCase, Int64(Pattern.maximumMemoryBytes))
            }
        }
        guard let made else {
            throw PatternError(pattern: source, reason: "out of memory", advice: "write a shorter pattern")
        }
        let code = meshtop_re2_error_code(made)
        guard code == MESHTOP_RE2_NO_ERROR else {
            defer { meshtop_re2_free(made) }
            throw PatternError(
                pattern: source, code: code, reason: String(copying: meshtop_re2_error_text(made)),
                fragment: String(copying: meshtop_re2_error_fragment(made)))
        }
        handle = made
    }

    deinit { meshtop_re2_free(handle) }

    var groupCount: Int { Int(meshtop_re2_group_count(handle)) }

    func matches(_ text: String, whole: Bool) -> Bool {
        var text = text
        return text.withUTF8 { matches(UnsafeRawBufferPointer($0), whole: whole) }
    }

    // The bytes are the caller's for the time of the call, and RE2 keeps none of them.
    func matches(_ bytes: UnsafeRawBufferPointer, whole: Bool) -> Bool {
        bytes.withMemoryRebound(to: CChar.self) { meshtop_re2_matches(handle, $0.baseAddress, $0.count, whole) }
    }

    /// RE2's words when `rewrite` does not fit the pattern.
    func problem(ofRewrite rewrite: String) -> String? {
        var rewrite = rewrite
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { reason in
            let fits = rewrite.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    meshtop_re2_check_rewrite(handle, $0.baseAddress, $0.count, reason.baseAddress, reason.count)
                }
            }
            guard !fits, let words = reason.baseAddress else { return nil }
            return String(cString: words)
        }
    }

    /// - Returns: nil when there is no memory or the rewrite is another pattern's.
    func replacingMatches<Result>(
        in bytes: UnsafeRawBufferPointer, with rewrite: String, _ copy: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        var rewrite = rewrite
        let result = bytes.withMemoryRebound(to: CChar.self) { text in
            rewrite.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    meshtop_re2_replace(handle, text.baseAddress, text.count, $0.baseAddress, $0.count)
                }
            }
        }
        guard result.bytes != nil else { return nil }
        defer { meshtop_re2_free_text(result) }
        return copy(UnsafeRawBufferPointer(start: result.bytes, count: result.length))
    }
}

extension String {
    fileprivate init(copying text: meshtop_re2_text) {
        let bytes = UnsafeRawBufferPointer(start: text.bytes, count: text.length)
        self = String(decoding: bytes, as: UTF8.self)
    }
}
