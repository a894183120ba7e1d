import Quantities
import SystemIO

/// A connection that carries lines both ways, as both ends of the stock database need it.
final class LineSocket: EventHandler {
    /// Nobody here says more in one go; more from outside is a mistake or worse.
    private static let mostPending = 64 * 1024

    private let loop: EventLoop
    private let socket: Socket
    private var registration: EventLoop.Registration?
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private let received: ([UInt8]) -> Void
    private let closed: () -> Void

    /// - Parameters:
    ///   - received: called with every line, without its end.
    ///   - closed: called once, when the connection is gone and not by ``close()``.
    init(
        loop: EventLoop, socket: Socket, received: @escaping ([UInt8]) -> Void, closed: @escaping () -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.socket = socket
        self.received = received
        self.closed = closed
        registration = try loop.register(
            socket.descriptor, for: [.readable, .writable, .ended], edgeTriggered: true, handler: self)
    }

    var isOpen: Bool { registration != nil }

    func send(_ line: String) {
        guard isOpen else { return }
        guard output.count < Self.mostPending else { return fail() }
        output += Array(line.utf8) + [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        flush()
    }

    func close() {
        guard let registration else { return }
        self.registration = nil
        loop.unregister(registration)
        socket.close()
    }

    func ready(_ readiness: Readiness) {
        flush()
        while isOpen {
            switch socket.read(into: loop.readBuffer) {
            case .value(0), .failed: return fail()
            case .wouldBlock: return
            case .value(let count):
                input += UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count])
                takeLines()
                if input.count > Self.mostPending { return fail() }
            }
        }
    }

    private func takeLines() {
        while isOpen, let end = input.firstIndex(of: UInt8(ascii: "\n")) {
            var line = Array(input[..<end])
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            input.removeSubrange(...end)
            received(line)
        }
    }

    private func flush() {
        while isOpen, !output.isEmpty {
            switch output.withUnsafeBytes({ socket.write($0) }) {
            case .value(let count): output.removeFirst(count)
            case .wouldBlock: return
            // A connection that is still being made says so, too; what becomes of it is told later.
            case .failed(let code) where code == 107: return
            case .failed: return fail()
            }
        }
    }

    private func fail() {
        guard isOpen else { return }
        close()
        closed()
    }
}
