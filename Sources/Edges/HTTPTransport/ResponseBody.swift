internal import HTTPWire

/// How the body of a message that is being sent is written, and whether it keeps to its length.
enum SendingBody {
    /// Nothing is written, whatever is sent: the answer to HEAD, a 304, a message that ended with its head.
    case suppressed
    /// This many bytes remain of the promised length.
    case length(remaining: Int)
    case chunked
    /// Ended by closing the connection: to clients of HTTP/1.0.
    case untilClose

    /// What came of writing a piece or the end.
    enum Outcome {
        case fine
        /// More or less than the promised length: the message cannot be saved.
        case lengthViolated
    }

    /// Writes a piece of the body to `channel`.
    mutating func write(_ bytes: UnsafeRawBufferPointer, to channel: Channel) -> Outcome {
        switch self {
        case .suppressed: return .fine
        case .length(let remaining):
            guard bytes.count <= remaining else { return .lengthViolated }
            self = .length(remaining: remaining - bytes.count)
            channel.write(bytes)
        case .chunked:
            guard !bytes.isEmpty else { return .fine }
            channel.prepareOutput()
            ChunkedWriter.writeSize(bytes.count, to: &channel.output)
            channel.write(bytes)
            channel.prepareOutput()
            channel.output.append(0x0d)
            channel.output.append(0x0a)
            channel.scheduleFlush()
        case .untilClose: channel.write(bytes)
        }
        return .fine
    }

    /// Writes what ends the body.
    ///
    /// - Parameter trailers: fields after it; only chunked bodies have room for them.
    func end(on channel: Channel, trailers: HTTPHeaders? = nil) -> Outcome {
        switch self {
        case .suppressed, .untilClose: return .fine
        case .length(let remaining): return remaining == 0 ? .fine : .lengthViolated
        case .chunked:
            channel.prepareOutput()
            if let trailers {
                ChunkedWriter.writeEnd(to: &channel.output, trailers: trailers)
            } else {
                ChunkedWriter.writeEnd(to: &channel.output)
            }
            channel.scheduleFlush()
            return .fine
        }
    }
}

extension MessageHead {
    /// The length that the head promises, when it promises one.
    var promisedLength: Int? {
        withValue(of: "content-length") { digits -> Int? in
            guard !digits.isEmpty, digits.count <= 18 else { return nil }
            var value = 0
            for digit in digits {
                guard digit >= 0x30, digit <= 0x39 else { return nil }
                // 18 digits stay below 2^63.
                value = value &* 10 &+ Int(digit &- 0x30)
            }
            return value
        } ?? nil
    }
}
