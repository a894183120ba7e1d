/// How large the parts of a message may be, and which leniencies are granted.
package struct HTTPLimits: Hashable, Sendable {
    /// Bytes of a head with all line ends; more is answered 431.
    package var headBytes = 60 * 1024
    /// Fields of a head; more is answered 431.
    package var fieldCount = 100
    /// Bytes of one chunk's size line, extensions included.
    package var chunkLineBytes = 4 * 1024
    /// Bytes of all trailer fields.
    package var trailerBytes = 16 * 1024
    /// Whether trailer fields of chunked bodies are told and sent; otherwise they are read and dropped, as most peers of
    /// HTTP/1.1 expect none.
    package var passesTrailers = false
    /// Whether HTTP/1.0 requests are served; otherwise they are answered 426.
    package var servesHTTP10 = false

    package init() {}

    package static let `default` = HTTPLimits()
}

/// Why a message was refused.
package struct HTTPWireError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The status that answers such a request; of no meaning for responses.
    package let status: Int
    /// What is wrong, `a line ends without a carriage return`.
    package let reason: String

    package init(status: Int, reason: String) {
        self.status = status
        self.reason = reason
    }

    package var description: String { reason }

    static func badRequest(_ reason: String) -> HTTPWireError { HTTPWireError(status: 400, reason: reason) }
}
