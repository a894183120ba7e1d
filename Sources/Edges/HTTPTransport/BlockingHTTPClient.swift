internal import Quantities
package import SystemIO
package import TLSTransport

/// A client for threads that may wait: commands and background work. It owns a loop, which runs only during a call; make
/// one per thread. Connections are kept between calls.
package final class BlockingHTTPClient {
    private let loop: EventLoop
    private let client: HTTPClient

    package init(limits: HTTPClientLimits = HTTPClientLimits()) throws(SystemError) {
        loop = try EventLoop()
        client = HTTPClient(loop: loop, limits: limits)
    }

    deinit {
        client.close()
    }

    /// Sends a request and waits for its response, `deadline` at most.
    package func send(
        _ request: HTTPRequest, to address: SocketAddress, tls: TLSContext? = nil, deadline: Duration = .seconds(10),
        maximumBody: Int = 64 * 1024 * 1024
    ) throws(HTTPClientError) -> HTTPResponse {
        var outcome: Result<HTTPResponse, HTTPClientError>?
        // Connections that closed since the last call are noticed first, and the loop's clock is set.
        let start = SystemClock.monotonic()
        _ = loop.run(until: start) { false }
        let call = client.send(request, to: address, tls: tls, deadline: deadline, maximumBody: maximumBody) {
            outcome = $0
        }
        // The client's own timer ends the call; the margin only guards against that not happening.
        if !loop.run(until: start.advanced(by: deadline + .seconds(1)), { outcome != nil }) { call.cancel() }
        return try (outcome ?? .failure(.deadlineExceeded)).get()
    }
}
