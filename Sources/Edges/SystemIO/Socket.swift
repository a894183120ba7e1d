internal import CLinux
internal import Glibc

/// A TCP socket's descriptor, non-blocking and close-on-exec. Whoever made it closes it, once.
package struct Socket: Hashable, Sendable {
    package let descriptor: CInt

    /// A socket that listens on `address`; port 0 lets the kernel choose.
    ///
    /// - Parameter sharesPort: several sockets may listen on one port and the kernel spreads connections over them
    ///   (`SO_REUSEPORT`): one listener per event loop, without a lock.
    package static func listening(on address: SocketAddress, sharesPort: Bool = false, backlog: CInt = 1024)
        throws(SystemError) -> Socket
    {
        let socket = try make(for: address)
        do throws(SystemError) {
            socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
            if sharesPort { socket.set(SOL_SOCKET, SO_REUSEPORT, 1) }
            try require("bind", "\(address)") { address.withKernelForm { bind(socket.descriptor, $0, $1) } }
            try require("listen", "\(address)") { Glibc.listen(socket.descriptor, backlog) }
        } catch {
            socket.close()
            throw error
        }
        return socket
    }

    /// A socket on its way to `address`. It becomes writable when the connection stands or failed; ``pendingError()``
    /// tells which.
    ///
    /// - Parameter source: the local host to connect from. Its port is ignored: the kernel picks one at connect time
    ///   (`IP_BIND_ADDRESS_NO_PORT`), which does not exhaust ports as an early bind would.
    package static func connecting(to address: SocketAddress, from source: SocketAddress? = nil)
        throws(SystemError) -> Socket
    {
        let socket = try make(for: address)
        do throws(SystemError) {
            socket.setNoDelay()
            if let source {
                socket.set(CInt(IPPROTO_IP), Self.bindAddressNoPort, 1)
                try require("bind", "\(source)") {
                    source.with(port: 0).withKernelForm { bind(socket.descriptor, $0, $1) }
                }
            }
            let outcome = systemCall { address.withKernelForm { Glibc.connect(socket.descriptor, $0, $1) } }
            switch outcome {
            case .value, .failed(EINPROGRESS): break
            case .wouldBlock: throw SystemError(call: "connect", code: EAGAIN, subject: "\(address)")
            case .failed(let code): throw SystemError(call: "connect", code: code, subject: "\(address)")
            }
        } catch {
            socket.close()
            throw error
        }
        return socket
    }

    private static func make(for address: SocketAddress) throws(SystemError) -> Socket {
        let kind = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        return Socket(descriptor: CInt(try require("socket") { Glibc.socket(address.family, kind, 0) }))
    }

    /// `IP_BIND_ADDRESS_NO_PORT`, which only a kernel header names.
    private static let bindAddressNoPort: CInt = 24

    /// What accepting came to.
    package enum Accepted {
        case connection(Socket, peer: SocketAddress)
        /// No connection waits.
        case none
        /// The connection was gone before it could be accepted; try the next.
        case aborted
        /// The process or the machine is out of descriptors or memory: accepting again at once would spin.
        case exhausted(SystemError)
        case failed(SystemError)
    }

    /// Takes the next waiting connection off a listening socket.
    package func accept() -> Accepted {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let flags = CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let outcome = systemCall {
            withUnsafeMutablePointer(to: &storage) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    meshtop_accept4(descriptor, $0, &length, flags)
                }
            }
        }
        switch outcome {
        case .value(let descriptor):
            let socket = Socket(descriptor: CInt(descriptor))
            socket.setNoDelay()
            guard let peer = SocketAddress(kernelForm: storage) else {
                socket.close()
                return .aborted
            }
            return .connection(socket, peer: peer)
        case .wouldBlock: return .none
        case .failed(let code):
            switch code {
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(SystemError(call: "accept", code: code))
            // accept(2): errors already pending on the new connection are passed here; they say nothing about the
            // listening socket.
            case ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, EPERM,
                ETIMEDOUT:
                return .aborted
            default: return .failed(SystemError(call: "accept", code: code))
            }
        }
    }

    /// Reads what is there, at most the buffer. Zero means that the peer will send no more.
    @inline(__always)
    package func read(into buffer: UnsafeMutableRawBufferPointer) -> SystemCallOutcome {
        // recv and send reach the socket directly; read and write pass through the file layer first.
        systemCall { recv(descriptor, buffer.baseAddress, buffer.count, 0) }
    }

    /// Reads what is there and leaves it there: the next read gives the same bytes again.
    package func peek(into buffer: UnsafeMutableRawBufferPointer) -> SystemCallOutcome {
        systemCall { recv(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_PEEK)) }
    }

    /// Writes as much as the kernel takes now.
    @inline(__always)
    package func write(_ bytes: UnsafeRawBufferPointer) -> SystemCallOutcome {
        systemCall { send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL)) }
    }

    /// Writes two pieces as one.
    package func write(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> SystemCallOutcome {
        // writev takes mutable pointers for the sake of readv, and only reads through them.
        var pieces = (
            iovec(iov_base: UnsafeMutableRawPointer(mutating: first.baseAddress), iov_len: first.count),
            iovec(iov_base: UnsafeMutableRawPointer(mutating: second.baseAddress), iov_len: second.count)
        )
        return withUnsafePointer(to: &pieces) {
            $0.withMemoryRebound(to: iovec.self, capacity: 2) { pieces in
                systemCall { Glibc.writev(descriptor, pieces, 2) }
            }
        }
    }

    /// The error that a connect or the network left on the socket, zero for none. Reading clears it.
    package func pendingError() -> CInt {
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    package var localAddress: SocketAddress? { SocketAddress { getsockname(descriptor, $0, $1) } }
    /// Where the peer was going before a rule of this machine sent it here (`SO_ORIGINAL_DST`); nothing when none did.
    package var originalDestination: SocketAddress? {
        // SOL_IP and SOL_IPV6 with SO_ORIGINAL_DST and IP6T_SO_ORIGINAL_DST, both 80: linux/netfilter_ipv4.h.
        SocketAddress { getsockopt(descriptor, 0, 80, $0, $1) }
            ?? SocketAddress { getsockopt(descriptor, 41, 80, $0, $1) }
    }
    package var peerAddress: SocketAddress? { SocketAddress { getpeername(descriptor, $0, $1) } }

    /// Sends the end of our direction; the peer may still send.
    package func shutDownWriting() {
        // The socket may be gone already, and then there is nothing to shut down.
        _ = shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Makes ``close()`` reset the connection instead of ending it in order: the peer learns that what it got is not
    /// whole.
    package func resetOnClose() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    /// Limits the kernel's buffers, in bytes. For tests of back-pressure.
    package func setBufferSizes(send: CInt, receive: CInt) {
        set(SOL_SOCKET, SO_SNDBUF, send)
        set(SOL_SOCKET, SO_RCVBUF, receive)
    }

    /// Another descriptor of the same socket, to be closed by itself.
    package func duplicate() throws(SystemError) -> Socket {
        Socket(descriptor: CInt(try require("fcntl") { fcntl(descriptor, F_DUPFD_CLOEXEC, 0) }))
    }

    package func close() {
        // Linux frees the descriptor even when close reports an error or is interrupted: never repeat it.
        _ = Glibc.close(descriptor)
    }

    /// Small writes leave at once: responses must not wait for the acknowledgement of the last (Nagle).
    private func setNoDelay() { set(CInt(IPPROTO_TCP), TCP_NODELAY, 1) }

    private func set(_ level: CInt, _ option: CInt, _ value: CInt) {
        // Tuning only: a kernel that refuses an option still gives a working socket.
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}

extension Socket {
    /// Takes a descriptor that came from another process, when it is a socket that listens. Otherwise it is closed.
    package init?(adopting other: Socket) {
        var flag: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(other.descriptor, SOL_SOCKET, SO_ACCEPTCONN, &flag, &length) == 0, flag == 1 else {
            other.close()
            return nil
        }
        self = other
    }
}
