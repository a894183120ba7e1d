import HTTPWire

/// What parsing a whole connection's bytes comes to, written out so that two can be compared.
///
/// Requests print as `GET /path host=shop body="..." keep`, a refusal as `400 why`, an unfinished end as `…`.
func transcript(ofPieces pieces: [[UInt8]], limits: HTTPLimits = .default) -> [String] {
    var lines: [String] = []
    var parser = RequestParser(limits: limits)
    var decoder = BodyDecoder(.none)
    var line = ""
    var body: [UInt8] = []
    var isInBody = false
    var pending: [UInt8] = []
    for piece in pieces {
        pending += piece
        do {
            var isStuck = false
            while !isStuck {
                if isInBody {
                    var offset = 0
                    let bytes = pending
                    switch try bytes.withUnsafeBytes({ try decoder.next($0, &offset) }) {
                    case .bytes(let range): body += bytes[range]
                    case .end:
                        lines.append(line + " body=\(String(decoding: body, as: UTF8.self).debugDescription)")
                        isInBody = false
                    case .needsMore: isStuck = true
                    }
                    pending.removeFirst(offset)
                } else {
                    let bytes = pending
                    let parsed = try bytes.withUnsafeBytes { try parser.parse($0) }
                    guard let (request, length) = parsed else { break }
                    pending.removeFirst(length)
                    line = describe(request)
                    body = []
                    isInBody = true
                    decoder = BodyDecoder(request.framing, limits: limits)
                }
            }
        } catch let error as HTTPWireError {
            return lines + ["\(error.status) \(error.reason)"]
        } catch {
            return lines + ["\(error)"]
        }
    }
    return pending.isEmpty && !isInBody ? lines : lines + ["…"]
}

private func describe(_ request: ParsedRequest) -> String {
    func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
    var line = "\(text(request.head.methodBytes)) \(text(request.head.target)) host=\(text(request.head.authority))"
    request.head.forEachField { line += " \($0)=\($1)" }
    return line + (request.keepsAlive ? " keep" : " close")
}

/// A request as bytes; `\n` in the literal stands for CRLF.
func request(_ text: String) -> [UInt8] {
    Array(text.replacing("\n", with: "\r\n").utf8)
}
