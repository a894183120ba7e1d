internal import HTTPWire
internal import SystemIO
internal import TLSTransport

/// One connection to an upstream: one request after the other, kept by its pool in between.
final class ClientConnection: ChannelOwner {
    private enum Phase {
        /// On its way, with the first request already given.
        case connecting
        /// In the pool.
        case idle
        /// A request is being sent or answered, and no response head has come.
        case awaitingHead
        case body
        /// Another protocol's bytes pass both ways; whether the upstream has ended its own.
        case tunnel(isInputOver: Bool)
        case closed
    }

    private let pool: HTTPConnectionPool
    @exclusivity(unchecked) private var channel: Channel?
    @exclusivity(unchecked) private var deadline: Deadline?
    @exclusivity(unchecked) private var phase = Phase.connecting
    @exclusivity(unchecked) private var stream: HTTPClientStream?
    @exclusivity(unchecked) private var method = HTTPMethod.get
    @exclusivity(unchecked) private var parser: ResponseParser
    @exclusivity(unchecked) private var decoder = BodyDecoder(.none)
    @exclusivity(unchecked) private var leftover: [UInt8] = []
    /// The request's body; nothing before its head.
    @exclusivity(unchecked) private var sending: SendingBody?
    @exclusivity(unchecked) private var isRequestComplete = false
    @exclusivity(unchecked) private var keepsAlive = true
    @exclusivity(unchecked) private var hasServed = false
    @exclusivity(unchecked) private var hasReceived = false
    @exclusivity(unchecked) private var asksUpgrade = false

    init(pool: HTTPConnectionPool, socket: Socket, tls: TLSSession?, stream: HTTPClientStream) throws(SystemError) {
        self.pool = pool
        parser = ResponseParser(limits: pool.limits.wire)
        self.stream = stream
        channel = try Channel(
            loop: pool.loop, socket: socket, tls: tls, isConnected: false, stallTimeout: pool.limits.stallTimeout,
            owner: self)
        // Not weak: a weak reference would give the object a side table, and every retain of it a detour. The deadline
        // is invalidated before the connection goes.
        deadline = Deadline(loop: pool.loop) { [unowned self] in deadlinePassed() }
        deadline?.arm(after: pool.limits.connectTimeout)
        stream.attach(self, isReused: false)
    }

    var peerURIs: [String] { channel?.peerURIs ?? [] }
    private(set) lazy var localAddress: SocketAddress? = channel?.socket.localAddress

    /// Takes the next request; only when idle.
    func serve(_ stream: HTTPClientStream) {
        self.stream = stream
        stream.attach(self, isReused: true)
        phase = .awaitingHead
        deadline?.disarm()
        sending = nil
        isRequestComplete = false
        hasReceived = false
        asksUpgrade = false
    }

    // MARK: Sending

    func sendHead(_ head: RequestHead, endOfStream: Bool) {
        guard let channel, sending == nil else { return }
        method = head.method
        let framing: OutgoingFraming
        let body: SendingBody
        if endOfStream {
            // A method that usually has a body says that this one is empty (RFC 9110 §8.6).
            let expectsBody = method == .post || method == .put || method == .patch
            (framing, body) = (expectsBody ? .length(0) : .unframed, .suppressed)
        } else if let length = head.promisedLength {
            (framing, body) = (.length(length), .length(remaining: length))
        } else {
            (framing, body) = (.chunked, .chunked)
        }
        channel.prepareOutput()
        head.write(to: &channel.output, framing: framing)
        channel.scheduleFlush()
        sending = body
        isRequestComplete = endOfStream
    }

    func sendUpgrade(_ head: RequestHead) {
        guard let channel, sending == nil else { return }
        method = head.method
        asksUpgrade = true
        channel.prepareOutput()
        head.write(to: &channel.output, framing: .upgrade)
        channel.scheduleFlush()
        sending = .suppressed
        isRequestComplete = true
    }

