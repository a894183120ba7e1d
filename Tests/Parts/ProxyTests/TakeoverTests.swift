import Synchronization
import SystemIO
import TestSupport
import Testing

@testable import Proxy

/// Two proxies, one after the other, on one machine: what they say to each other.
@Suite("Takeover") struct TakeoverTests {
    private let loop: EventLoop
    private let path: String

    init() throws {
        loop = try EventLoop()
        path = try Files.makeTemporaryDirectory(prefix: "takeover") + "/socket"
    }

    private final class Running {
        var released = 0
        var offer: TakeoverOffer?
        let sockets: [Socket]

        init(_ count: Int) throws {
            let first = try Socket.listening(on: .loopback(), sharesPort: true)
            var sockets = [first]
            for _ in 1..<count {
                sockets.append(try Socket.listening(on: try #require(first.localAddress), sharesPort: true))
            }
            self.sockets = sockets
        }

        deinit {
            offer?.close()
            for socket in sockets { socket.close() }
        }
    }

    private func running(workers: Int = 2) throws -> Running {
        let running = try Running(workers)
        running.offer = try TakeoverOffer(
            loop: loop, path: path,
            delegate: TakeoverOffer.Delegate(
                sockets: { [unowned running] in $0(running.sockets.compactMap { try? $0.duplicate() }) },
                release: { [unowned running] in running.released += 1 }))
        return running
    }

    /// The new proxy asks before it has a loop, so that it blocks; here it does so beside the old one's loop.
    private func takeOver() throws -> Takeover? {
        let path = path
        let outcome = Mutex<Result<Confined<Takeover>?, ProxyError>?>(nil)
        let thread = try Threads.spawn(name: "successor") {
            let result = Result { () throws(ProxyError) in try Takeover(path: path).map { Confined($0) } }
            outcome.withLock { $0 = result }
        }
        #expect(runs(loop) { outcome.withLock { $0 != nil } })
        thread.join()
        return try outcome.withLock { $0 }?.get()?.value
    }

    @Test func `the new one gets every socket, and the old one is told when to go`() throws {
        let running = try running()
        let address = try #require(running.sockets[0].localAddress)

        let takeover = try #require(try takeOver())
        #expect(takeover.sockets.workers == 2)
        #expect(running.released == 0)
        var isReleased = false
        takeover.finish(on: loop) { isReleased = true }

        #expect(runs(loop) { isReleased })
        #expect(running.released == 1)
        let taken = (0..<3).map { _ in takeover.sockets.take(address) }
        #expect(taken.map { $0 != nil } == [true, true, false])
        #expect(taken[0]?.localAddress == address)
        for socket in taken { socket?.close() }
        // The next successor puts its own file there.
        #expect(!Files.exists(path))
        let next = try self.running()
        running.offer?.close()
        #expect(Files.exists(path), "the old one took its successor's file away")
        withExtendedLifetime(next) {}
    }

    @Test func `a successor that dies before it is ready changes nothing`() throws {
        let running = try running()
        let first = try LocalSocket.connecting(to: path, patience: 1)
        try first.send(TakeoverMessage.take.bytes)
        first.close()

        // Another one may come as soon as the loop has seen the first one's end.
        var second: Takeover?
        while second == nil { second = try? takeOver() }

        #expect(running.released == 0)
        #expect(second?.sockets.workers == 2)
        second?.sockets.closeRest()
    }

    @Test(arguments: ["take 2", "ready", "\u{0}", "socket"])
    func `what is no takeover is refused`(word: String) throws {
        let running = try running()
        let peer = try LocalSocket.connecting(to: path, patience: 5)
        defer { peer.close() }

        try peer.send(Array(word.utf8))
        for _ in 0..<100 { _ = loop.run(until: SystemClock.monotonic()) { false } }

        guard case .message(let answer) = try peer.receive() else {
            Issue.record("no answer")
            return
        }
        #expect(TakeoverMessage(answer.bytes) == .refused)
        #expect(running.released == 0)
    }

    @Test func `nobody there is no error`() throws {
        #expect(try Takeover(path: path) == nil)
        // What a proxy left that was killed.
        try LocalSocket.listening(at: path).close()
        #expect(try Takeover(path: path) == nil)
        let running = try running()
        #expect(try takeOver() != nil)
        withExtendedLifetime(running) {}
    }
}
