import Glibc
import Quantities
import Synchronization
import SystemIO
import TestSupport
import Testing

@Suite struct `An event loop` {
    @Test func `runs timers in order of their time`() throws {
        let loop = try EventLoop()
        var fired: [Int] = []

        for delay in [5, 1, 3, 2, 4] {
            loop.schedule(after: .milliseconds(delay)) { fired.append(delay) }
        }
        let cancelled = loop.schedule(after: .milliseconds(2)) { fired.append(0) }
        loop.cancel(cancelled)
        loop.cancel(cancelled)

        #expect(runs(loop) { fired.count == 5 })
        #expect(fired == [1, 2, 3, 4, 5])
    }

    @Test func `agrees with a sorted list about many timers`() throws {
        let loop = try EventLoop()
        var fired: [Int] = []
        var expected: [(delay: Int, number: Int)] = []

        for number in 0..<2000 {
            let delay = number &* 7919 % 2003
            let timer = loop.schedule(after: .microseconds(delay)) { fired.append(delay) }
            if number % 3 == 0 { loop.cancel(timer) } else { expected.append((delay, number)) }
        }

        #expect(runs(loop) { fired.count == expected.count })
        #expect(fired == expected.map(\.delay).sorted())
    }

    @Test func `runs work of other threads`() throws {
        let loop = try EventLoop()
        let handle = loop.handle
        let count = Atomic(0)
        let threads = try (0..<4).map { number in
            try Threads.spawn(name: "submitter") {
                for _ in 0..<1000 { handle.submit { count.add(1, ordering: .relaxed) } }
            }
        }

        #expect(runs(loop) { count.load(ordering: .relaxed) == 4000 })

        for thread in threads { thread.join() }
    }

    @Test func `stops when told from another thread, even before it runs`() throws {
        let loop = try EventLoop()
        loop.handle.stop()

        loop.run()
    }

    @Test func `drops events for a handler that is gone`() throws {
        let loop = try EventLoop()
        var calls = 0
        var descriptors: [CInt] = [0, 0]
        try #require(pipe(&descriptors) == 0)
        var more: [CInt] = [0, 0]
        try #require(pipe(&more) == 0)
        // Whichever is called first takes the other away: both are ready in the same turn.
        var registrations: [EventLoop.Registration] = []
        for descriptor in [descriptors[0], more[0]] {
            registrations.append(
                try loop.register(descriptor, for: .readable) { _ in
                    calls += 1
                    for registration in registrations { loop.unregister(registration) }
                })
        }

        for descriptor in [descriptors[1], more[1]] { #expect(write(descriptor, "x", 1) == 1) }
        rests(loop, milliseconds: 5)

        #expect(calls == 1)
        for descriptor in descriptors + more { close(descriptor) }
    }

    @Test func `is released with all that waited in it`() throws {
        final class Witness {}
        var loop: EventLoop? = try EventLoop()
        weak var witness: Witness?
        do {
            let held = Witness()
            witness = held
            loop?.schedule(after: .seconds(60)) { withExtendedLifetime(held) {} }
        }
        #expect(witness != nil)

        loop = nil

        #expect(witness == nil)
    }
}

@Suite struct `A deadline` {
    @Test func `passes once, at its last setting`() throws {
        let loop = try EventLoop()
        var passes = 0
        let deadline = Deadline(loop: loop) { passes += 1 }
        let start = SystemClock.monotonic()

        deadline.arm(after: .milliseconds(1))
        deadline.arm(after: .milliseconds(20))
        #expect(runs(loop) { passes == 1 })

        #expect(start.duration(to: SystemClock.monotonic()) >= .milliseconds(19))
        deadline.arm(after: .seconds(60))
        deadline.arm(after: .milliseconds(1))
        #expect(runs(loop) { passes == 2 })
    }

    @Test func `does not pass when it is lifted`() throws {
        let loop = try EventLoop()
        var passes = 0
        let deadline = Deadline(loop: loop) { passes += 1 }

        deadline.arm(after: .milliseconds(1))
        deadline.disarm()
        rests(loop, milliseconds: 5)

        #expect(passes == 0)
    }
}
