import Glibc
import SystemIO
import TestSupport
import Testing

@Suite struct `A socket address` {
    @Test func `prints as it was read`() {
        for text in ["127.0.0.1:80", "0.0.0.0:0", "[::1]:15001", "[fe80::1:2]:65535"] {
            #expect(SocketAddress(text)?.description == text)
        }
        #expect(SocketAddress("127.0.1.7:15001")?.isLoopback == true)
        #expect(SocketAddress("[::1]:1")?.isLoopback == true)
        #expect(SocketAddress("10.0.0.1:1")?.isLoopback == false)
        #expect(SocketAddress(ip: "::1", port: 9)?.description == "[::1]:9")
    }

    @Test func `is refused when it is anything else`() {
        for text in [
            "", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+1", "shop:80", "::1:80",
            "[127.0.0.1]:80",
            "[::1]", "127.0.0.1:80 ",
        ] {
            #expect(SocketAddress(text) == nil, "\(text)")
        }
    }
}

@Suite struct `A system error` {
    @Test func `says what failed, on what and why`() throws {
        let first = try Socket.listening(on: .loopback())
        defer { first.close() }
        let address = try #require(first.localAddress)

        let error = #expect(throws: SystemError.self) { try Socket.listening(on: address) }

        #expect(error?.description == "bind \(address): address already in use")
        #expect(error?.code == EADDRINUSE)
    }
}

@Suite struct `Whole files` {
    @Test func `are replaced whole and only for their owner`() throws {
        let directory = try Files.makeTemporaryDirectory(prefix: "files")
        defer { try? Files.remove(directory) }
        let path = directory + "/a/b/key.pem"
        try Files.makeDirectory(directory + "/a/b")

        try Files.writeAtomically(path, Array("old".utf8), mode: 0o644)
        try Files.writeAtomically(path, Array("new".utf8))

        #expect(try Files.read(path) == Array("new".utf8))
        #expect(try Files.list(directory + "/a/b") == ["key.pem"])
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(throws: SystemError.self) { try Files.read(path, limit: 2) }
    }

    @Test func `that are not there are named`() {
        let error = #expect(throws: SystemError.self) { try Files.read("/dev/null/mesh.yaml") }

        #expect(error?.description == "open /dev/null/mesh.yaml: not a directory")
    }
}

@Suite struct `A child process` {
    private let loop: EventLoop
    private let directory: String

    init() throws {
        loop = try EventLoop()
        directory = try Files.makeTemporaryDirectory(prefix: "child")
    }

    private func run(_ command: ChildCommand) throws -> ChildExit? {
        let child = try ChildProcess(command, loop: loop)
        #expect(runs(loop) { child.exit != nil })
        return child.exit
    }

    @Test func `gets its arguments, environment and output`() throws {
        defer { try? Files.remove(directory) }
        let output = directory + "/out"

        let exit = try run(
            ChildCommand(
                "/bin/sh", ["-c", "echo $NAME \"$1\"; pwd; exit 7", "sh", "two words"], environment: ["NAME=value"],
                directory: directory, standardOutput: .file(output)))

        #expect(exit == .code(7))
        #expect(try String(decoding: Files.read(output), as: UTF8.self) == "value two words\n\(directory)\n")
    }

    @Test func `that cannot be started is an error`() throws {
        defer { try? Files.remove(directory) }
        let error = #expect(throws: SystemError.self) {
            try ChildProcess(ChildCommand("/dev/null/program"), loop: loop)
        }

        #expect(error?.description == "spawn /dev/null/program: not a directory")
    }

    @Test func `is killed when it does not end in time`() throws {
        defer { try? Files.remove(directory) }
        let ready = directory + "/ready"
        let child = try ChildProcess(
            ChildCommand("/bin/sh", ["-c", "trap '' TERM; : > \(ready); while :; do sleep 1; done"]), loop: loop)
        var ended: ChildExit?
        child.onExit = { ended = $0 }
        #expect(eventually { Files.exists(ready) })

        child.terminate(grace: .milliseconds(10))

        #expect(runs(loop) { ended != nil })
        #expect(ended == .signal(Int(SIGKILL)))
    }

    @Test func `has its signals as they are by default`() throws {
        defer { try? Files.remove(directory) }
        let output = directory + "/out"

        let exit = try run(
            ChildCommand("/bin/grep", ["Sig[BI]", "/proc/self/status"], standardOutput: .file(output)))

        #expect(exit == .code(0))
        let text = try String(decoding: Files.read(output), as: UTF8.self)
        #expect(text.contains("SigBlk:\t0000000000000000"))
        // Above bit 30 come the signals that the C library keeps to itself and lets nobody reset.
        let ignored = text.split(separator: "\n").last?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
        #expect(ignored.map { $0 & 0x7fff_ffff } == 0)
    }
}

@Suite struct `Watched signals` {
    /// Signals are the process's: the test runs in one of its own.
    @Test func `reach the loop, also when they come before it runs`() async {
        await #expect(processExitsWith: .exitCode(42)) {
            let loop = try EventLoop()
            var received: [CInt] = []
            try loop.watchSignals([SIGTERM, SIGHUP]) { received.append($0) }
            raise(SIGHUP)
            raise(SIGTERM)

            exit(runs(loop, until: { received.count == 2 && received.contains(SIGTERM) }) ? 42 : 1)
        }
    }
}
