/// The body of a message on its way out: what its sender has said waits here until windows and the connection take it.
struct HTTP2Outbox {
    private var bytes: [UInt8] = []
    private var start = 0
    private var wasFull = false
    private(set) var isEnded = false
    private var trailers: HTTPHeaders?
    /// The session has asked for more than there was.
    private var isAwaited = false

    /// What came of a DATA frame's asking.
    struct Taken {
        var piece: HTTP2BodyPiece
        var count: Int
        /// The sender may go on after it was told to pause.
        var isDrained: Bool
        /// To be submitted before the piece is handed on.
        var trailers: HTTPHeaders?
    }

    /// Bytes that wait.
    var count: Int { bytes.count - start }

    /// What it takes of memory, with what is sent and not cut off yet.
    var storedCount: Int { bytes.count }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        // Never empty for long under a steady sender, so what is sent is cut off from time to time.
        if start >= Channel.highWatermark, start > bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    /// Whether more waits than should be added to. ``Taken/isDrained`` follows.
    mutating func noteFull() -> Bool {
        guard count > Channel.highWatermark else { return false }
        wasFull = true
        return true
    }

    mutating func end(trailers: HTTPHeaders?) {
        isEnded = true
        if let trailers, trailers.count > 0 { self.trailers = trailers }
    }

    /// Whether the session waits to be told that there is more; it is told once.
    mutating func takeAwaited() -> Bool {
        defer { isAwaited = false }
        return isAwaited
    }

    /// Drops what waits.
    mutating func drop() {
        bytes = []
        start = 0
        isEnded = true
        trailers = nil
    }

    /// Fills a DATA frame; see ``HTTP2SessionOwner/nextBody(_:into:)``.
    mutating func take(into buffer: UnsafeMutableRawBufferPointer) -> Taken {
        let count = min(buffer.count, self.count)
        var isDrained = false
        if count > 0 {
            let start = start
            bytes.withUnsafeBytes {
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
            }
            self.start += count
            if wasFull, self.count < Channel.lowWatermark {
                wasFull = false
                isDrained = true
            }
        }
        guard start == bytes.count else { return Taken(piece: .bytes(count), count: count, isDrained: isDrained) }
        bytes.removeAll(keepingCapacity: true)
        start = 0
        guard isEnded else {
            if count > 0 { return Taken(piece: .bytes(count), count: count, isDrained: isDrained) }
            isAwaited = true
            return Taken(piece: .nothingYet, count: 0, isDrained: isDrained)
        }
        guard let trailers else { return Taken(piece: .last(count), count: count, isDrained: isDrained) }
        return Taken(piece: .beforeTrailers(count), count: count, isDrained: isDrained, trailers: trailers)
    }
}
