import HTTPTransport
import HTTPWire

extension TraceAPI {
    /// Why a body is not read.
    struct BodyRefusal: Error {
        /// 400, 413, 415 or 429.
        let status: Int
        let message: String
        /// Seconds, with 429.
        var retryAfter: Int?
    }

    /// The body of a request that brings spans, unpacked, within the limits.
    func body(of request: HTTPRequest) throws(BodyRefusal) -> [UInt8] {
        guard request.body.count <= maximumBody else { throw tooLarge }
        let body: [UInt8]
        switch mediaType(request.headers["content-encoding"] ?? "") {
        case "", "identity": body = request.body
        case "gzip", "x-gzip":
            do throws(GzipError) {
                body = try Gzip.unpack(request.body, limit: maximumBody)
            } catch {
                if case .tooLarge = error {
                    throw BodyRefusal(status: 413, message: "\(error); send smaller batches")
                }
                throw BodyRefusal(status: 400, message: error.description)
            }
        case let other:
            throw BodyRefusal(
                status: 415, message: "the content encoding is \"\(other.prefix(64))\"; send gzip or none")
        }
        if let seconds = intake.take(body.count, at: clock.monotonic()) {
            traces.noteDeferred()
            throw BodyRefusal(
                status: 429, message: "more spans come than can be read; come again in \(seconds) s",
                retryAfter: seconds)
        }
        return body
    }

    var tooLarge: BodyRefusal {
        BodyRefusal(status: 413, message: "the body has more than \(maximumBody) bytes; send smaller batches")
    }

    /// Lower-cased and without parameters: `Application/JSON; charset=utf-8` is `application/json`.
    func mediaType(_ field: String) -> String {
        String(field.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }).lowercased()
    }
}
