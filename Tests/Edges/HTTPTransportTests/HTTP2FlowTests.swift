import Testing

@testable import HTTPTransport

@Suite struct `What HTTP/2 keeps in memory` {
    @Test func `is what the sender was told to stop at, however long it goes on`() {
        var outbox = HTTP2Outbox()
        let piece = [UInt8](repeating: 1, count: 40_000)
        let frame = UnsafeMutableRawBufferPointer.allocate(byteCount: 16_384, alignment: 1)
        defer { frame.deallocate() }
        var sent = 0
        var drains = 0

        // A reader that never takes all of it.
        for _ in 0..<1000 {
            while true {
                piece.withUnsafeBytes { outbox.append($0) }
                sent += piece.count
                if outbox.noteFull() { break }
            }
            while outbox.count > 10_000 {
                let taken = outbox.take(into: frame)
                sent -= taken.count
                if taken.isDrained { drains += 1 }
            }
        }

        #expect(outbox.count == sent)
        #expect(drains == 1000)
        #expect(outbox.storedCount < 400_000)
    }

    @Test func `closes the connection's window when paused streams have sent too much`() {
        var intake = HTTP2Intake(limit: 100)

        #expect(intake.received(60) == 60)
        #expect(intake.noteWithheld(60) == 0)
        #expect(intake.received(10) == 10)
        // Beyond the limit the connection waits, the other streams with it.
        #expect(intake.noteWithheld(60) == 0)
        #expect(intake.received(60) == 0)
        #expect(intake.received(5) == 0)
        #expect(intake.noteWithheld(-60) == 65)
        #expect(intake.received(7) == 7)
    }
}
