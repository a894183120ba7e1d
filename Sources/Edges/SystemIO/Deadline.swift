internal import Quantities

/// A deadline that moves far more often than it passes: the idle time of a connection, the timeout of a request.
///
/// Moving it later, or lifting it, is a store of one number. The loop's timer stays where it is; when it fires early it
/// is set again for the time that remains. So a connection that serves a million requests before it idles sets a few
/// timers, not a million.
package final class Deadline {
    private let loop: EventLoop
    private var onExpiry: (() -> Void)?
    @exclusivity(unchecked) private var deadline: MonotonicTime?
    @exclusivity(unchecked) private var timer: (id: TimerID, fires: MonotonicTime)?

    /// - Parameter onExpiry: called on the loop when the deadline passes, once per arming. It is kept until
    ///   ``invalidate()``: mind cycles.
    package init(loop: EventLoop, onExpiry: @escaping () -> Void) {
        self.loop = loop
        self.onExpiry = onExpiry
    }

    package var isArmed: Bool { deadline != nil }

    /// Sets the deadline to `delay` from now, replacing the last one.
    package func arm(after delay: Duration) {
        arm(afterNanoseconds: delay.nanoseconds)
    }

    /// The same for a delay that was converted before: `Duration` counts in 128 bits, which shows when it happens several
    /// times a request.
    package func arm(afterNanoseconds delay: Int64) {
        let (sum, overflow) = loop.now.nanoseconds.addingReportingOverflow(UInt64(max(0, delay)))
        let fires = MonotonicTime(nanoseconds: overflow ? .max : sum)
        deadline = fires
        if let timer {
            if timer.fires <= fires { return }
            loop.cancel(timer.id)
        }
        set(fires)
    }

    /// Lifts the deadline; it can be armed again.
    package func disarm() {
        deadline = nil
    }

    /// Lifts the deadline for good and lets go of the callback.
    package func invalidate() {
        deadline = nil
        onExpiry = nil
        if let timer { loop.cancel(timer.id) }
        timer = nil
    }

    private func set(_ fires: MonotonicTime) {
        // The loop keeps this object while the timer is pending, which is why owners must invalidate it.
        timer = (loop.schedule(after: loop.now.duration(to: fires)) { self.fired() }, fires)
    }

    private func fired() {
        timer = nil
        guard let deadline else { return }
        if deadline > loop.now {
            set(deadline)
        } else {
            self.deadline = nil
            onExpiry?()
        }
    }
}
