/// Which fields may stand after a body.
package enum TrailerField {
    /// Whether a field may be a trailer that is sent on: nothing about the connection, framing or routing, which readers
    /// would take for the head's (RFC 9110 §6.5.1).
    package static func isAllowed(_ name: UnsafeRawBufferPointer) -> Bool {
        guard !name.isEmpty, name.allSatisfy(ByteClass.isToken) else { return false }
        if OutgoingFraming.isOwned(name, keepsLength: false) { return false }
        return !forbidden.contains { equalIgnoringCase($0.bytes, name) }
    }

    private static let forbidden: [HeaderName] = [
        "host", "trailer", "authorization", "cookie", "set-cookie", "content-encoding", "content-type", "content-range",
    ]
}
