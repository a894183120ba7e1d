internal import CLinux
internal import Glibc
package import Quantities

/// What a descriptor is ready for, in epoll's bits, which are part of the kernel's interface.
package struct Readiness: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32

    @inlinable
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    // Computed and inlinable, as is ``intersects(_:)``: these are asked several times per event, and a stored constant
    // or a generic set operation of another module costs more than the event's own handling.
    @inlinable
    package static var readable: Readiness { Readiness(rawValue: 0x001) }
    @inlinable
    package static var writable: Readiness { Readiness(rawValue: 0x004) }
    /// The peer has sent its last byte (`EPOLLRDHUP`), both directions are gone (`EPOLLHUP`), or an error is pending.
    @inlinable
    package static var ended: Readiness { Readiness(rawValue: 0x2000 | 0x010 | 0x008) }
    /// The connection was reset or failed; unlike a half-close, nothing can be sent any more.
    @inlinable
    package static var broken: Readiness { Readiness(rawValue: 0x010 | 0x008) }

    /// Whether any of `others` is set here.
    @inlinable
    package func intersects(_ others: Readiness) -> Bool { rawValue & others.rawValue != 0 }
}

/// Somebody who waits for a descriptor.
package protocol EventHandler: AnyObject {
    /// The descriptor is ready. Registrations are edge-triggered unless asked otherwise: take what is there now, the
    /// loop will not remind.
    func ready(_ readiness: Readiness)
}

/// Work that an object has put off until the current event has been handled: see ``EventLoop/afterEvent(_:)``.
package protocol DeferredWork: AnyObject {
    func runDeferredWork()
}

