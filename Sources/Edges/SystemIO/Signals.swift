internal import CLinux
internal import Glibc

extension EventLoop {
    /// Has `handler` called on the loop when one of `signals` arrives, instead of what the process would do otherwise.
    ///
    /// The signals are blocked in the calling thread, and in those that ``Threads`` spawns all are: call it on the main
    /// thread before others exist. A signal that comes before the loop runs is kept, not lost.
    package func watchSignals(_ signals: [CInt], _ handler: @escaping (CInt) -> Void) throws(SystemError) {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        let flags = CInt(SFD_NONBLOCK) | CInt(SFD_CLOEXEC)
        let descriptor = CInt(try require("signalfd") { signalfd(-1, &set, flags) })
        // The descriptor lives as long as the process: programs watch their signals once.
        try register(descriptor, for: .readable, edgeTriggered: false) { _ in
            var information = signalfd_siginfo()
            let size = MemoryLayout<signalfd_siginfo>.size
            while case .value(size) = systemCall({ read(descriptor, &information, size) }) {
                handler(CInt(information.ssi_signo))
            }
        }
    }
}
