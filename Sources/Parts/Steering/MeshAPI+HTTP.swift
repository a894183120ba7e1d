import HTTPTransport
package import SystemIO

extension MeshAPI {
    /// The API of a control plane that listens on `address`, plain HTTP.
    ///
    /// - Parameter deadline: The most that one request may take.
    package init(address: SocketAddress, deadline: Duration = .seconds(5)) {
        self.init { request throws(SteeringError) in
            var headers: HTTPHeaders = [
                "host": "\(address)", "accept": "application/json", "user-agent": "meshtop",
            ]
            headers["content-type"] = request.contentType
            do {
                // A client belongs to its thread and calls come from several: each gets its own, which costs less than
                // the request does.
                let reply = try BlockingHTTPClient().send(
                    HTTPRequest(request.method, request.target, headers: headers, body: request.body), to: address,
                    deadline: deadline)
                return Reply(status: reply.status, body: reply.body)
            } catch let error as HTTPClientError {
                throw .unreachable(address: "\(address)", reason: error.description)
            } catch {
                throw .unreachable(address: "\(address)", reason: "\(error)")
            }
        }
    }

    /// Reads `http://127.0.0.1:15010` or `127.0.0.1:15010`; nothing when it is neither.
    package init?(url: String, deadline: Duration = .seconds(5)) {
        var text = url[...]
        if text.hasPrefix("http://") { text = text.dropFirst("http://".count) }
        while text.hasSuffix("/") { text = text.dropLast() }
        guard let address = SocketAddress(String(text)) else { return nil }
        self.init(address: address, deadline: deadline)
    }
}
