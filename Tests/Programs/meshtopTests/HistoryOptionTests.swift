import Collector
import Testing

@testable import meshtop

/// How a history is asked for.
@Suite struct HistoryOptionTests {
    private func place(_ words: [String], configured: HistoryPlace? = nil) throws -> HistoryPlace? {
        try HistoryPlace(try Invocation(words: words, commands: Command.all), configured: configured)
    }

    private func message(_ words: [String]) -> String {
        do {
            return "\(String(describing: try place(words)))"
        } catch let error as UsageError {
            return error.message
        } catch {
            return "\(error)"
        }
    }

    @Test func `without the option there is none, with it there is one with limits of its own`() throws {
        #expect(try place([]) == nil)
        #expect(try place(["--history", "shop.history"]) == HistoryPlace(file: "shop.history"))
        #expect(
            try place(["graph", "--history", "h", "--history-age", "12h", "--history-size", "500MB"])
                == HistoryPlace(file: "h", age: .seconds(43_200), size: 500_000_000))
    }

    @Test func `an option wins over a context`() throws {
        let configured = HistoryPlace(file: "/c", age: .seconds(60), size: 1_000_000, isRequired: false)
        #expect(try place([], configured: configured) == configured)
        #expect(try place(["--history", "h"], configured: configured) == HistoryPlace(file: "h"))
        var longer = configured
        longer.age = .seconds(14 * 86_400)
        #expect(try place(["--history-age", "2w"], configured: configured) == longer)
    }

    @Test func `what cannot be meant is refused with what could`() {
        #expect(message(["--history-age", "7d"]) == "--history-age is about a history; name its file with --history")
        #expect(
            message(["--history", "h", "--history-age", "7"])
                == "--history-age wants an age like 12h, 7d or 4w, not “7”")
        #expect(
            message(["--history", "h", "--history-age", "30000d"])
                == "--history-age wants an age like 12h, 7d or 4w, not “30000d”")
        #expect(
            message(["--history", "h", "--history-size", "900kB"])
                == "--history-size wants a size of 1MB or more, like 500MB or 20GB, not “900kB”")
        #expect(message(["--history", ""]) == "--history wants a file")
    }

    @Test(arguments: ["", "graph", "edges", "services", "workloads", "check", "doctor", "demo"])
    func `every command that collects takes it`(name: String) throws {
        let words = (name.isEmpty ? [] : [name]) + ["--history", "h"]
        #expect(try Invocation(words: words, commands: Command.all).value("--history") == "h")
    }
}
