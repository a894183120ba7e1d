internal import HTTPWire
package import SystemIO

/// A whole request.
package struct HTTPRequest: Sendable {
    package var method: String
    /// The path with its query, `/v1/targets?limit=5`.
    package var target: String
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Who sent it; only on the server's side.
    package var peer: SocketAddress?
    /// The verified identities of the client's certificate; only on the server's side.
    package var peerURIs: [String]

    package init(
        _ method: String, _ target: String, headers: HTTPHeaders = [:], body: [UInt8] = [],
        peer: SocketAddress? = nil, peerURIs: [String] = []
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.peer = peer
        self.peerURIs = peerURIs
    }

    /// A GET request.
    package init(_ target: String, headers: HTTPHeaders = [:]) {
        self.init("GET", target, headers: headers)
    }

    /// The target up to its query, still percent-encoded: `%2F` in a name must not become a separator. Decode the pieces
    /// with ``PercentCoding``.
    package var path: String { String(target.prefix { $0 != "?" }) }

    /// The path's pieces between slashes, decoded, without empty ones.
    package var pathSegments: [String] { path.split(separator: "/").map { PercentCoding.decode($0) } }

    /// The names and values of the query, decoded, in order.
    package var query: [(name: String, value: String)] {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        return target[target.index(after: mark)...].split(separator: "&").map { item in
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                PercentCoding.decode(parts[0], plusIsBlank: true),
                parts.count > 1 ? PercentCoding.decode(parts[1], plusIsBlank: true) : ""
            )
        }
    }

    /// The first value of that name in the query.
    package func query(_ name: String) -> String? { query.first { $0.name == name }?.value }
}

/// A whole response.
package struct HTTPResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// Fields after the body, as gRPC has them. Only HTTP/2 sends them; of a response that was received they are dropped.
    package var trailers: HTTPHeaders

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = [], trailers: HTTPHeaders = [:]) {
        self.status = status
        self.headers = headers
        self.body = body
        self.trailers = trailers
    }

    package static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["content-type": "application/json"], body: bytes)
    }

    package static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["content-type": "text/plain; charset=utf-8"], body: Array(text.utf8))
    }

    /// The body as text; bytes that are no UTF-8 are replaced.
    package var text: String { String(decoding: body, as: UTF8.self) }

    var head: ResponseHead {
        var head = ResponseHead(status: status)
        for (name, value) in headers { head.add(name, value) }
        return head
    }
}

extension HTTPHeaders {
    /// The fields after a chunked body; nothing when there are none.
    init?(trailersOf decoder: BodyDecoder) {
        self.init()
        decoder.forEachTrailer { add($0, $1) }
        if count == 0 { return nil }
    }

    init(_ head: some MessageHead) {
        self.init()
        head.forEachField { add($0, $1) }
    }
}
