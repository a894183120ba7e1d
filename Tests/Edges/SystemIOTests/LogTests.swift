import SystemIO
import TestSupport
import Testing

@Suite struct `A log line` {
    @Test func `is one line of fields, whatever the values hold`() {
        #expect(
            Log.line(.warning, "proxy", "upstream unreachable", ["address": "127.0.0.1:80", "tries": 3]).hasSuffix(
                " level=warning subsystem=proxy message=\"upstream unreachable\" address=127.0.0.1:80 tries=3\n"))
        #expect(
            Log.line(.info, "a", "b", ["x": "one\ntwo \"three\"\u{1b}[0m", "empty": ""]).hasSuffix(
                #" message=b x="one\ntwo \"three\"\u{1b}[0m" empty="""# + "\n"))
    }

    @Test func `knows its levels by name`() {
        #expect(LogLevel("warning") == .warning)
        #expect(LogLevel("loud") == nil)
        #expect(LogLevel.debug < .info)
    }
}
