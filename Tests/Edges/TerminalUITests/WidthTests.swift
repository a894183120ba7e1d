import Testing

@testable import TerminalUI

@Suite("Widths")
struct WidthTests {
    @Test(arguments: [
        ("web-v1", 6), ("", 0), ("日本", 4), ("e\u{301}", 1), ("é", 1), ("🙂", 2), ("─│┼", 3), ("±°", 2), ("한국", 4),
        ("a\u{202E}b\u{200D}\u{FE0F}", 2), ("a\tb\n", 4), ("\u{1B}[31m", 4), ("\u{0E01}\u{0E34}", 1), ("●►✓", 3),
    ])
    func `text takes as many cells as terminals give it`(text: String, width: Int) {
        #expect(Width.of(text) == width)
    }

    @Test
    func `what is cut ends in an ellipsis, and wide characters stay whole`() {
        #expect(Width.truncated("payment-service", to: 8) == "payment…")
        #expect(Width.truncated("payment", to: 7) == "payment")
        #expect(Width.truncated("日本語です", to: 6) == "日本…")
        #expect(Width.truncated("日本語です", to: 5) == "日本…")
        #expect(Width.truncated("abc", to: 1) == "…")
        #expect(Width.truncated("abc", to: 0) == "")
        #expect(Width.truncated("e\u{301}e\u{301}e\u{301}", to: 2) == "e\u{301}…")
    }

    @Test
    func `padding fills to the cell`() {
        #expect(Width.padded("日本", to: 6) == "日本  ")
        #expect(Width.padded("ab", to: 5, alignment: .trailing) == "   ab")
        #expect(Width.padded("ab", to: 5, alignment: .centre) == " ab  ")
        #expect(Width.padded("日本語", to: 4) == "日… ")
    }
}