    func sendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let channel, var body = sending, !isRequestComplete else { return true }
        // The optional holds the only other copy, which would otherwise be stale for the time of the call.
        let outcome = body.write(bytes, to: channel)
        sending = body
        if case .lengthViolated = outcome { failSoon(.protocolError("the request is longer than it said")) }
        return !channel.isFull
    }

    func sendEnd(trailers: HTTPHeaders? = nil) {
        guard let channel, let body = sending, !isRequestComplete else { return }
        if case .tunnel(let isInputOver) = phase {
            isRequestComplete = true
            return isInputOver ? tunnelEnded() : channel.endOutputAfterFlush()
        }
        switch body.end(on: channel, trailers: pool.limits.wire.passesTrailers ? trailers : nil) {
        case .fine: isRequestComplete = true
        case .lengthViolated: failSoon(.protocolError("the request is shorter than it said"))
        }
    }

    func pauseReading() {
        channel?.pauseReading()
    }

    func resumeReading() {
        channel?.resumeReading()
    }

    func cancelled() {
        stream = nil
        // An end in order would be the client's of its direction, and this is not.
        if case .tunnel = phase { channel?.abort() }
        close()
    }

    // MARK: From the channel

    func channelOpened() {
        deadline?.disarm()
        switch phase {
        case .connecting:
            phase = .awaitingHead
            if let stream { stream.handler?.connected(stream) }
        case .idle, .awaitingHead, .body, .tunnel, .closed: break
        }
    }

    func channelReceived(_ bytes: UnsafeRawBufferPointer) {
        hasReceived = true
        if leftover.isEmpty {
            let consumed = process(bytes)
            if consumed < bytes.count { leftover = Array(bytes[consumed...]) }
        } else {
            var input = leftover
            leftover = []
            input.append(contentsOf: bytes)
            let consumed = input.withUnsafeBytes { process($0) }
            if consumed < input.count {
                input.removeFirst(consumed)
                leftover = input
            }
        }
    }

    func channelInputEnded() {
        switch phase {
        case .body where decoder.endsWithConnection:
            keepsAlive = false
            responseEnded()
        case .body: fail(.resetAfterHead)
        // Half a head is an answer that is wrong, and not the want of one.
        case .awaitingHead where !leftover.isEmpty: fail(.protocolError("it ends inside a head"))
        case .connecting, .awaitingHead: fail(failureBeforeHead)
        case .tunnel:
            guard let stream else { return close() }
            phase = .tunnel(isInputOver: true)
            stream.handler?.responseEnd(stream)
            if isRequestComplete { tunnelEnded() }
        case .idle, .closed: close()
        }
    }

    func channelBrokeWhilePaused() {
        // What has come before the break is still worth delivering; the read after it will tell.
    }

    func channelDrained() {
        if let stream { stream.handler?.requestDrained(stream) }
    }

    func channelFailed(_ failure: ChannelFailure) {
        switch failure {
        case .connect(let error):
            fail(.connectFailed(SystemError(call: error.call, code: error.code, subject: "\(pool.address)")))
        case .tls(let reason): fail(.tlsFailure(reason))
        case .reset:
            switch phase {
            case .body, .tunnel: fail(.resetAfterHead)
            case .connecting, .awaitingHead, .idle, .closed: fail(failureBeforeHead)
            }
        }
    }

    private var failureBeforeHead: UpstreamFailure { hasServed && !hasReceived ? .staleConnection : .resetBeforeHead }

    // MARK: Responses

    private func process(_ input: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while true {
            switch phase {
            case .awaitingHead:
                guard offset < input.count else { return offset }
                do throws(HTTPWireError) {
                    let rest = UnsafeRawBufferPointer(rebasing: input[offset...])
                    guard let (response, length) = try parser.parse(rest, answering: method) else { return offset }
                    offset += length
                    received(response, hasSurplus: offset < input.count)
                } catch {
                    fail(.protocolError(error.reason))
                    return input.count
                }
            case .body:
                do throws(HTTPWireError) {
                    switch try decoder.next(input, &offset) {
                    case .bytes(let range):
                        guard let stream else { return input.count }
                        stream.handler?.responseBody(stream, UnsafeRawBufferPointer(rebasing: input[range]))
                    case .end:
                        // Bytes after the response are the answer to nothing: this connection cannot be trusted again.
                        if offset < input.count { keepsAlive = false }
                        if pool.limits.wire.passesTrailers, let stream,
                            let trailers = HTTPHeaders(trailersOf: decoder)
                        {
                            stream.handler?.responseTrailers(stream, trailers)
                        }
                        responseEnded()
                    case .needsMore: return offset
                    }
                } catch {
                    fail(.protocolError(error.reason))
                    return input.count
                }
            case .tunnel:
                guard offset < input.count, let stream else { return input.count }
                stream.handler?.responseBody(stream, UnsafeRawBufferPointer(rebasing: input[offset...]))
                return input.count
            case .idle, .connecting:
                // Bytes that nobody asked for: the next response could be anybody's.
                if offset < input.count { close() }
                return input.count
            case .closed: return input.count
            }
        }
    }

    private func received(_ response: consuming ParsedResponse, hasSurplus: Bool) {
        guard let stream else { return close() }
        if response.head.status < 200 {
            if response.head.status == 101 { return switchProtocols(response.head) }
            if sending != nil { stream.handler?.interim(stream, head: response.head) }
            return
        }
        guard sending != nil else { return fail(.protocolError("it answers before it was asked")) }
        keepsAlive = response.keepsAlive
        let framing = response.framing
        decoder = BodyDecoder(framing, limits: pool.limits.wire)
        phase = .body
        // Handed on, so that a handler that edits it edits the only copy.
        stream.handler?.response(stream, head: response.head, hasBody: framing != .none)
        guard framing == .none, self.stream === stream, case .body = phase else { return }
        if hasSurplus { keepsAlive = false }
        responseEnded()
    }

    private func switchProtocols(_ head: ResponseHead) {
        guard let stream, asksUpgrade else {
            return fail(.protocolError("it switches protocols without being asked"))
        }
        phase = .tunnel(isInputOver: false)
        keepsAlive = false
        sending = .untilClose
        isRequestComplete = false
        channel?.forgoStallTimeout()
        stream.handler?.upgraded(stream, head: head)
    }

    /// Both directions have ended; what waits is still sent.
    private func tunnelEnded() {
        stream?.detach()
        stream = nil
        channel?.closeAfterFlush()
        channel = nil
        close()
    }

    private func responseEnded() {
        guard let stream else { return }
        self.stream = nil
        let handler = stream.handler
        stream.detach()
        // The connection goes back first, so that whoever is called next finds it.
        if keepsAlive, isRequestComplete {
            hasServed = true
            phase = .idle
            channel?.resumeReading()
            deadline?.arm(afterNanoseconds: pool.idleNanoseconds)
            pool.keep(self)
        } else {
            close()
        }
        handler?.responseEnd(stream)
    }

    // MARK: Ends

    /// Fails outside the caller's call.
    private func failSoon(_ failure: UpstreamFailure) {
        isRequestComplete = true
        pool.loop.soon { [weak self] in self?.fail(failure) }
    }

    private func fail(_ failure: UpstreamFailure) {
        let stream = stream
        self.stream = nil
        close()
        stream?.fail(failure)
    }

    func close() {
        switch phase {
        case .closed: return
        case .idle: pool.forgetIdle(self)
        case .connecting, .awaitingHead, .body, .tunnel: break
        }
        phase = .closed
        deadline?.invalidate()
        deadline = nil
        channel?.close()
        channel = nil
        leftover = []
        pool.connectionClosed(self)
    }

    private func deadlinePassed() {
        switch phase {
        case .connecting: fail(.connectTimeout)
        case .idle: close()
        case .awaitingHead, .body, .tunnel, .closed: break
        }
    }
}
