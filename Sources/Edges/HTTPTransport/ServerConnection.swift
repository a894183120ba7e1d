internal import HTTPWire
internal import Quantities
internal import SystemIO
internal import TLSTransport

/// One client's connection: requests one after the other, each answered before the next is looked at.
///
///     head ─→ body ─→ waiting ─→ head …        the request's side
///               └─ response complete ─→ discarding ─→ head
///
/// A pipelined request stays in ``leftover``, unread and unparsed, until the response before it is complete, and
/// reading is paused meanwhile: a client cannot make us queue more than one read.
///
/// A client that begins with HTTP/2's preface, or has agreed on it in its TLS handshake, is handed over to an
/// ``HTTP2ServerConnection`` where the listener's limits allow it. The preface is met as what it is to HTTP/1.1, a request
/// of a version that is not supported, so that other clients pay nothing for it.
final class ServerConnection: ChannelOwner, DeferredWork, ListenerConnection {
    /// Where the request stands.
    private enum Phase {
        /// Between requests, or within a head.
        case head
        case body
        /// The request is complete and its response is not.
        case waiting
        /// The response is complete and this many bytes more of the request may be thrown away.
        case discarding(Int)
        /// Another protocol's bytes pass both ways; whether we have ended our own.
        case tunnel(isOutputOver: Bool)
        case closed
    }

    private enum Response {
        case none
        case sending(SendingBody)
    }

    /// What the deadline is for.
    private enum Alarm {
        case handshake, head, idle, body, halfClosed
    }

    private(set) var peerURIs: [String] = []
    private(set) var serverName: String?
    let peerAddress: SocketAddress
    private(set) lazy var localAddress: SocketAddress? = announcedLocal ?? channel?.socket.localAddress
    /// Where the client connected to, as far as a load balancer said.
    let announcedLocal: SocketAddress?
    var peerCertificate: Certificate? { channel?.peerCertificate }
    var ownCertificate: Certificate? { channel?.ownCertificate }
    private(set) var isTLS: Bool
    /// The handler's, for as long as the connection stands.
    var context: AnyObject?

    private let listener: HTTPListener
    private let handler: any HTTPServerStreamHandler
    @exclusivity(unchecked) private var channel: Channel?
    @exclusivity(unchecked) private var deadline: Deadline?
    @exclusivity(unchecked) private var alarm = Alarm.idle

    @exclusivity(unchecked) private var parser: RequestParser
    @exclusivity(unchecked) private var decoder = BodyDecoder(.none)
    @exclusivity(unchecked) private var phase = Phase.head
    @exclusivity(unchecked) private var response = Response.none
    @exclusivity(unchecked) private var stream: HTTPServerStream?
    @exclusivity(unchecked) private var leftover: [UInt8] = []
    @exclusivity(unchecked) private var keepsAlive = true
    @exclusivity(unchecked) private var version = HTTPVersion.http11
    @exclusivity(unchecked) private var owesContinue = false
    @exclusivity(unchecked) private var asksUpgrade = false
    /// There has been a request, so that this is HTTP/1.1 for good.
    @exclusivity(unchecked) private var hasServed = false
    @exclusivity(unchecked) private var isHandlerPaused = false
    @exclusivity(unchecked) private var hasInputEnded = false
    @exclusivity(unchecked) private var isContinuationScheduled = false
    /// Pipelined requests wait until the client has taken more of the responses.
    @exclusivity(unchecked) private var awaitsDrain = false

    init(
        listener: HTTPListener, socket: Socket, peer: SocketAddress, local: SocketAddress? = nil, tls: TLSSession?
    ) throws(SystemError) {
        announcedLocal = local
        self.listener = listener
        handler = listener.handler
        peerAddress = peer
        isTLS = tls != nil
        parser = RequestParser(limits: listener.limits.wire)
        let channel = try Channel(
            loop: listener.loop, socket: socket, tls: tls,
            plaintextRule: listener.acceptsPlaintext ? .accept : .refuse, isConnected: true,
            stallTimeout: listener.limits.stallTimeout, owner: self)
        self.channel = channel
        // Not weak: a weak reference would give the object a side table, and every retain of it a detour. The deadline
        // is invalidated before the connection goes.
        deadline = Deadline(loop: listener.loop) { [unowned self] in deadlinePassed() }
        arm(isTLS ? .handshake : .head, after: listener.timeouts.head)
    }

