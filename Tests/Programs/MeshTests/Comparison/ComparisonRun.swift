import Foundation
import Quantities
import SystemIO
import TestSupport

/// Plays one row against one proxy.
struct ComparisonRun {
    let row: PlacedCase
    let proxy: ComparedProxy

    /// What clients and upstreams saw.
    func observe() throws -> Observation {
        let loop = try EventLoop()
        let backends = try row.source.upstreams.indices.map { index in
            try ScriptedBackend(
                row.source.upstreams[index], addresses: row.addresses(ofUpstream: index),
                clusterName: row.source.upstreams[index].name, on: loop)
        }
        defer { for backend in backends { backend.close() } }
        func play(until condition: () -> Bool) -> Bool {
            runs(loop) {
                for backend in backends { backend.play() }
                return condition()
            }
        }

        guard let address = SocketAddress(ip: proxy.address, port: row.port) else {
            throw MeshTestFailure("\(proxy.address) is no address")
        }
        var clients: [Client] = []
        var observation = Observation()
        for call in row.source.calls {
            for backend in backends { backend.isPreparing = call.isPreparation }
            if !call.curl.isEmpty {
                let answers = try curl(call, play)
                if answers.messages.isEmpty { observation.complaints.append("\(answers.end): \(answers.leftover)") }
                observation.answers.append(answers)
                continue
            }
            let client: Client
            if call.keepsConnection, let last = clients.last {
                client = last.next(methods: call.methods)
            } else {
                client = Client(peer: try RawPeer(loop, connectingTo: address), methods: call.methods)
            }
            client.isPreparation = call.isPreparation
            clients.append(client)
            for part in call.parts {
                switch part {
                case .bytes(let text): client.peer.send(row.filled(text))
                case .until(let text):
                    if !play(until: { client.peer.text.contains(text) || client.isOver }) {
                        observation.complaints.append("\"\(text)\" did not come")
                    }
                case .arrived(let count):
                    if !play(until: { backends.map(\.arrived.count).reduce(0, +) >= count }) {
                        observation.complaints.append("upstreams did not get \(count) requests")
                    }
                case .untilClosed:
                    if !play(until: { client.isOver }) { observation.complaints.append("the connection did not end") }
                case .untilUpstreamEnds:
                    if !play(until: { backends.allSatisfy(\.isLeft) }) {
                        observation.complaints.append("a connection to an upstream did not end")
                    }
                case .end: client.peer.endSending()
                case .reset: client.peer.reset()
                }
            }
            switch call.wait {
            case .answered:
                if !play(until: { client.isAnswered }) { observation.complaints.append("no answer to \(call.parts)") }
            case .arrived(let count):
                if !play(until: { backends.map(\.arrived.count).reduce(0, +) >= count }) {
                    observation.complaints.append("upstreams did not get \(count) requests")
                }
            case .sent: _ = play(until: { client.peer.unsentCount == 0 })
            }
        }
        for backend in backends { backend.release() }
        if !play(until: { clients.allSatisfy(\.isAnswered) }) { observation.complaints.append("an answer is missing") }
        for client in clients where !client.isPreparation { observation.answers.append(client.seen) }
        observation.arrived = backends.flatMap(\.arrived).filter { !$0.isPreparation }
        for client in clients { client.peer.close() }
        return observation
    }

    /// Has curl make the call.
    private func curl(
        _ call: ComparedCall, _ play: (() -> Bool) -> Bool
    ) throws -> Observation.Answers {
        let words = call.curl.map { row.filled($0.replacing("$address", with: proxy.address)) }
        let log = FileManager.default.temporaryDirectory
            .appendingPathComponent("meshtop-curl-\(UInt64.random(in: 0 ... .max))").path
        defer { try? FileManager.default.removeItem(atPath: log) }
        let curl = try Companion(["curl", "-sS", "-i", "--max-time", "8"] + words, log: log)
        if !play({ !curl.process.isRunning }) { curl.end() }
        var reader = HTTPTextReader(Array(curl.said.utf8), hasEnded: true)
        var messages: [HTTPText] = []
        for method in call.methods { messages += reader.response(to: method).map { [$0] } ?? [] }
        return Observation.Answers(
            messages: messages, end: "curl \(curl.process.terminationStatus)",
            leftover: String(decoding: reader.leftover, as: UTF8.self))
    }

    /// One end of a connection that a call uses.
    private final class Client {
        let peer: RawPeer
        private let methods: [String]
        /// Where the answers to this call begin, and where those to the next one do.
        private let start: Int
        private var end: Int?
        var isPreparation = false

        init(peer: RawPeer, methods: [String], start: Int = 0) {
            self.peer = peer
            self.methods = methods
            self.start = start
        }

        func next(methods: [String]) -> Client {
            end = peer.received.count
            return Client(peer: peer, methods: methods, start: peer.received.count)
        }

        var isOver: Bool { peer.hasEnded || peer.isBroken }

        /// Whether all has come that will: every answer, and the connection's end where the last one announced it.
        var isAnswered: Bool {
            if isOver || end != nil { return true }
            let messages = seen.messages
            guard messages.count(where: \.isFinal) == methods.count else { return false }
            return messages.last?.values("connection").contains("close") != true
        }

        var seen: Observation.Answers {
            let bytes = Array(peer.received.prefix(end ?? .max).dropFirst(start))
            var reader = HTTPTextReader(bytes, hasEnded: isOver && end == nil)
            var messages: [HTTPText] = []
            var remaining = methods[...]
            while let method = remaining.first, let message = reader.response(to: method) {
                messages.append(message)
                if message.isFinal { remaining = remaining.dropFirst() }
            }
            return Observation.Answers(
                messages: messages,
                end: end != nil ? "goes on" : peer.isBroken ? "reset" : peer.hasEnded ? "closed" : "open",
                leftover: String(decoding: reader.leftover, as: UTF8.self))
        }
    }
}

extension HTTPText {
    /// After 101 there is no HTTP.
    fileprivate var isFinal: Bool { status == 101 || !(100..<200).contains(status ?? 200) }
}
