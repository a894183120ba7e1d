internal import CLinux
internal import Glibc

/// A socket between processes of this machine (`AF_UNIX`), which carries whole messages and, beside a message, a socket.
/// Whoever made it closes it, once.
package struct LocalSocket: Hashable, Sendable {
    package let descriptor: CInt

    /// A message as it arrived.
    package struct Message {
        package var bytes: [UInt8]
        /// The receiver's own, to be closed by it; not yet known to be a listening one, or one at all.
        package var socket: Socket?
    }

    /// What receiving came to.
    package enum Received {
        case message(Message)
        /// Nothing has come yet.
        case none
        /// The other side is gone.
        case ended
    }

    /// The longest message, in bytes.
    package static let messageLimit = 1024

    /// A socket that listens at `path`, where no file may be; it does not block. Only processes of the same user may
    /// connect. Paths have at most 107 bytes.
    package static func listening(at path: String) throws(SystemError) -> LocalSocket {
        LocalSocket(descriptor: CInt(try require("bind", path) { meshtop_local_listen(path) }))
    }

    /// A socket connected to whoever listens at `path`. It blocks, at most `patience` seconds a call.
    package static func connecting(to path: String, patience: CInt) throws(SystemError) -> LocalSocket {
        LocalSocket(descriptor: CInt(try require("connect", path) { meshtop_local_connect(path, patience) }))
    }

    /// Whether an error of ``connecting(to:patience:)`` says that nobody listens there.
    package static func isNobodyThere(_ error: SystemError) -> Bool {
        error.code == ENOENT || error.code == ECONNREFUSED
    }

    /// The next who connected; it does not block.
    package func accept() -> LocalSocket? {
        let flags = CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard case .value(let descriptor) = systemCall({ meshtop_accept4(descriptor, nil, nil, flags) }) else {
            return nil
        }
        return LocalSocket(descriptor: CInt(descriptor))
    }

    /// Sends a message of 1 to ``messageLimit`` bytes, and a socket with it.
    package func send(_ bytes: [UInt8], with socket: Socket? = nil) throws(SystemError) {
        try require("sendmsg") {
            bytes.withUnsafeBytes {
                meshtop_send_descriptor(descriptor, $0.baseAddress, $0.count, socket?.descriptor ?? -1)
            }
        }
    }

    /// The next message.
    package func receive() throws(SystemError) -> Received {
        var bytes = [UInt8](repeating: 0, count: Self.messageLimit)
        var passed: CInt = -1
        let outcome = bytes.withUnsafeMutableBytes { buffer in
            systemCall { meshtop_receive_descriptor(descriptor, buffer.baseAddress, buffer.count, &passed) }
        }
        switch outcome {
        case .value(0): return .ended
        case .value(let count):
            return .message(
                Message(bytes: Array(bytes[..<count]), socket: passed < 0 ? nil : Socket(descriptor: passed)))
        case .wouldBlock: return .none
        case .failed(let code): throw SystemError(call: "recvmsg", code: code)
        }
    }

    package func close() {
        _ = Glibc.close(descriptor)
    }
}