    /// Whether a request is being received or answered.
    var isBusy: Bool { stream != nil }

    // MARK: From the channel

    func channelOpened() {
        isTLS = channel?.isTLS ?? isTLS
        peerURIs = channel?.peerURIs ?? []
        serverName = channel?.serverName
        if channel?.negotiatedProtocol == "h2" || !listener.limits.http1, beginHTTP2() { return }
        arm(.head, after: listener.timeouts.head)
    }

    /// Takes what the client sends for HTTP/2, and tells whether that is served.
    @discardableResult
    func beginHTTP2() -> Bool {
        guard let channel, let limits = listener.limits.http2 else { return false }
        handOver(channel, limits, UnsafeRawBufferPointer(start: nil, count: 0))
        return true
    }

    func channelReceived(_ bytes: UnsafeRawBufferPointer) {
        if leftover.isEmpty {
            let consumed = process(bytes)
            if consumed < bytes.count { keep(UnsafeRawBufferPointer(rebasing: bytes[consumed...])) }
        } else {
            leftover.append(contentsOf: bytes)
            processLeftover()
        }
    }

    func channelInputEnded() {
        hasInputEnded = true
        switch phase {
        case .head, .discarding: close()
        // The rest of the request will never come.
        case .body: abort(.peerClosed)
        case .waiting:
            keepsAlive = false
            arm(.halfClosed, after: listener.timeouts.halfClose)
        case .tunnel: if leftover.isEmpty { tunnelInputEnded() }
        case .closed: break
        }
    }

    func channelBrokeWhilePaused() {
        abort(.peerClosed)
    }

    func channelDrained() {
        if let stream {
            handler.responseDrained(stream)
        } else if awaitsDrain {
            awaitsDrain = false
            processLeftover()
            if !awaitsDrain, case .head = phase { channel?.resumeReading() }
        }
    }

    func channelFailed(_ failure: ChannelFailure) {
        switch failure {
        case .connect, .reset(.some): break
        case .tls(let reason): if alarm == .handshake { listener.reportHandshakeFailure(reason, peerAddress) }
        case .reset(.none):
            finish(.timeout)
            return
        }
        finish(.peerClosed)
    }