/// One thread's event loop: descriptors, timers, signals and work submitted from other threads.
///
/// It belongs to the thread that runs it: everything registered with it is called on that thread, and it is not
/// `Sendable`. Other threads reach it only through its ``handle``. One turn of the loop is
///
///     wait for events → read the clock once → handlers, each followed by the work it deferred
///                     → work submitted by other threads → timers that are due
///
/// Its state, and that of connections, is marked `@exclusivity(unchecked)`: the dynamic checks were 6,000 of the 31,000
/// instructions of a proxied request. What they would catch – an access to a property during a longer one of the same –
/// is ruled out by never calling out while a property is held: callbacks get local copies.
package final class EventLoop {
    /// A registered descriptor. The generation tells an event for the last owner of a slot from one for the present.
    package struct Registration: Hashable, Sendable {
        fileprivate let slot: UInt32
        fileprivate let generation: UInt32
        fileprivate let descriptor: CInt
    }

    private struct Slot {
        var generation: UInt32 = 0
        var handler: (any EventHandler)?
    }

    /// How other threads reach this loop.
    package let handle: EventLoopHandle
    /// Room for one read, shared by everything on the loop: valid until the handler returns, so that an idle connection
    /// owns no buffer.
    package let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 64)
    /// A second room, for what a read becomes when it is decrypted.
    package let plaintextBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 64)
    /// Output buffers between uses.
    package let buffers = BufferPool()

    /// When the current turn began. Good enough for deadlines; read ``SystemClock`` to measure.
    @exclusivity(unchecked) package private(set) var now: MonotonicTime

    private let poll: CInt
    @exclusivity(unchecked) private var events: UnsafeMutableBufferPointer<epoll_event>
    @exclusivity(unchecked) private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    @exclusivity(unchecked) private var timers = TimerHeap()
    @exclusivity(unchecked) private var deferred: [any DeferredWork] = []
    @exclusivity(unchecked) private var runningDeferred: [any DeferredWork] = []
    @exclusivity(unchecked) private var isRunning = false

    package init() throws(SystemError) {
        poll = CInt(try require("epoll_create1") { epoll_create1(CInt(EPOLL_CLOEXEC)) })
        do {
            handle = try EventLoopHandle()
        } catch {
            close(poll)
            throw error
        }
        events = .allocate(capacity: 256)
        now = SystemClock.monotonic()
        // A peer that closes while we write must be an error of that write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        try register(handle.descriptor, for: .readable, edgeTriggered: false, handler: Wakeup(loop: self))
    }

    deinit {
        close(poll)
        events.deallocate()
        readBuffer.deallocate()
        plaintextBuffer.deallocate()
    }

    // MARK: Descriptors

    /// Has `handler` called when `descriptor` becomes ready; the loop keeps the handler until ``unregister(_:)``.
    @discardableResult
    package func register(
        _ descriptor: CInt, for readiness: Readiness, edgeTriggered: Bool = true, handler: any EventHandler
    ) throws(SystemError) -> Registration {
        let slot: UInt32
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot())
        }
        slots[Int(slot)].handler = handler
        let registration = Registration(
            slot: slot, generation: slots[Int(slot)].generation, descriptor: descriptor)
        do {
            try control(EPOLL_CTL_ADD, registration, readiness, edgeTriggered: edgeTriggered)
        } catch {
            release(slot)
            throw error
        }
        return registration
    }

    /// The same with a closure.
    @discardableResult
    package func register(
        _ descriptor: CInt, for readiness: Readiness, edgeTriggered: Bool = true,
        _ handler: @escaping (Readiness) -> Void
    ) throws(SystemError) -> Registration {
        try register(
            descriptor, for: readiness, edgeTriggered: edgeTriggered, handler: ClosureHandler(handler))
    }

    /// Changes what a registration waits for; an empty set pauses it.
    package func update(_ registration: Registration, for readiness: Readiness, edgeTriggered: Bool = true) {
        guard isCurrent(registration) else { return }
        // MOD fails only for a descriptor that is not registered, which the guard has excluded.
        try? control(EPOLL_CTL_MOD, registration, readiness, edgeTriggered: edgeTriggered)
    }

    /// Forgets a descriptor and releases its handler. Call it before the descriptor is closed. Events of the current
    /// turn that are still to be delivered for it are dropped.
    package func unregister(_ registration: Registration) {
        guard isCurrent(registration) else { return }
        release(registration.slot)
        // ENOENT or EBADF mean that the kernel has forgotten it already.
        _ = epoll_ctl(poll, EPOLL_CTL_DEL, registration.descriptor, nil)
    }

    private func control(
        _ operation: CInt, _ registration: Registration, _ readiness: Readiness, edgeTriggered: Bool
    ) throws(SystemError) {
        var event = epoll_event()
        event.events = readiness.rawValue | (edgeTriggered ? EPOLLET.rawValue : 0)
        event.data.u64 = UInt64(registration.generation) << 32 | UInt64(registration.slot)
        try require("epoll_ctl", "descriptor \(registration.descriptor)") {
            epoll_ctl(poll, operation, registration.descriptor, &event)
        }
    }

    private func isCurrent(_ registration: Registration) -> Bool {
        let slot = slots[Int(registration.slot)]
        return slot.generation == registration.generation && slot.handler != nil
    }

    private func release(_ slot: UInt32) {
        slots[Int(slot)].generation &+= 1
        slots[Int(slot)].handler = nil
        freeSlots.append(slot)
    }

    // MARK: Work

    /// Calls `work` on this loop once `delay` has passed, a millisecond late at most when the loop is idle.
    @discardableResult
    package func schedule(after delay: Duration, _ work: @escaping () -> Void) -> TimerID {
        timers.insert(at: now.advanced(by: delay), work)
    }

    /// Forgets a timer; one that has fired or was cancelled is ignored.
    package func cancel(_ timer: TimerID) {
        timers.remove(timer)
    }

    /// Has `work` run after the handler of the current event returns, before the next event: a connection flushes once
    /// what several calls have written. An object that is already waiting must not be added twice.
    @inline(__always)
    package func afterEvent(_ work: any DeferredWork) {
        deferred.append(work)
    }

    /// Calls `work` soon, on this loop and never from within this call.
    package func soon(_ work: @escaping () -> Void) {
        afterEvent(ClosureWork(work))
    }

    // MARK: Running

    /// Handles events until ``stop()``.
    package func run() {
        isRunning = true
        now = SystemClock.monotonic()
        runDeferred()
        while isRunning { turn() }
    }

    /// Ends ``run()`` after the current turn. From another thread, use the handle.
    package func stop() {
        isRunning = false
    }

    /// Runs until `condition` holds or `deadline` has passed, and tells whether it held. For blocking callers that own
    /// their loop, and for tests.
    package func run(until deadline: MonotonicTime, _ condition: () -> Bool) -> Bool {
        now = SystemClock.monotonic()
        runDeferred()
        let alarm = timers.insert(at: deadline) {}
        defer { timers.remove(alarm) }
        while !condition() {
            // At least one turn: what is ready is handled even when there is no time to wait for more.
            turn()
            if now >= deadline { return condition() }
        }
        return true
    }

    private func turn() {
        let timeout = deferred.isEmpty ? timers.millisecondsUntilNext(from: now) : 0
        let count = epoll_wait(poll, events.baseAddress, CInt(events.count), timeout)
        now = SystemClock.monotonic()
        // Negative only when a signal interrupted the wait: the turn goes on with no events.
        var index = 0
        while index < count {
            let event = events[index]
            index += 1
            let slot = Int(truncatingIfNeeded: event.data.u64 & 0xffff_ffff)
            let generation = UInt32(truncatingIfNeeded: event.data.u64 >> 32)
            guard slots[slot].generation == generation, let handler = slots[slot].handler else { continue }
            handler.ready(Readiness(rawValue: event.events))
            if !deferred.isEmpty { runDeferred() }
        }
        while let work = timers.popDue(now) {
            work()
            runDeferred()
        }
        if !deferred.isEmpty { runDeferred() }
    }

    /// Runs what has been deferred so far. Work that defers more has it run in the next round, so that two objects
    /// that keep deferring cannot starve the events: four rounds, then the rest waits for the next turn.
    private func runDeferred() {
        var rounds = 0
        while !deferred.isEmpty, rounds < 4 {
            swap(&deferred, &runningDeferred)
            var index = 0
            while index < runningDeferred.count {
                runningDeferred[index].runDeferredWork()
                index += 1
            }
            runningDeferred.removeAll(keepingCapacity: true)
            rounds += 1
        }
    }

    fileprivate func runSubmitted() {
        for work in handle.take() {
            work()
            runDeferred()
        }
        if handle.isStopped { stop() }
    }
}

/// Runs the work that other threads have submitted.
private final class Wakeup: EventHandler {
    // Not a cycle that matters: the loop drops it with its slots, and this reference does not keep the loop.
    private unowned let loop: EventLoop

    init(loop: EventLoop) {
        self.loop = loop
    }

    func ready(_ readiness: Readiness) {
        loop.runSubmitted()
    }
}

private final class ClosureHandler: EventHandler {
    private let handler: (Readiness) -> Void

    init(_ handler: @escaping (Readiness) -> Void) {
        self.handler = handler
    }

    func ready(_ readiness: Readiness) {
        handler(readiness)
    }
}

private final class ClosureWork: DeferredWork {
    private let work: () -> Void

    init(_ work: @escaping () -> Void) {
        self.work = work
    }

    func runDeferredWork() {
        work()
    }
}
