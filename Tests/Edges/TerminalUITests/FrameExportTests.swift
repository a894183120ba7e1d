import TerminalUI
import Testing

@Suite("What leaves a frame")
struct FrameExportTests {
    private func frame(_ draw: (inout Frame) -> Void) -> Frame {
        var frame = Frame(size: Size(width: 6, height: 2))
        draw(&frame)
        return frame
    }

    @Test func `text with colours begins and ends each piece`() {
        let frame = frame {
            $0.put("ok", at: Point(x: 0, y: 0), style: .plain)
            $0.put("no", at: Point(x: 3, y: 0), style: Style(foreground: .rgb(255, 0, 16), attributes: .bold))
            $0.put("x", at: Point(x: 0, y: 1), style: Style(foreground: .indexed(9), background: .indexed(200)))
        }

        #expect(
            frame.ansiText == "ok \u{1B}[1;38;2;255;0;16mno\u{1B}[0m \n\u{1B}[91;48;5;200mx\u{1B}[0m     \n")
    }

    @Test func `an image has words as text at their cells, and lines as lines`() {
        let frame = frame {
            $0.put("╭─a<b", at: Point(x: 0, y: 0), style: Style(foreground: .rgb(1, 2, 3)))
            $0.put("┃", at: Point(x: 5, y: 1), style: .plain)
        }
        let image = frame.svg(title: "a & b", base: Style(foreground: .rgb(9, 9, 9), background: .rgb(0, 0, 0)))

        #expect(image.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 50.4 34\""))
        #expect(image.contains("<title>a &amp; b</title>"))
        // The word's three cells begin at the third.
        #expect(image.contains("<text x=\"16.8\" y=\"13\" textLength=\"25.2\""))
        #expect(image.contains(" fill=\"#010203\">a&lt;b</text>"))
        #expect(image.contains("Q4.2 8.5 4.2 17"), "the corner is round: \(image)")
        #expect(image.contains("stroke=\"#090909\" stroke-width=\"2.4\""))
        #expect(image.hasSuffix("</svg>\n"))
    }

    @Test func `what is reversed, and what has a ground of its own, stands on it`() {
        let frame = frame {
            $0.put("a", at: Point(x: 0, y: 0), style: Style(attributes: .reverse))
            $0.put("b", at: Point(x: 1, y: 0), style: Style(background: .indexed(1)))
        }
        let image = frame.svg(title: "", base: Style(foreground: .rgb(255, 255, 255), background: .rgb(0, 0, 0)))

        #expect(image.contains("<rect x=\"0\" y=\"0\" width=\"8.4\" height=\"17\" fill=\"#ffffff\"/>"))
        #expect(image.contains("<rect x=\"8.4\" y=\"0\" width=\"8.4\" height=\"17\" fill=\"#cd0000\"/>"))
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("ü", "w7w="),
    ])
    func `a text for the clipboard is in base64`(text: String, encoded: String) {
        // The vectors of RFC 4648, section 10.
        #expect(Clipboard.sequence(text) == Array("\u{1B}]52;c;\(encoded)\u{7}".utf8))
    }

    @Test func `what no clipboard takes is not sent`() {
        #expect(Clipboard.sequence(String(repeating: "x", count: 56_244)) != nil)
        #expect(Clipboard.sequence(String(repeating: "x", count: 56_245)) == nil)
    }
}
