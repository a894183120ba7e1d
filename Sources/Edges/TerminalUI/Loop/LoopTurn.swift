package import Quantities

/// What happened since the loop's last turn.
package struct LoopTurn: Sendable {
    /// What came from the terminal, in order. The first turn brings the size.
    package var events: [InputEvent]
    /// Whether somebody called ``Waker/wake()``.
    package var wasWoken: Bool
    /// Whether the time of the last request's timer has come.
    package var isTimerDue: Bool
    package var now: MonotonicTime
    /// Whether the terminal takes frames more slowly than they are made; once it is, it stays so.
    package var isLinkSlow = false
}

/// What the loop's owner wants after a turn.
package struct LoopRequest: Sendable {
    package enum Action: Hashable, Sendable {
        case proceed
        /// Draw everything anew, whatever the screen is thought to show.
        case repaint
        /// Leave the screen and stop, as Ctrl-Z does.
        case suspend
        case finish
    }

    /// Whether the picture may have changed. What was asked for stays asked for until a frame is drawn.
    package var needsFrame: Bool
    /// When to turn again if nothing else happens; nothing to wait for ever. Replaces what was there.
    package var timer: MonotonicTime?
    package var action: Action
    /// Text for the clipboard of whoever sits at the terminal; see ``Clipboard``.
    package var clipboard: String?
    /// Whether the terminal makes its sound, or what its owner has instead of one.
    package var rings = false
    /// Somebody else who gets the terminal until this returns, as an editor; the loop stands still meanwhile.
    package var borrower: (@Sendable () -> Void)?

    package init(needsFrame: Bool, timer: MonotonicTime? = nil, action: Action = .proceed) {
        self.needsFrame = needsFrame
        self.timer = timer
        self.action = action
    }
}

/// Why the loop ended.
package enum LoopEnd: Hashable, Sendable {
    case finished
    /// SIGTERM, SIGHUP, SIGINT or SIGQUIT.
    case signal(CInt)
    /// The terminal is gone.
    case hangUp
}
