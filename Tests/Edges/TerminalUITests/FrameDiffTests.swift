import TestSupport
import Testing

@testable import TerminalUI

@Suite("The frame diff")
struct FrameDiffTests {
    @Test(arguments: ColorDepth.allCases, SeededGenerator.seeds(60))
    func `its bytes turn one frame into the next`(depth: ColorDepth, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let size = Size(width: Int.random(in: 1...40, using: &random), height: Int.random(in: 1...12, using: &random))
        let capabilities = OutputCapabilities.ecma48(depth)
        var screen = VirtualScreen(size: size)
        var shown: Frame?

        for _ in 0..<4 {
            let next =
                random.oneIn(3)
                ? changed(shown ?? Frame(size: size), &random) : randomFrame(size, &random)
            screen.feed(FrameDiff.bytes(from: shown, to: next, capabilities: capabilities))
            shown = next

            #expect(screen.complaints == [])
            #expect(screen.shows(next, depth: depth))
            #expect(screen.style == .plain)
            #expect(screen.isCursorShown == (next.cursor != nil))
            if let cursor = next.cursor { #expect(screen.cursor == cursor) }
        }
    }

    @Test
    func `an unchanged frame costs nothing`() {
        var random = SeededGenerator(seed: 1)
        let frame = randomFrame(Size(width: 80, height: 24), &random)

        #expect(FrameDiff.bytes(from: frame, to: frame, capabilities: .ecma48(.trueColor)) == [])
    }

    @Test
    func `one changed cell costs a move, a colour, a character and the way back`() {
        let before = Frame(size: Size(width: 80, height: 24))
        var after = before
        after.put("x", at: Point(x: 9, y: 4), style: Style(foreground: .indexed(1)))

        let bytes = FrameDiff.bytes(from: before, to: after, capabilities: .ecma48(.sixteen))

        #expect(String(decoding: bytes, as: UTF8.self) == "\u{1B}[5;10H\u{1B}[31mx\u{1B}[m")
    }

    @Test
    func `the blank end of a row is erased in one go`() {
        var before = Frame(size: Size(width: 60, height: 2))
        before.put(String(repeating: "y", count: 60), at: .zero)
        var after = Frame(size: before.size)
        after.put("yy", at: .zero)

        let bytes = FrameDiff.bytes(from: before, to: after, capabilities: .ecma48(.sixteen))

        #expect(String(decoding: bytes, as: UTF8.self) == "\u{1B}[;3H\u{1B}[K")
    }

    @Test
    func `the ink of blank cells is not looked at`() {
        let before = Frame(size: Size(width: 10, height: 1), style: Style(foreground: .indexed(1)))
        let after = Frame(size: before.size, style: Style(foreground: .indexed(2), attributes: .bold))

        #expect(FrameDiff.bytes(from: before, to: after, capabilities: .ecma48(.sixteen)) == [])
    }

    @Test(arguments: [ColorDepth.twoFiftySix, .trueColor])
    func `190 moving dots cost at most 5 kB`(depth: ColorDepth) {
        let theme = Theme.dark.adapted(to: depth)
        let frames = (0..<8).map { animated(tick: $0, theme: theme) }

        for (before, after) in zip(frames, frames.dropFirst()) {
            let bytes = FrameDiff.bytes(from: before, to: after, capabilities: .ecma48(depth))
            #expect(bytes.count <= 5_000)
            #expect(bytes.count > 1_000)
        }
    }

    @Test
    func `another size clears the screen first`() {
        let small = Frame(size: Size(width: 4, height: 2))
        var large = Frame(size: Size(width: 6, height: 3))
        large.put("hello", at: Point(x: 0, y: 2))
        var screen = VirtualScreen(size: large.size)
        screen.feed(Array("rubbish".prefix(5).utf8))

        screen.feed(FrameDiff.bytes(from: small, to: large, capabilities: .ecma48(.mono)))

        #expect(screen.shows(large, depth: .mono))
    }

    /// 200 × 50 with edges in two colours on every row, one of them alarming, and 190 dots on the way.
    private func animated(tick: Int, theme: Theme) -> Frame {
        var frame = Frame(size: Size(width: 200, height: 50), style: theme[.canvas])
        for y in 0..<50 {
            let edge = theme[y % 7 == 0 ? .failure : .edge]
            frame.fill(Rect(x: 4, y: y, width: 190, height: 1), with: "─", style: edge)
            let dots = y < 40 ? 4 : 3
            for dot in 0..<dots {
                frame.set(
                    Cell("●", style: theme[.traffic]), at: Point(x: 6 + (tick + dot * 47 + y * 13) % 186, y: y))
            }
        }
        return frame
    }

    private func randomStyle(_ random: inout SeededGenerator) -> Style {
        func color() -> Color {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1: .terminalDefault
            case 2: .indexed(UInt8.random(in: 0...255, using: &random))
            default:
                .rgb(
                    UInt8.random(in: 0...255, using: &random), UInt8.random(in: 0...255, using: &random),
                    UInt8.random(in: 0...255, using: &random))
            }
        }
        let attributes = random.oneIn(2) ? 0 : UInt8.random(in: 0..<32, using: &random)
        return Style(foreground: color(), background: color(), attributes: .init(rawValue: attributes))
    }

    private func draw(_ frame: inout Frame, _ random: inout SeededGenerator) {
        let texts = ["web", "─────", "日本語", "e\u{301}te\u{301}", "🙂 ok", "  ", "a", "░█", "\u{202E}evil\u{7}"]
        frame.put(
            texts.randomElement(using: &random) ?? "",
            at: Point(
                x: Int.random(in: -3..<frame.size.width + 1, using: &random),
                y: Int.random(in: 0..<frame.size.height, using: &random)), style: randomStyle(&random))
    }

    private func randomFrame(_ size: Size, _ random: inout SeededGenerator) -> Frame {
        var frame = Frame(size: size, style: random.oneIn(3) ? randomStyle(&random) : .plain)
        for _ in 0..<Int.random(in: 0..<30, using: &random) { draw(&frame, &random) }
        if random.oneIn(3) {
            frame.cursor = Point(
                x: Int.random(in: 0..<size.width, using: &random), y: Int.random(in: 0..<size.height, using: &random))
        }
        return frame
    }

    private func changed(_ frame: Frame, _ random: inout SeededGenerator) -> Frame {
        var frame = frame
        for _ in 0..<3 { draw(&frame, &random) }
        return frame
    }
}
