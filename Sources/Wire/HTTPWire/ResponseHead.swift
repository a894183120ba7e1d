/// A response's head: its status and its fields, over the bytes it came in. See ``HeaderBlock`` for the layout.
package struct ResponseHead: MessageHead {
    package var block: HeaderFields
    /// The status code, 100…599.
    package let status: Int
    package let version: HTTPVersion

    /// A head to send.
    package init(status: Int) {
        self.status = min(max(status, 100), 599)
        version = .http11
        block = HeaderFields(HeaderBlock())
    }

    init(block: HeaderBlock, status: Int, version: HTTPVersion) {
        self.block = HeaderFields(block)
        self.status = status
        self.version = version
    }

    /// Whether responses of this status never have a body, whatever their fields say (RFC 9112 §6.3).
    package var forbidsBody: Bool { status < 200 || status == 204 || status == 304 }

    /// Appends the head as HTTP/1.1 text. The framing fields come from `framing` and fields of the connection are left
    /// out, whatever the head holds.
    package func write(to output: inout [UInt8], framing: OutgoingFraming, connection: ConnectionOption = .none) {
        // The answer to a HEAD request, and a 304, keep the length that the body would have had.
        let keepsLength = framing == .unframed
        output.append(atMost: block.block.writtenLimit) { writer in
            writer.append("HTTP/1.1 ")
            writer.append(decimal: status)
            writer.append(0x20)
            writer.append(Self.reason(status))
            writer.append("\r\n")
            block.block.write(to: &writer) { field, bytes in
                OutgoingFraming.isOwned(
                    HeaderBlock.slice(bytes, field.line, field.line &+ field.nameLength), keepsLength: keepsLength,
                    keepsUpgrade: framing == .upgrade)
            }
            framing.write(to: &writer)
            connection.write(to: &writer)
            writer.append("\r\n")
        }
    }

    /// The customary phrase; empty for a code without one. Nobody reads it but people.
    package static func reason(_ status: Int) -> StaticString {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: ""
        }
    }
}
