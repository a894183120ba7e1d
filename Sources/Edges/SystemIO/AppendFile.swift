internal import CLinux
internal import Glibc
internal import Synchronization

/// A file, or the process's standard output, that lines are appended to by a thread of its own: whoever has a line never
/// waits, whatever becomes of the disk or of who reads the other end of a pipe.
///
/// Lines wait in memory for at most ``interval``, then leave in one write. When ``limit`` bytes wait, because nothing
/// takes them, further lines are dropped, whole, and counted.
package final class AppendFile: Sendable {
    /// What has become of the lines.
    package struct Tally: Hashable, Sendable {
        package var written: UInt64 = 0
        package var dropped: UInt64 = 0

        package init(written: UInt64 = 0, dropped: UInt64 = 0) {
            self.written = written
            self.dropped = dropped
        }
    }

    /// How long a line may wait for others.
    package static let interval = Duration.milliseconds(50)
    /// Bytes that may wait.
    package static let defaultLimit = 4 * 1024 * 1024
    /// What a pipe takes whole once it takes anything (`PIPE_BUF`).
    private static let pipeChunk = 4096

    package let path: String

    private struct State {
        var pending: [UInt8] = []
        var pendingLines: UInt64 = 0
        var isScheduled = false
        var isClosing = false
        var tally = Tally()
        var descriptor: CInt
        var isRegular: Bool
    }

    private let state: Mutex<State>
    private let limit: Int
    private let loop: ConfinedLoop
    private let thread: ThreadHandle

    /// Opens the file, which is made when there is none.
    ///
    /// - Parameter path: `/dev/stdout` and `/dev/stderr` mean this process's own, also where those are sockets.
    package init(_ path: String, limit: Int = defaultLimit) throws(SystemError) {
        self.path = path
        self.limit = limit
        let (descriptor, isRegular) = try Self.open(path)
        state = Mutex(State(descriptor: descriptor, isRegular: isRegular))
        do throws(SystemError) {
            let loop = ConfinedLoop(value: try EventLoop())
            self.loop = loop
            thread = try Threads.spawn(name: "append") { loop.value.run() }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    deinit {
        // The thread ends by itself.
        loop.value.handle.stop()
        _ = Glibc.close(state.withLock { $0.descriptor })
    }

    /// Appends a line, its end included, or drops it. From any thread.
    package func append(_ line: [UInt8]) {
        let mustWake = state.withLock { state in
            guard state.pending.count + line.count <= limit, !state.isClosing else {
                state.tally.dropped &+= 1
                return false
            }
            state.pending.append(contentsOf: line)
            state.pendingLines &+= 1
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        guard mustWake else { return }
        loop.value.handle.submit { [weak self, loop] in
            loop.value.schedule(after: Self.interval) { self?.flush() }
        }
    }

    /// What has been written and dropped so far.
    package var tally: Tally { state.withLock { $0.tally } }

    /// Opens the path anew, as after a log was moved away; the old file stays in use when that is not possible. From any
    /// thread.
    ///
    /// - Parameter completion: called on the file's own thread.
    package func reopen(_ completion: @escaping @Sendable (SystemError?) -> Void) {
        // Where it is written, so that nothing is written to a descriptor that has become another's.
        loop.value.handle.submit { [self] in
            flush()
            do throws(SystemError) {
                let (descriptor, isRegular) = try Self.open(path)
                let old = state.withLock { state in
                    defer { (state.descriptor, state.isRegular) = (descriptor, isRegular) }
                    return state.descriptor
                }
                _ = Glibc.close(old)
                completion(nil)
            } catch {
                completion(error)
            }
        }
    }

    /// Writes what waits. From any thread; it happens on the file's own.
    package func flushSoon() {
        loop.value.handle.submit { [self] in flush() }
    }

    /// Takes no more lines, writes those that wait as far as somebody takes them at once, and ends. Call it once, from a
    /// thread of one's own.
    package func close() {
        state.withLock { $0.isClosing = true }
        loop.value.handle.submit { [self] in
            flush()
            loop.value.stop()
        }
        thread.join()
    }

    // MARK: Writing

    private func flush() {
        let (bytes, lines) = state.withLock { state in
            defer {
                (state.pending, state.pendingLines) = ([], 0)
                state.isScheduled = false
            }
            return (state.pending, state.pendingLines)
        }
        guard !bytes.isEmpty else { return }
        let isWhole = bytes.withUnsafeBytes { write($0) }
        state.withLock { state in
            if isWhole { state.tally.written &+= lines } else { state.tally.dropped &+= lines }
        }
    }

    /// Whether all was taken.
    private func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let (descriptor, isRegular) = state.withLock { ($0.descriptor, $0.isRegular) }
            if !isRegular, !waitForRoom(descriptor) { return false }
            let chunk = isRegular ? rest : rest.prefix(Self.pipeChunk)
            let outcome = systemCall {
                Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: chunk).baseAddress, chunk.count)
            }
            switch outcome {
            case .value(let count): rest = rest.dropFirst(count)
            case .wouldBlock: continue
            case .failed: return false
            }
        }
        return true
    }

    /// False when the other end is gone, or takes nothing while this file is being closed.
    private func waitForRoom(_ descriptor: CInt) -> Bool {
        while true {
            var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if case .value(let count) = systemCall({ Glibc.poll(&poll, 1, 100) }), count > 0 {
                return poll.revents & Int16(POLLERR | POLLNVAL) == 0
            }
            if state.withLock({ $0.isClosing }) { return false }
        }
    }

    private static func open(_ path: String) throws(SystemError) -> (CInt, isRegular: Bool) {
        let descriptor =
            switch path {
            case "/dev/stdout": CInt(try require("dup", path) { fcntl(1, F_DUPFD_CLOEXEC, 3) })
            case "/dev/stderr": CInt(try require("dup", path) { fcntl(2, F_DUPFD_CLOEXEC, 3) })
            default:
                CInt(
                    try require("open", path) {
                        Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o644)
                    })
            }
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        return (descriptor, isRegular)
    }
}

/// A loop that only its own thread touches, on the way there.
private struct ConfinedLoop: @unchecked Sendable {
    let value: EventLoop
}
