internal import CLinux
internal import Glibc

/// A program to start.
package struct ChildCommand: Sendable {
    /// Where an output stream of the child goes.
    package enum Output: Hashable, Sendable {
        case inherited
        case discarded
        /// Appended to the file at this path, which is made when it is not there.
        case file(String)
    }

    /// A path, or a name that is looked up in `PATH`.
    package var executable: String
    /// The arguments after the program's name.
    package var arguments: [String]
    /// The whole environment, `NAME=value`; by default that of this process.
    package var environment: [String]
    package var directory: String?
    package var standardOutput: Output
    package var standardError: Output
    /// Whether the kernel kills the child when the thread that started it dies, however it dies: no orphans.
    package var diesWithParent: Bool

    package init(
        _ executable: String, _ arguments: [String] = [], environment: [String] = ChildCommand.inheritedEnvironment,
        directory: String? = nil, standardOutput: Output = .inherited, standardError: Output = .inherited,
        diesWithParent: Bool = true
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.diesWithParent = diesWithParent
    }

    /// The environment of this process.
    package static var inheritedEnvironment: [String] {
        var entries: [String] = []
        var next = meshtop_environment()
        while let pointer = next, let entry = pointer.pointee {
            entries.append(String(cString: entry))
            next = pointer.advanced(by: 1)
        }
        return entries
    }
}

/// How a child ended.
package enum ChildExit: Hashable, Sendable, CustomStringConvertible {
    case code(Int)
    case signal(Int)

    package var description: String {
        switch self {
        case .code(let code): "exit code \(code)"
        case .signal(let signal): "signal \(signal)"
        }
    }
}

/// A started program, watched from an event loop.
package final class ChildProcess {
    package let processID: Int32
    /// How it ended; nothing while it runs.
    package private(set) var exit: ChildExit?
    /// Called on the loop when it has ended.
    package var onExit: ((ChildExit) -> Void)?

    private let loop: EventLoop
    private let descriptor: CInt
    private var registration: EventLoop.Registration?
    private var killTimer: TimerID?

    /// Starts the program. It reads nothing from its standard input.
    package init(_ command: ChildCommand, loop: EventLoop) throws(SystemError) {
        self.loop = loop
        let input = CInt(try require("open", "/dev/null") { Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) })
        defer { close(input) }
        let output = try Self.open(command.standardOutput, inherited: 1)
        defer { if output != 1 { close(output) } }
        let error = try Self.open(command.standardError, inherited: 2)
        defer { if error != 2 { close(error) } }
        processID = try Self.spawn(command, input: input, output: output, error: error)
        descriptor = CInt(
            try require("pidfd_open", command.executable) { [processID] in meshtop_pidfd_open(processID) })
        // The loop keeps the child until it has ended: nobody else needs to hold it for its exit to be noticed.
        registration = try loop.register(descriptor, for: .readable, edgeTriggered: false) { _ in self.reap() }
    }

    deinit {
        close(descriptor)
    }

    /// Sends a signal; a child that has ended is left alone.
    package func send(signal: CInt) {
        if exit == nil { kill(processID, signal) }
    }

    /// Asks the child to end (`SIGTERM`) and makes it (`SIGKILL`) once `grace` has passed.
    package func terminate(grace: Duration = .seconds(5)) {
        guard exit == nil, killTimer == nil else { return }
        send(signal: SIGTERM)
        killTimer = loop.schedule(after: grace) { [weak self] in self?.send(signal: SIGKILL) }
    }

    private func reap() {
        var status: CInt = 0
        guard case .value(let ended) = systemCall({ waitpid(processID, &status, WNOHANG) }), ended > 0 else { return }
        let result: ChildExit =
            meshtop_exited(status) != 0
            ? .code(Int(meshtop_exit_code(status))) : .signal(Int(meshtop_exit_signal(status)))
        exit = result
        if let registration { loop.unregister(registration) }
        registration = nil
        if let killTimer { loop.cancel(killTimer) }
        let callback = onExit
        onExit = nil
        callback?(result)
    }

    private static func open(_ output: ChildCommand.Output, inherited: CInt) throws(SystemError) -> CInt {
        switch output {
        case .inherited: return inherited
        case .discarded:
            return CInt(try require("open", "/dev/null") { Glibc.open("/dev/null", O_WRONLY | O_CLOEXEC) })
        case .file(let path):
            return CInt(
                try require("open", path) { Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644) })
        }
    }

    static func spawn(_ command: ChildCommand, input: CInt, output: CInt, error: CInt)
        throws(SystemError) -> Int32
    {
        var arguments = ([command.executable] + command.arguments).map { strdup($0) } + [nil]
        var environment = command.environment.map { strdup($0) } + [nil]
        defer {
            for text in arguments { free(text) }
            for text in environment { free(text) }
        }
        let standard = [input, output, error]
        return Int32(
            try require("spawn", command.executable) {
                meshtop_spawn(
                    command.executable, &arguments, &environment, command.directory, standard,
                    command.diesWithParent ? SIGKILL : 0)
            })
    }
}
