import Quantities
import SystemIO

/// Asks the stock database over one connection that lasts, through the sidecar's port for it. Answers come in the order
/// of the questions.
final class StockClient {
    /// Questions that may wait; beyond, the database is as good as gone.
    private static let mostOpen = 1_000
    private static let deadline = Duration.seconds(5)

    private struct Question {
        let number: Int
        let answer: (Bool) -> Void
    }

    private let loop: EventLoop
    private let address: SocketAddress
    private var connection: LineSocket?
    private var open: [Question] = []
    private var next = 0

    init(loop: EventLoop, address: SocketAddress) {
        self.loop = loop
        self.address = address
    }

    /// - Parameter answer: whether the database has done it.
    func ask(_ command: String, then answer: @escaping (Bool) -> Void) {
        guard open.count < Self.mostOpen, let connection = connected() else { return answer(false) }
        let number = next
        next += 1
        open.append(Question(number: number, answer: answer))
        connection.send(command)
        _ = loop.schedule(after: Self.deadline) { [weak self] in self?.giveUp(number) }
    }

    func close() {
        connection?.close()
        connection = nil
        failAll()
    }

    private func connected() -> LineSocket? {
        if let connection, connection.isOpen { return connection }
        guard let socket = try? Socket.connecting(to: address) else { return nil }
        connection = try? LineSocket(loop: loop, socket: socket) { [weak self] line in
            self?.take(line)
        } closed: { [weak self] in
            self?.connection = nil
            self?.failAll()
        }
        return connection
    }

    private func take(_ line: [UInt8]) {
        guard !open.isEmpty else { return }
        open.removeFirst().answer(line.first == UInt8(ascii: ":") || line.first == UInt8(ascii: "+"))
    }

    /// Answers have an order: when one does not come, nothing that comes later can be believed.
    private func giveUp(_ number: Int) {
        guard open.contains(where: { $0.number == number }) else { return }
        connection?.close()
        connection = nil
        failAll()
    }

    private func failAll() {
        let failed = open
        open = []
        for question in failed { question.answer(false) }
    }
}
