internal import HTTPWire

/// Where a call's response goes.
protocol ResponseSink: AnyObject {
    /// Whether the deadline covers the body too.
    var isWhole: Bool { get }
    func head(_ head: ResponseHead)
    /// Takes a piece of the body, or says why it may not come.
    func bytes(_ bytes: UnsafeRawBufferPointer) -> HTTPClientError?
    func trailers(_ trailers: HTTPHeaders)
    func end(_ failure: HTTPClientError?)
}

extension ResponseSink {
    func trailers(_ trailers: HTTPHeaders) {}
}

/// Gathers a response.
final class ResponseCollector: ResponseSink {
    private let maximumBody: Int
    private let completion: (Result<HTTPResponse, HTTPClientError>) -> Void
    private var response = HTTPResponse(status: 0)

    init(maximumBody: Int, completion: @escaping (Result<HTTPResponse, HTTPClientError>) -> Void) {
        self.maximumBody = maximumBody
        self.completion = completion
    }

    let isWhole = true

    func head(_ head: ResponseHead) {
        response = HTTPResponse(status: head.status, headers: HTTPHeaders(head))
        if let length = head.promisedLength { response.body.reserveCapacity(min(length, maximumBody, 1 << 20)) }
    }

    func bytes(_ bytes: UnsafeRawBufferPointer) -> HTTPClientError? {
        guard response.body.count + bytes.count <= maximumBody else { return .bodyTooLarge(limit: maximumBody) }
        response.body.append(contentsOf: bytes)
        return nil
    }

    func trailers(_ trailers: HTTPHeaders) {
        response.trailers = trailers
    }

    func end(_ failure: HTTPClientError?) {
        if let failure { return completion(.failure(failure)) }
        guard response.headers["content-encoding"]?.lowercased() == "gzip", !response.body.isEmpty else {
            return completion(.success(response))
        }
        do throws(GzipError) {
            response.body = try Gzip.unpack(response.body, limit: maximumBody)
            response.headers["content-encoding"] = nil
            completion(.success(response))
        } catch {
            switch error {
            case .tooLarge(let limit): completion(.failure(.bodyTooLarge(limit: limit)))
            case .malformed, .truncated: completion(.failure(.malformedBody(error.description)))
            }
        }
    }
}

/// Hands a response on as it comes.
final class StreamingSink: ResponseSink {
    private let onHead: (HTTPResponse) -> Void
    private let onBytes: ([UInt8]) -> Void
    private let onEnd: (Result<Void, HTTPClientError>) -> Void

    init(
        onHead: @escaping (HTTPResponse) -> Void, onBytes: @escaping ([UInt8]) -> Void,
        onEnd: @escaping (Result<Void, HTTPClientError>) -> Void
    ) {
        self.onHead = onHead
        self.onBytes = onBytes
        self.onEnd = onEnd
    }

    let isWhole = false

    func head(_ head: ResponseHead) {
        onHead(HTTPResponse(status: head.status, headers: HTTPHeaders(head)))
    }

    func bytes(_ bytes: UnsafeRawBufferPointer) -> HTTPClientError? {
        onBytes(Array(bytes))
        return nil
    }

    func end(_ failure: HTTPClientError?) {
        onEnd(failure.map { .failure($0) } ?? .success(()))
    }
}
