extension ResponseHead {
    /// Calls `body` with every field that may travel in HTTP/2: those of the connection and of HTTP/1's framing are left
    /// out. The bytes are valid during the call; names are as they were written, in any case.
    package func forEachHTTP2Field(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
        let fields = block.block
        fields.storage.withUnsafeBytes { bytes in
            for index in 0..<fields.count {
                let name = UnsafeRawBufferPointer(rebasing: bytes[fields.nameRange(index)])
                if OutgoingFraming.isOwned(name, keepsLength: true) { continue }
                body(name, UnsafeRawBufferPointer(rebasing: bytes[fields.valueRange(index)]))
            }
        }
    }
}

extension RequestHead {
    /// The same for a request. Host is left out, as `:authority` says it, and of TE only `trailers` may be said
    /// (RFC 9113 §8.2.2), which gRPC's servers ask for.
    package func forEachHTTP2Field(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
        let fields = block.block
        let (host, te, trailers): (HeaderName, HeaderName, HeaderName) = ("host", "te", "trailers")
        fields.storage.withUnsafeBytes { bytes in
            for index in 0..<fields.count {
                let name = UnsafeRawBufferPointer(rebasing: bytes[fields.nameRange(index)])
                let value = UnsafeRawBufferPointer(rebasing: bytes[fields.valueRange(index)])
                if OutgoingFraming.isOwned(name, keepsLength: true) {
                    guard equalIgnoringCase(name, te.bytes), equalIgnoringCase(value, trailers.bytes) else { continue }
                } else if equalIgnoringCase(name, host.bytes) {
                    continue
                }
                body(name, value)
            }
        }
    }
}
