import Glibc
import HTTPTransport
import SystemIO
import TestSupport
import Testing

@Suite struct `A listener` {
    private let loop: EventLoop
    private let recorder = ServerRecorder()

    init() throws {
        loop = try EventLoop()
    }

    @Test func `drains busy connections and closes idle ones`() throws {
        let listener = try HTTPListener(loop: loop, address: .loopback(), handler: recorder)
        let idle = try RawPeer(loop, connectingTo: listener.boundAddress)
        let busy = try RawPeer(loop, connectingTo: listener.boundAddress)
        recorder.onEnd = { if $0.peerAddress.port == idle.socket.localAddress?.port { $0.answer("first") } }
        idle.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
        busy.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
        #expect(runs(loop) { recorder.streams.count == 2 && idle.text.hasSuffix("first") })
        var isDrained = false

        listener.drain(deadline: .seconds(60)) { isDrained = true }
        #expect(runs(loop) { idle.hasEnded })
        #expect(!isDrained)
        recorder.streams.first { !$0.isOver }?.answer("second")

        #expect(runs(loop) { busy.hasEnded && isDrained })
        #expect(busy.text.contains("connection: close") && busy.text.hasSuffix("second"))
        let late = try RawPeer(loop, connectingTo: listener.boundAddress)
        #expect(runs(loop) { late.isBroken })
    }

    @Test func `aborts what is left when draining takes too long`() throws {
        let listener = try HTTPListener(loop: loop, address: .loopback(), handler: recorder)
        let busy = try RawPeer(loop, connectingTo: listener.boundAddress)
        busy.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
        #expect(runs(loop) { recorder.streams.count == 1 })
        var isDrained = false

        listener.drain(deadline: .milliseconds(10)) { isDrained = true }

        #expect(runs(loop) { isDrained && busy.isBroken })
        #expect(recorder.events.last == "aborted: the listener shut down")
    }

    @Test func `leaves connections beyond its limit waiting`() throws {
        var limits = HTTPServerLimits()
        limits.connections = 1
        let listener = try HTTPListener(loop: loop, address: .loopback(), limits: limits, handler: recorder)
        recorder.onEnd = { $0.answer("ok") }
        let first = try RawPeer(loop, connectingTo: listener.boundAddress)
        first.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
        #expect(runs(loop) { first.text.hasSuffix("ok") })
        let second = try RawPeer(loop, connectingTo: listener.boundAddress)
        second.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
        rests(loop, milliseconds: 20)
        #expect(second.text == "" && listener.connectionCount == 1)

        first.close()

        #expect(runs(loop) { second.text.hasSuffix("ok") })
    }

    /// Descriptors are the process's: the test runs in one of its own.
    @Test func `survives running out of descriptors`() async {
        await #expect(processExitsWith: .success) {
            let loop = try EventLoop()
            let recorder = ServerRecorder()
            recorder.onEnd = { $0.answer("ok") }
            let listener = try HTTPListener(loop: loop, address: .loopback(), handler: recorder)
            var exhaustions = 0
            listener.onExhaustion = { _ in exhaustions += 1 }
            let peer = try RawPeer(loop, connectingTo: listener.boundAddress)
            peer.send(lines("GET / HTTP/1.1\nHost: a\n\n"))
            // All that is left, so that the waiting connection cannot be accepted.
            var taken: [CInt] = []
            var limit = rlimit(rlim_cur: 64, rlim_max: 64)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            while true {
                let descriptor = dup(0)
                if descriptor < 0 { break }
                taken.append(descriptor)
            }

            guard runs(loop, until: { exhaustions == 2 }) else { exit(2) }
            for descriptor in taken { close(descriptor) }
            guard runs(loop, until: { peer.text.hasSuffix("ok") }) else { exit(3) }
            exit(0)
        }
    }
}
