internal import CTerminal
internal import Glibc
internal import Quantities

extension Terminal {
    /// A lone Escape is one when nothing follows for so long. Slow links deliver a key's sequence in one piece, so this
    /// can be short.
    private static var escapeDelay: Duration { .milliseconds(30) }

    /// Runs until `handle` says to finish, a signal ends it or the terminal is gone. The terminal is given back before
    /// this returns.
    ///
    /// One `poll` waits for keys, the waker, signals, the timer, and, when a frame is due, for room in the terminal: a
    /// slow link gets fewer frames, not a queue of old ones. Nothing runs while nothing happens.
    ///
    /// - Parameters:
    ///   - handle: takes what happened and says what is wanted; called once at the start.
    ///   - draw: makes the picture, called at most as often as the options allow.
    package func run(handle: (LoopTurn) -> LoopRequest, draw: (Size) -> Frame) -> LoopEnd {
        var loop = LoopState(minimumInterval: .nanoseconds(1_000_000_000 / Int64(options.framesPerSecond)))
        var turn = LoopTurn(events: [.resize(size)], wasWoken: false, isTimerDue: false, now: Terminal.now())
        defer { close() }
        while true {
            let request = handle(turn)
            loop.needsFrame = loop.needsFrame || request.needsFrame
            loop.timer = request.timer
            if let text = request.clipboard { copy(text) }
            if request.rings { ring() }
            if let borrower = request.borrower {
                lend(to: borrower)
                loop.needsFrame = true
            }
            switch request.action {
            case .proceed: break
            case .finish: return .finished
            case .suspend:
                suspend()
                loop.needsFrame = true
            case .repaint:
                forget()
                loop.needsFrame = true
            }
            switch waitForTurn(&loop, draw) {
            case .turn(let next): turn = next
            case .end(let end): return end
            }
        }
    }

    private struct LoopState {
        let minimumInterval: Duration
        var needsFrame = true
        var timer: MonotonicTime?
        var lastFrame: MonotonicTime?
        var lastByte: MonotonicTime?
        /// Whether a key waits for its answer: that frame comes at once, whatever was drawn a moment ago.
        var isAwaited = false
        /// Since when a frame waits for room in the terminal.
        var dueSince: MonotonicTime?
        var link = LinkSpeed()

        init(minimumInterval: Duration) { self.minimumInterval = minimumInterval }

        /// When the next frame may be drawn.
        func nextFrame(_ now: MonotonicTime) -> MonotonicTime? {
            guard needsFrame else { return nil }
            if isAwaited { return now }
            return lastFrame?.advanced(by: minimumInterval) ?? now
        }
    }

    private enum Waited {
        case turn(LoopTurn)
        case end(LoopEnd)
    }

    /// Waits for something to handle, drawing frames meanwhile.
    private func waitForTurn(_ loop: inout LoopState, _ draw: (Size) -> Frame) -> Waited {
        while true {
            var now = Terminal.now()
            let frameTime = loop.nextFrame(now)
            let isFrameDue = frameTime.map { $0 <= now } ?? false
            let escapeTime = decoder.isWaiting ? loop.lastByte?.advanced(by: Terminal.escapeDelay) : nil
            // A frame that is due waits for room in the terminal, not for a time.
            let deadlines = [loop.timer, escapeTime, isFrameDue ? nil : frameTime].compactMap { $0 }
            var descriptors = [
                pollfd(fd: options.input, events: Int16(POLLIN), revents: 0),
                pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            if isFrameDue { descriptors.append(pollfd(fd: options.output, events: Int16(POLLOUT), revents: 0)) }
            _ = poll(&descriptors, nfds_t(descriptors.count), Terminal.timeout(until: deadlines.min(), from: now))
            now = Terminal.now()

            if isFrameDue, loop.dueSince == nil { loop.dueSince = now }
            var turn = LoopTurn(
                events: [], wasWoken: false, isTimerDue: false, now: now, isLinkSlow: loop.link.isSlow)
            if signals.take(), let end = handleSignals(&turn, &loop) { return .end(end) }
            turn.wasWoken = waker.take()
            if descriptors[0].revents & Int16(POLLIN) != 0 {
                guard let bytes = readInput() else { return .end(.hangUp) }
                turn.events += decoder.feed(bytes)
                loop.lastByte = now
            } else if descriptors[0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 {
                return .end(.hangUp)
            }
            if decoder.isWaiting, let last = loop.lastByte, last.advanced(by: Terminal.escapeDelay) <= now {
                turn.events += decoder.flush()
            }
            if let timer = loop.timer, timer <= now {
                turn.isTimerDue = true
                loop.timer = nil
            }
            if turn.events.contains(where: { if case .key = $0 { true } else { false } }) { loop.isAwaited = true }
            // Events first: the frame then shows what they did.
            if !turn.events.isEmpty || turn.wasWoken || turn.isTimerDue { return .turn(turn) }
            if isFrameDue, descriptors[3].revents & Int16(POLLOUT) != 0 {
                guard show(draw(size)) != nil else { return .end(.hangUp) }
                loop.needsFrame = false
                loop.isAwaited = false
                loop.lastFrame = now
                loop.link.frame(waited: loop.dueSince?.duration(to: now) ?? .zero)
                loop.dueSince = nil
            }
        }
    }

    private func handleSignals(_ turn: inout LoopTurn, _ loop: inout LoopState) -> LoopEnd? {
        for number in [SIGTERM, SIGHUP, SIGINT, SIGQUIT] where meshtop_signal_take(number) == 1 {
            return .signal(number)
        }
        if meshtop_signal_take(SIGTSTP) == 1 {
            suspend()
            // Going on raised SIGCONT, which has been dealt with.
            _ = meshtop_signal_take(SIGCONT)
            loop.needsFrame = true
        }
        if meshtop_signal_take(SIGCONT) == 1 {
            resume()
            loop.needsFrame = true
        }
        _ = meshtop_signal_take(SIGWINCH)
        if let size = refreshSize() {
            turn.events.append(.resize(size))
            loop.needsFrame = true
        }
        return nil
    }

    /// What was typed; nothing when the terminal is gone.
    private func readInput() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(options.input, &buffer, buffer.count)
        if count > 0 { return Array(buffer[..<count]) }
        return count < 0 && (errno == EINTR || errno == EAGAIN) ? [] : nil
    }

    private static func now() -> MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// Milliseconds for `poll`, rounded up so that the deadline has passed when it returns; −1 for ever.
    private static func timeout(until deadline: MonotonicTime?, from now: MonotonicTime) -> CInt {
        guard let deadline else { return -1 }
        let nanoseconds = now.duration(to: deadline).nanoseconds
        guard nanoseconds > 0 else { return 0 }
        return CInt(clamping: (nanoseconds - 1) / 1_000_000 + 1)
    }
}
