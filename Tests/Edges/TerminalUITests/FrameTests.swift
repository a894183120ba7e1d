import Testing

@testable import TerminalUI

@Suite("Frames")
struct FrameTests {
    private func frame(_ width: Int, _ height: Int) -> Frame { Frame(size: Size(width: width, height: height)) }

    @Test
    func `text is clipped to the frame and ends in an ellipsis`() {
        var frame = frame(8, 2)

        let used = frame.put("payment-service", at: Point(x: 2, y: 0))
        frame.put("left", at: Point(x: -2, y: 1))

        #expect(used == 6)
        #expect(frame.lines == ["  payme…", "ft"])
    }

    @Test
    func `nothing reaches outside a clip region`() {
        var frame = frame(10, 4)

        frame.within(Rect(x: 2, y: 1, width: 4, height: 2)) { frame in
            frame.fill(Rect(x: -5, y: -5, width: 50, height: 50), with: "#")
            frame.put("abcdefghij", at: Point(x: 0, y: 1))
            frame.put("outside", at: Point(x: 0, y: 3))
        }

        #expect(frame.lines == ["", "  cde…", "  ####", ""])
    }

    @Test
    func `names from elsewhere cannot move the cursor or turn the line`() {
        var frame = frame(20, 1)

        frame.put("a\u{1B}[2J\u{202E}b\u{7}\nc", at: .zero)

        #expect(frame.lines == ["a[2Jb c"])
    }

    @Test
    func `a wide character is never split`() {
        var frame = frame(5, 3)

        frame.put("日本語", at: .zero)
        frame.put("ab日", at: Point(x: 2, y: 1))
        frame.put("日日", at: Point(x: 0, y: 2))
        frame.set(Cell("x"), at: Point(x: 1, y: 2))

        #expect(frame.lines == ["日本…", "  ab…", " x日"])
    }

    @Test
    func `a combining mark stays on its character`() {
        var frame = frame(6, 1)

        frame.put("e\u{301}a\u{301}x", at: .zero)

        #expect(frame.lines == ["e\u{301}a\u{301}x"])
        #expect(frame[Point(x: 2, y: 0)].scalar == "x")
    }

    @Test
    func `a box has a title that fits`() {
        var frame = frame(12, 3)
        var small = self.frame(3, 2)

        frame.box(Rect(x: 0, y: 0, width: 12, height: 3), glyphs: .braille, title: "payment-service")
        small.box(Rect(x: 0, y: 0, width: 3, height: 2), glyphs: .ascii, title: "x")

        #expect(frame.lines == ["╭─ payme… ─╮", "│          │", "╰──────────╯"])
        #expect(small.lines == ["+-+", "+-+"])
    }

    @Test
    func `no verb minds a frame of one cell or none`() {
        for size in [Size.zero, Size(width: 1, height: 1), Size(width: 2, height: 1)] {
            var frame = Frame(size: size)
            frame.put("日本 text", at: .zero)
            frame.put("text", in: frame.bounds, alignment: .centre)
            frame.box(Rect(x: 0, y: 0, width: 9, height: 9), glyphs: .braille, title: "title")
            frame.fill(frame.bounds.inset(columns: 3, rows: 3), with: "x")
            frame.restyle(Rect(x: -1, y: -1, width: 99, height: 99)) { $0.attributes = .bold }
            #expect(frame.cells.count == size.width * size.height)
        }
    }

    @Test
    func `text stands at the side it is told`() {
        var frame = frame(9, 3)

        frame.put("ab", in: Rect(x: 1, y: 0, width: 7, height: 1), alignment: .leading)
        frame.put("ab", in: Rect(x: 1, y: 1, width: 7, height: 1), alignment: .centre)
        frame.put("ab", in: Rect(x: 1, y: 2, width: 7, height: 1), alignment: .trailing)

        #expect(frame.lines == [" ab", "   ab", "      ab"])
    }

    @Test
    func `the role plane names what each cell means`() {
        let theme = Theme.dark
        var frame = Frame(size: Size(width: 12, height: 2), style: theme[.canvas])

        frame.put("ok", at: .zero, style: theme[.healthy])
        frame.put("bad", at: Point(x: 3, y: 0), style: theme[.failure])
        frame.fill(Rect(x: 0, y: 1, width: 12, height: 1), style: theme[.selection])
        frame.put("name", at: Point(x: 0, y: 1), style: theme[.selection])
        frame.put("bad", at: Point(x: 6, y: 1), style: theme.style(.failure, on: .selection))

        #expect(frame.plainText == "ok bad\nname  bad\n")
        #expect(frame.rolePlane(theme) == "gg fff\nssss__FFF___\n")
    }

    @Test
    func `one frame can be drawn into another`() {
        var inner = frame(4, 1)
        inner.put("日e\u{301}", at: .zero)
        var outer = frame(6, 2)

        outer.draw(inner, at: Point(x: 1, y: 1))

        #expect(outer.lines == ["", " 日e\u{301}"])
    }
}
