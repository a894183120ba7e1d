import Quantities
import SystemIO
import TestSupport

/// A request as an upstream got it.
struct ArrivedRequest: Sendable {
    var upstream: String
    var endpoint: Int
    var message: HTTPText
    /// Came while the proxies were only brought into a state.
    var isPreparation = false
}

/// The endpoints of one cluster, playing their parts on a test's loop.
final class ScriptedBackend {
    private final class Connection {
        let peer: RawPeer
        let endpoint: Int
        /// How many bytes have been read as requests.
        var consumed = 0
        /// Where what came over it is kept, if it is no HTTP.
        var place: Int?
        var isEndAnswered = false
        /// It has gone on in another protocol: what comes is the rest of its last request.
        var isTunnel = false

        init(peer: RawPeer, endpoint: Int) {
            self.peer = peer
            self.endpoint = endpoint
        }
    }

    private let script: ComparedUpstream
    private let clusterName: String
    private let loop: EventLoop
    private var listeners: [RawListener] = []
    private var http2: [HTTP2Endpoint] = []
    private var connections: [Connection] = []
    private var counts: [Int: Int] = [:]
    private var held: [() -> Void] = []
    private(set) var arrived: [ArrivedRequest] = []
    var isPreparing = false

    init(_ script: ComparedUpstream, addresses: [SocketAddress], clusterName: String, on loop: EventLoop) throws {
        self.script = script
        self.clusterName = clusterName
        self.loop = loop
        for (index, address) in addresses.enumerated() where !script.absent.contains(index) {
            if script.isHTTP2 {
                http2.append(
                    try Self.patiently {
                        try HTTP2Endpoint(at: address, on: loop) { [weak self] message, answer in
                            self?.arrived(message, at: index, answer)
                        }
                    })
                continue
            }
            let listener = try Self.patiently { try RawListener(loop, on: address) }
            listener.onAccept = { [weak self] peer in
                self?.connections.append(Connection(peer: peer, endpoint: index))
                peer.send(script.greeting)
            }
            listeners.append(listener)
        }
    }

    /// A program that another row starts may hold the last player's socket for a moment, until it is that program.
    private static func patiently<Value>(_ listen: () throws -> Value) throws -> Value {
        var value: Value?
        _ = eventually {
            value = try? listen()
            return value != nil
        }
        return try value ?? listen()
    }

    private func arrived(_ message: HTTPText, at endpoint: Int, _ send: @escaping HTTP2Endpoint.Answer) {
        arrived.append(
            ArrivedRequest(
                upstream: script.name, endpoint: endpoint, message: message, isPreparation: isPreparing))
        answer(of: endpoint, send)
    }

    /// Takes in what has come since and answers it.
    func play() {
        for connection in connections { play(connection) }
    }

    /// Whether the other ends of all its connections have ended.
    var isLeft: Bool {
        http2.allSatisfy(\.isLeft) && connections.allSatisfy { $0.peer.hasEnded || $0.peer.isBroken }
    }

    /// Lets go of the answers that waited for this.
    func release() {
        let waiting = held
        held = []
        for answer in waiting { answer() }
    }

    func close() {
        for listener in listeners { listener.close() }
        for connection in connections { connection.peer.close() }
        for endpoint in http2 { endpoint.close() }
    }

    private func play(_ connection: Connection) {
        if script.isRaw || connection.isTunnel { return playRaw(connection) }
        let peer = connection.peer
        while peer.received.count > connection.consumed {
            let bytes = Array(peer.received[connection.consumed...])
            var reader = HTTPTextReader(bytes, hasEnded: false)
            guard let message = reader.request() else { return }
            connection.consumed = peer.received.count - reader.leftover.count
            arrived.append(
                ArrivedRequest(
                    upstream: script.name, endpoint: connection.endpoint, message: message, isPreparation: isPreparing))
            let place = arrived.count - 1
            if answer(connection).hasPrefix("HTTP/1.1 101") {
                connection.place = place
                connection.isTunnel = true
                return playRaw(connection)
            }
        }
        if peer.hasEnded { peer.close() }
    }

    private func playRaw(_ connection: Connection) {
        let peer = connection.peer
        let place = connection.place ?? arrived.count
        if connection.place == nil {
            connection.place = place
            arrived.append(
                ArrivedRequest(
                    upstream: script.name, endpoint: connection.endpoint,
                    message: HTTPText(startLine: "a connection", fields: []), isPreparation: isPreparing))
        }
        if peer.received.count > connection.consumed {
            arrived[place].message.body += String(decoding: peer.received[connection.consumed...], as: UTF8.self)
            connection.consumed = peer.received.count
            answer(connection)
        }
        if peer.hasEnded || peer.isBroken, !connection.isEndAnswered {
            connection.isEndAnswered = true
            arrived[place].message.body += peer.isBroken ? "<reset>" : "<end>"
            answer(connection)
        }
    }

    /// - Returns: what is sent now or later.
    @discardableResult
    private func answer(_ connection: Connection) -> String {
        answer(of: connection.endpoint) { [loop] text, end in
            connection.peer.send(text)
            switch end {
            case .stays: break
            case .closes: connection.peer.close()
            case .closesLater: _ = loop.schedule(after: .milliseconds(100)) { connection.peer.close() }
            case .resets: connection.peer.reset()
            }
        }
    }

    @discardableResult
    private func answer(of endpoint: Int, _ say: @escaping HTTP2Endpoint.Answer) -> String {
        let own = script.answersOfEndpoints[endpoint]
        // Endpoints without a part of their own take the cluster's, in turn.
        let part = own == nil ? -1 : endpoint
        let answers = own ?? script.answers
        let number = counts[part, default: 0]
        counts[part] = number + 1
        let answer = answers[min(number, answers.count - 1)]
        let send = { [self] in
            let body = answer.bytes.replacing("$cluster", with: script.name)
                .replacing("$endpoint", with: "\(script.name)\(endpoint)")
            let length = body.firstRange(of: "\r\n\r\n").map { body[$0.upperBound...].utf8.count } ?? 0
            say(body.replacing("$length", with: String(length)), answer.end)
        }
        if answer.isHeld {
            held.append(send)
        } else if let delay = answer.delay {
            _ = loop.schedule(after: delay, send)
        } else {
            send()
        }
        return answer.bytes
    }
}
