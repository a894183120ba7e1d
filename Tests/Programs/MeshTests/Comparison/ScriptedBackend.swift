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

        init(peer: RawPeer, endpoint: Int) {
            self.peer = peer
            self.endpoint = endpoint
        }
    }

    private let script: ComparedUpstream
    private let clusterName: String
    private let loop: EventLoop
    private var listeners: [RawListener] = []
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
            let listener = try RawListener(loop, on: address)
            listener.onAccept = { [weak self] peer in
                self?.connections.append(Connection(peer: peer, endpoint: index))
            }
            listeners.append(listener)
        }
    }

    /// Takes in what has come since and answers it.
    func play() {
        for connection in connections { play(connection) }
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
    }

    private func play(_ connection: Connection) {
        let peer = connection.peer
        while peer.received.count > connection.consumed {
            let bytes = Array(peer.received[connection.consumed...])
            var message: HTTPText?
            if script.isRaw {
                message = HTTPText(startLine: "", fields: [], body: String(decoding: bytes, as: UTF8.self))
                connection.consumed += bytes.count
            } else {
                var reader = HTTPTextReader(bytes, hasEnded: false)
                message = reader.request()
                connection.consumed = peer.received.count - reader.leftover.count
            }
            guard let message else { return }
            arrived.append(
                ArrivedRequest(
                    upstream: script.name, endpoint: connection.endpoint, message: message, isPreparation: isPreparing))
            answer(connection)
        }
        if peer.hasEnded { peer.close() }
    }

    private func answer(_ connection: Connection) {
        let own = script.answersOfEndpoints[connection.endpoint]
        // Endpoints without a part of their own take the cluster's, in turn.
        let part = own == nil ? -1 : connection.endpoint
        let answers = own ?? script.answers
        let number = counts[part, default: 0]
        counts[part] = number + 1
        let answer = answers[min(number, answers.count - 1)]
        let send = { [self] in
            let body = answer.bytes.replacing("$cluster", with: script.name)
                .replacing("$endpoint", with: "\(script.name)\(connection.endpoint)")
            let length = body.firstRange(of: "\r\n\r\n").map { body[$0.upperBound...].utf8.count } ?? 0
            connection.peer.send(body.replacing("$length", with: String(length)))
            switch answer.end {
            case .stays: break
            case .closes: connection.peer.close()
            case .closesLater: _ = loop.schedule(after: .milliseconds(100)) { connection.peer.close() }
            case .resets: connection.peer.reset()
            }
        }
        if answer.isHeld {
            held.append(send)
        } else if let delay = answer.delay {
            _ = loop.schedule(after: delay, send)
        } else {
            send()
        }
    }
}
