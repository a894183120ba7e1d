internal import CLinux
internal import Glibc

/// Threads of our own: event loops and blocking work must not sit on the cooperative pool.
package enum Threads {
    /// Starts a thread. All signals but those of crashes are blocked in it, so that they reach the thread that watches
    /// them.
    ///
    /// - Parameter name: seen in `top -H` and debuggers; the first 15 bytes count.
    package static func spawn(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) -> ThreadHandle
    {
        var blocked = sigset_t()
        var before = sigset_t()
        sigfillset(&blocked)
        for signal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT] { sigdelset(&blocked, signal) }
        // The new thread inherits the mask: there is no moment in which it could take a signal.
        pthread_sigmask(SIG_SETMASK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, runThread, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError(call: "pthread_create", code: code, subject: name)
        }
        return ThreadHandle(thread: thread)
    }

    /// The processors this process may run on.
    package static var processorCount: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }
}

/// A started thread, to wait for. One that is never joined ends with the process.
package struct ThreadHandle: Sendable {
    fileprivate let thread: pthread_t

    /// Waits until the thread has ended. Call it once at most.
    package func join() {
        pthread_join(thread, nil)
    }
}

private final class ThreadStart {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// A plain function: a closure formed in a program's `main` would belong to the main actor and trap on this thread.
private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    meshtop_name_thread(start.name)
    start.body()
    return nil
}