    // MARK: Requests

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        leftover = listener.loop.buffers.take()
        leftover.append(contentsOf: bytes)
        noteLeftover()
    }

    private func noteLeftover() {
        switch phase {
        case .head where awaitsDrain: channel?.pauseReading()
        case .head: if alarm == .idle { arm(.head, after: listener.timeouts.head) }
        case .waiting: channel?.pauseReading()
        // A body takes in everything, so nothing is left over.
        case .body, .discarding, .tunnel, .closed: break
        }
    }

    private func processLeftover() {
        // Handlers called from here may come back to this object, so the bytes are held by this function meanwhile.
        var input = leftover
        leftover = []
        let consumed = input.withUnsafeBytes { process($0) }
        if case .closed = phase { return }
        if consumed == input.count {
            listener.loop.buffers.give(input)
        } else {
            input.removeFirst(consumed)
            leftover = input
            noteLeftover()
        }
    }

    /// Takes in what it can, and returns how many bytes that was. The rest waits in ``leftover``.
    private func process(_ input: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while true {
            switch phase {
            case .head:
                guard offset < input.count, let channel else { return offset }
                if channel.isFull {
                    // A client that asks and asks but takes no answers must not fill our memory with them.
                    awaitsDrain = true
                    return offset
                }
                do throws(HTTPWireError) {
                    let rest = UnsafeRawBufferPointer(rebasing: input[offset...])
                    guard let (request, length) = try parser.parse(rest) else { return offset }
                    offset += length
                    begin(request)
                } catch {
                    let rest = UnsafeRawBufferPointer(rebasing: input[offset...])
                    if !hasServed, let limits = listener.limits.http2, Self.isHTTP2Preface(rest) {
                        handOver(channel, limits, rest)
                    } else {
                        refuse(error, .malformed(error.reason))
                    }
                    return input.count
                }
            case .body, .discarding:
                do throws(HTTPWireError) {
                    switch try decoder.next(input, &offset) {
                    case .bytes(let range): received(UnsafeRawBufferPointer(rebasing: input[range]))
                    case .end: requestEnded()
                    case .needsMore: return offset
                    }
                } catch {
                    refuse(error, .malformed(error.reason))
                    return input.count
                }
            case .waiting: return offset
            case .tunnel:
                guard offset < input.count, let stream else { return input.count }
                handler.requestBody(stream, UnsafeRawBufferPointer(rebasing: input[offset...]))
                return input.count
            case .closed: return input.count
            }
        }
    }

    private func begin(_ request: consuming ParsedRequest) {
        keepsAlive = request.keepsAlive
        version = request.head.version
        hasServed = true
        owesContinue = request.expectsContinue
        asksUpgrade = request.head.asksUpgrade
        response = .none
        isHandlerPaused = false
        let stream = HTTPServerStream(connection: self, method: request.head.method)
        self.stream = stream
        let framing = request.framing
        // Handed on, so that a handler that edits it edits the only copy.
        var head = request.head
        // The expectation is ours to meet, not the next hop's.
        if owesContinue, !listener.limits.leavesContinue { head.remove("expect") }
        switch framing {
        case .none, .untilClose:
            phase = .waiting
            deadline?.disarm()
            handler.request(stream, head: head, hasBody: false)
            if self.stream === stream { handler.requestEnd(stream) }
        case .length, .chunked:
            phase = .body
            decoder = BodyDecoder(framing, limits: listener.limits.wire)
            arm(.body, after: listener.timeouts.stall)
            handler.request(stream, head: head, hasBody: true)
            if self.stream === stream, owesContinue, !listener.limits.leavesContinue, case .none = response {
                sendContinue()
            }
        }
    }

    /// Whether bytes are what every HTTP/2 client begins with, as far as they go (RFC 9113 §3.4).
    private static func isHTTP2Preface(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        return preface.withUTF8Buffer { preface in zip(preface, bytes).allSatisfy { $0 == $1 } }
    }

    /// Leaves the channel to HTTP/2.
    private func handOver(_ channel: Channel, _ limits: HTTP2Limits, _ bytes: UnsafeRawBufferPointer) {
        phase = .closed
        deadline?.invalidate()
        deadline = nil
        self.channel = nil
        let successor = HTTP2ServerConnection(listener: listener, limits: limits, channel: channel, from: self)
        channel.handOver(to: successor)
        listener.replace(self, by: successor)
        successor.channelReceived(bytes)
    }

    private func sendContinue() {
        guard let channel else { return }
        owesContinue = false
        channel.prepareOutput()
        channel.output.append(contentsOf: "HTTP/1.1 100 Continue\r\n\r\n".utf8)
        channel.scheduleFlush()
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        switch phase {
        case .body:
            guard let stream else { return }
            arm(.body, after: listener.timeouts.stall)
            handler.requestBody(stream, bytes)
            if isHandlerPaused { deadline?.disarm() }
        case .discarding(let allowed):
            if bytes.count > allowed { close(flushing: true) } else { phase = .discarding(allowed - bytes.count) }
        case .head, .waiting, .tunnel, .closed: break
        }
    }

    private func requestEnded() {
        switch phase {
        case .body:
            guard let stream else { return }
            phase = .waiting
            deadline?.disarm()
            if listener.limits.wire.passesTrailers, let trailers = HTTPHeaders(trailersOf: decoder) {
                handler.requestTrailers(stream, trailers)
                guard self.stream === stream else { return }
            }
            handler.requestEnd(stream)
        case .discarding: awaitNext()
        case .head, .waiting, .tunnel, .closed: break
        }
    }

    /// Answers what is no HTTP with the status it deserves, and closes.
    private func refuse(_ error: HTTPWireError, _ reason: HTTPStreamAbort) {
        var hasBegun = false
        if case .sending = response { hasBegun = true }
        if let stream {
            self.stream = nil
            handler.requestAborted(stream, reason: reason)
            stream.detach()
        } else if case .head = phase {
            listener.onMalformedRequest?(error.status, peerAddress)
        }
        guard let channel, !isClosed else { return }
        if case .discarding = phase { return close(flushing: true) }
        if hasBegun {
            channel.abort()
            return finish(reason)
        }
        var head = ResponseHead(status: error.status)
        head.add("content-type", "text/plain".utf8)
        let now = SystemClock.wall().nanosecondsSinceEpoch / 1_000_000_000
        head.add("date", HTTPDate(secondsSinceEpoch: now).text.utf8)
        let body = Array((error.reason + "\n").utf8)
        channel.prepareOutput()
        head.write(to: &channel.output, framing: .length(body.count), connection: .close)
        channel.output.append(contentsOf: body)
        close(flushing: true)
    }

    private var isClosed: Bool {
        if case .closed = phase { return true }
        return false
    }

    // MARK: Responses

    func sendInterim(_ head: ResponseHead) {
        guard let channel, stream != nil, case .none = response, version != .http10 else { return }
        if head.status == 100 { owesContinue = false }
        channel.prepareOutput()
        head.write(to: &channel.output, framing: .unframed)
        channel.scheduleFlush()
    }

    func sendHead(_ head: ResponseHead, endOfStream: Bool) {
        guard let channel, let stream, case .none = response else { return }
        var framing = OutgoingFraming.chunked
        var body = SendingBody.chunked
        if stream.method == .head || head.forbidsBody {
            (framing, body) = (.unframed, .suppressed)
        } else if endOfStream {
            (framing, body) = (.length(0), .suppressed)
        } else if let length = head.promisedLength {
            (framing, body) = (.length(length), .length(remaining: length))
        } else if version == .http10 {
            (framing, body) = (.unframed, .untilClose)
        }
        // A client that was never told to go on will not send its body, and one of 1.0 was not promised more.
        if owesContinue || version == .http10 || listener.isDraining { keepsAlive = false }
        channel.prepareOutput()
        head.write(to: &channel.output, framing: framing, connection: keepsAlive ? .none : .close)
        channel.scheduleFlush()
        response = .sending(body)
        if endOfStream { responseEnded() }
    }

    func sendUpgrade(_ head: ResponseHead) {
        guard let channel, case .none = response, case .waiting = phase, asksUpgrade else { return }
        channel.prepareOutput()
        head.write(to: &channel.output, framing: .upgrade)
        channel.scheduleFlush()
        channel.forgoStallTimeout()
        keepsAlive = false
        response = .sending(.untilClose)
        phase = .tunnel(isOutputOver: false)
        deadline?.disarm()
        isHandlerPaused = false
        // What came too early waits; it is not for this call to hand it on.
        if leftover.isEmpty, !hasInputEnded {
            channel.resumeReading()
        } else if !isContinuationScheduled {
            isContinuationScheduled = true
            listener.loop.afterEvent(self)
        }
    }

    /// The client sends no more.
    private func tunnelInputEnded() {
        guard let stream else { return }
        handler.requestEnd(stream)
        if case .tunnel(isOutputOver: true) = phase { tunnelEnded() }
    }

    func endUpgrade() {
        if case .tunnel = phase { tunnelEnded() }
    }

    /// Both directions have ended; what waits is still sent.
    private func tunnelEnded() {
        stream?.detach()
        stream = nil
        close(flushing: true)
    }

    func sendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let channel, case .sending(var body) = response else { return true }
        switch body.write(bytes, to: channel) {
        case .fine:
            response = .sending(body)
            return !channel.isFull
        case .lengthViolated:
            abortByHandler()
            return true
        }
    }

    func sendEnd(trailers: HTTPHeaders? = nil) {
        guard let channel, case .sending(let body) = response else { return }
        if case .tunnel(let isOutputOver) = phase {
            guard !isOutputOver else { return }
            phase = .tunnel(isOutputOver: true)
            return hasInputEnded && leftover.isEmpty ? tunnelEnded() : channel.endOutputAfterFlush()
        }
        switch body.end(on: channel, trailers: listener.limits.wire.passesTrailers ? trailers : nil) {
        case .fine: responseEnded()
        case .lengthViolated: abortByHandler()
        }
    }

    private func responseEnded() {
        response = .none
        stream?.detach()
        stream = nil
        isHandlerPaused = false
        switch phase {
        case .waiting:
            if keepsAlive { awaitNext() } else { close(flushing: true) }
        case .body:
            guard keepsAlive else { return close(flushing: true) }
            phase = .discarding(listener.limits.discardedBytes)
            arm(.body, after: listener.timeouts.stall)
            channel?.resumeReading()
        case .head, .discarding, .tunnel, .closed: break
        }
    }

    private func awaitNext() {
        if listener.isDraining || hasInputEnded { return close(flushing: true) }
        phase = .head
        if leftover.isEmpty {
            arm(.idle, after: listener.timeouts.idle)
        } else if !isContinuationScheduled {
            arm(.head, after: listener.timeouts.head)
            isContinuationScheduled = true
            listener.loop.afterEvent(self)
        }
        channel?.resumeReading()
    }

    /// Goes on with a pipelined request, outside the call that completed the one before.
    func runDeferredWork() {
        isContinuationScheduled = false
        switch phase {
        case .head: if !leftover.isEmpty, !awaitsDrain { processLeftover() }
        case .tunnel:
            processLeftover()
            guard case .tunnel = phase else { return }
            if hasInputEnded { tunnelInputEnded() } else if !isHandlerPaused { channel?.resumeReading() }
        case .body, .waiting, .discarding, .closed: break
        }
    }

    // MARK: Flow and ends

    func pauseReading() {
        isHandlerPaused = true
        channel?.pauseReading()
        if case .body = phase { deadline?.disarm() }
    }

    func resumeReading() {
        guard isHandlerPaused else { return }
        isHandlerPaused = false
        switch phase {
        case .body:
            arm(.body, after: listener.timeouts.stall)
            channel?.resumeReading()
        case .tunnel: if leftover.isEmpty { channel?.resumeReading() }
        case .head, .waiting, .discarding, .closed: break
        }
    }

    func abortByHandler() {
        stream?.detach()
        stream = nil
        channel?.abort()
        finish(.peerClosed)
    }

    /// Closes now, telling the handler of a request in progress.
    func abort(_ reason: HTTPStreamAbort) {
        channel?.abort()
        finish(reason)
    }

    private func close(flushing: Bool = false) {
        if flushing { channel?.closeAfterFlush() } else { channel?.close() }
        finish(.peerClosed)
    }

    /// Lets go of everything; a request in progress is reported as aborted.
    private func finish(_ reason: HTTPStreamAbort) {
        guard !isClosed else { return }
        phase = .closed
        deadline?.invalidate()
        deadline = nil
        channel?.close(unlessEnding: true)
        channel = nil
        leftover = []
        let stream = stream
        self.stream = nil
        listener.connectionClosed(self)
        if let stream {
            handler.requestAborted(stream, reason: reason)
            stream.detach()
        }
    }

    /// Closes a connection that waits for a request; one that is busy closes after its response.
    func drain(sparingIdle: Bool) {
        if !sparingIdle, case .head = phase, leftover.isEmpty, alarm == .idle { close() }
    }

    private func arm(_ alarm: Alarm, after nanoseconds: Int64) {
        self.alarm = alarm
        deadline?.arm(afterNanoseconds: nanoseconds)
    }

    private func deadlinePassed() {
        let tooSlow = HTTPWireError(status: 408, reason: "the request took too long")
        switch alarm {
        case .head: if leftover.isEmpty { close() } else { refuse(tooSlow, .timeout) }
        case .body: refuse(tooSlow, .timeout)
        case .handshake, .idle: close()
        case .halfClosed: abort(.peerClosed)
        }
    }
}
