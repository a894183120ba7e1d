import Quantities
import SystemIO
import Testing

@Suite struct `A reply` {
    @Test func `is waited for until another thread brings it`() throws {
        let reply = try Reply<Int>()
        let thread = try Threads.spawn(name: "reply") { reply.bring(7) }
        defer { thread.join() }

        #expect(reply.wait(atMost: .seconds(10)) == 7)
        reply.bring(8)
        #expect(reply.wait(atMost: .zero) == 7, "only the first counts")
    }

    @Test func `that does not come is given up`() throws {
        let reply = try Reply<Int>()

        #expect(reply.wait(atMost: .milliseconds(5)) == nil)
    }
}
