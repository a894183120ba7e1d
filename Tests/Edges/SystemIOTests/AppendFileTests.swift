import Glibc
import Quantities
import SystemIO
import TestSupport
import Testing

@Suite struct `Appended files` {
    private let directory: String

    init() throws {
        directory = try Files.makeTemporaryDirectory(prefix: "append")
    }

    @Test func `have every line of every thread, whole`() throws {
        let file = try AppendFile("\(directory)/log")
        let threads = try (0..<4).map { number in
            try Threads.spawn(name: "w\(number)") {
                for count in 0..<500 { file.append(Array("\(number) \(count)\n".utf8)) }
            }
        }
        for thread in threads { thread.join() }
        file.close()

        let lines = String(decoding: try Files.read("\(directory)/log"), as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2000)
        #expect(file.tally == AppendFile.Tally(written: 2000, dropped: 0))
        for number in 0..<4 {
            let own = lines.filter { $0.hasPrefix("\(number) ") }
            #expect(own == (0..<500).map { "\(number) \($0)" }.map { Substring($0) })
        }
    }

    @Test func `go on in a new file when the old one was moved away`() throws {
        let path = "\(directory)/log"
        let file = try AppendFile(path)
        file.append(Array("one\n".utf8))
        try #require(eventually { file.tally.written == 1 })
        try #require(rename(path, "\(path).1") == 0)
        let isReopened = try Reply<Bool>()
        file.reopen { isReopened.bring($0 == nil) }
        #expect(isReopened.wait(atMost: patience) == true)
        file.append(Array("two\n".utf8))
        file.close()

        #expect(try Files.read("\(path).1") == Array("one\n".utf8))
        #expect(try Files.read(path) == Array("two\n".utf8))
    }

    @Test func `stay in use when no new one can be opened`() throws {
        let path = "\(directory)/sub/log"
        try Files.makeDirectory("\(directory)/sub")
        let file = try AppendFile(path)
        try #require(rename("\(directory)/sub", "\(directory)/gone") == 0)
        let failure = try Reply<String>()
        file.reopen { failure.bring($0?.call ?? "none") }
        #expect(failure.wait(atMost: patience) == "open")
        file.append(Array("one\n".utf8))
        file.close()

        #expect(try Files.read("\(directory)/gone/log") == Array("one\n".utf8))
    }

    @Test func `drop whole lines that nobody takes, and count them`() throws {
        // A pipe that nobody reads takes 64 kB; the line after that waits, and there is room for ten more.
        let path = "\(directory)/pipe"
        try #require(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        try #require(reader >= 0)
        defer { close(reader) }
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 99) + [10]
        let file = try AppendFile(path, limit: 1000)
        var appended: UInt64 = 0
        try #require(
            eventually {
                file.append(line)
                appended += 1
                return file.tally.dropped >= 10
            })
        file.close()

        let tally = file.tally
        #expect(tally.written + tally.dropped == appended)
        var taken = [UInt8](repeating: 0, count: 1 << 20)
        #expect(read(reader, &taken, taken.count) >= Int(tally.written) * 100)
    }

    @Test func `that cannot be opened say which and why`() {
        let error = #expect(throws: SystemError.self) { try AppendFile("\(directory)/none/log") }
        #expect(error?.description.contains("\(directory)/none/log") == true)
    }
}
