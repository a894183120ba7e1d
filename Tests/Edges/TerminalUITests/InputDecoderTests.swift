import TestSupport
import Testing

@testable import TerminalUI

@Suite("The input decoder")
struct InputDecoderTests {
    private static let vectors: [(bytes: String, events: [InputEvent])] = [
        ("q", [.key(Key(.character("q")))]),
        ("G:", [.key(Key(.character("G"))), .key(Key(.character(":")))]),
        ("é", [.key(Key(.character("é")))]),
        ("日🙂", [.key(Key(.character("日"))), .key(Key(.character("🙂")))]),
        ("\r", [.key(Key(.enter))]),
        ("\t", [.key(Key(.tab))]),
        ("\u{7F}", [.key(Key(.backspace))]),
        ("\u{0C}", [.key(Key(.character("l"), .control))]),
        ("\u{00}", [.key(Key(.character(" "), .control))]),
        ("\u{1B}[A", [.key(Key(.up))]),
        ("\u{1B}OB", [.key(Key(.down))]),
        ("\u{1B}[1;5C", [.key(Key(.right, .control))]),
        ("\u{1B}[1;2D", [.key(Key(.left, .shift))]),
        ("\u{1B}[H\u{1B}[4~", [.key(Key(.home)), .key(Key(.end))]),
        ("\u{1B}[5~\u{1B}[6;3~", [.key(Key(.pageUp)), .key(Key(.pageDown, .alt))]),
        ("\u{1B}[3~\u{1B}[2~", [.key(Key(.delete)), .key(Key(.insert))]),
        ("\u{1B}OP\u{1B}[15~\u{1B}[24~", [.key(Key(.function(1))), .key(Key(.function(5))), .key(Key(.function(12)))]),
        ("\u{1B}[[C", [.key(Key(.function(3)))]),
        ("\u{1B}[Z", [.key(Key(.tab, .shift))]),
        ("\u{1B}x", [.key(Key(.character("x"), .alt))]),
        ("\u{1B}ä", [.key(Key(.character("ä"), .alt))]),
        ("\u{1B}\r", [.key(Key(.enter, .alt))]),
        ("\u{1B}[I\u{1B}[O", [.focus(true), .focus(false)]),
        ("\u{1B}[<0;10;5M", [.mouse(Mouse(.press(.left), at: Point(x: 9, y: 4)))]),
        ("\u{1B}[<0;10;5m", [.mouse(Mouse(.release(.left), at: Point(x: 9, y: 4)))]),
        ("\u{1B}[<2;300;5M", [.mouse(Mouse(.press(.right), at: Point(x: 299, y: 4)))]),
        ("\u{1B}[<64;1;1M", [.mouse(Mouse(.wheelUp, at: .zero))]),
        ("\u{1B}[<81;1;1M", [.mouse(Mouse(.wheelDown, at: .zero, modifiers: .control))]),
        ("\u{1B}[<32;3;3M", [.mouse(Mouse(.drag(.left), at: Point(x: 2, y: 2)))]),
        ("\u{1B}[<35;3;3M", []),
        ("\u{1B}[M !!", [.mouse(Mouse(.press(.left), at: .zero))]),
        ("\u{1B}[200~two\rlines\u{1B}[201~x", [.paste("two\nlines"), .key(Key(.character("x")))]),
        ("\u{1B}[200~a\u{1B}[31mb\u{07}\u{202E}c\u{1B}[201~", [.paste("a[31mbc")]),
        ("\u{1B}[200~\u{1B}[201~", []),
        ("\u{1B}[97;5u", [.key(Key(.character("a"), .control))]),
        // What nobody asked for is dropped without a trace.
        ("\u{1B}[?1;2c", []),
        ("\u{1B}[999~q", [.key(Key(.character("q")))]),
        ("\u{85}\u{202E}", []),
    ]

    @Test(arguments: vectors.indices)
    func `bytes become events`(index: Int) {
        let vector = InputDecoderTests.vectors[index]
        var decoder = InputDecoder()

        let events = decoder.feed(Array(vector.bytes.utf8))

        #expect(events == vector.events)
        #expect(!decoder.isWaiting)
    }

    @Test(arguments: vectors.indices)
    func `it does not matter where the bytes are split`(index: Int) {
        let vector = InputDecoderTests.vectors[index]
        let bytes = Array(vector.bytes.utf8)

        for split in 0...bytes.count {
            var decoder = InputDecoder()
            let events = decoder.feed(bytes[..<split]) + decoder.feed(bytes[split...])
            #expect(events == vector.events)
        }
    }

    @Test
    func `a lone escape waits, and is one when nothing follows`() {
        var decoder = InputDecoder()

        #expect(decoder.feed([0x1B]) == [])
        #expect(decoder.isWaiting)
        #expect(decoder.flush() == [.key(Key(.escape))])
        #expect(!decoder.isWaiting)
        #expect(decoder.feed([0x1B, 0x1B]) == [.key(Key(.escape))])
        #expect(decoder.flush() == [.key(Key(.escape))])
        #expect(decoder.feed(Array("\u{1B}[".utf8)) == [])
        #expect(decoder.flush() == [.key(Key(.character("["), .alt))])
    }

    @Test
    func `a paste that goes on waits for its end, not for time`() {
        var decoder = InputDecoder()

        #expect(decoder.feed(Array("\u{1B}[200~half".utf8)) == [])
        #expect(!decoder.isWaiting)
        #expect(decoder.flush() == [])
        #expect(decoder.feed(Array(" way\u{1B}[201~".utf8)) == [.paste("half way")])
    }

    @Test
    func `a paste without end is cut at its limit`() throws {
        var decoder = InputDecoder()
        _ = decoder.feed(Array("\u{1B}[200~".utf8))
        for _ in 0..<80 { #expect(decoder.feed([UInt8](repeating: 0x61, count: 1 << 14)) == []) }

        let events = decoder.feed(Array("\u{1B}[201~".utf8))

        guard case .paste(let text) = try #require(events.first) else { return }
        #expect(text.utf8.count == InputDecoder.maximumPaste)
    }

    @Test
    func `terminfo's sequences win`() {
        var decoder = InputDecoder(
            keys: KeySequences(terminfo: [Array("\u{1B}[25~".utf8): Key(.function(3), .shift), [0x08]: Key(.left)]))

        #expect(decoder.feed(Array("\u{1B}[25~\u{08}".utf8)) == [.key(Key(.function(3), .shift)), .key(Key(.left))])
    }

    @Test
    func `an answer about synchronised output is noted and makes no event`() {
        var decoder = InputDecoder()

        #expect(decoder.feed(Array("\u{1B}[?2026;2$y".utf8)) == [])

        #expect(decoder.hasSynchronizedOutput)
    }

    @Test(arguments: SeededGenerator.seeds(200))
    func `no bytes trap it, stall it or make it hoard`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let likely: [UInt8] = [
            0x1B, 0x5B, 0x4F, 0x3C, 0x4D, 0x6D, 0x3B, 0x31, 0x32, 0x30, 0x7E, 0x80, 0xC3, 0xF0, 0xFF, 0x3F,
        ]
        var decoder = InputDecoder()

        for _ in 0..<20 {
            let bytes = (0..<64).map { _ in
                random.oneIn(3) ? UInt8.random(in: 0...255, using: &random) : likely.randomElement(using: &random) ?? 0
            }
            _ = decoder.feed(bytes)
        }
        _ = decoder.feed(Array("\u{1B}[201~".utf8))
        _ = decoder.flush()

        #expect(decoder.feed(Array("q".utf8)) == [.key(Key(.character("q")))])
    }

    @Test
    func `keys have the names that bindings use`() {
        let names = [
            Key(.character(" ")), Key(.character("l"), .control), Key(.tab, .shift), Key(.escape), Key(.pageDown),
            Key(.function(5)),
        ].map(\.name)

        #expect(names == ["space", "ctrl+l", "shift+tab", "esc", "pgdn", "f5"])
        #expect(Key(.character("é")).text == "é")
        #expect(Key(.character("l"), .control).text == nil)
    }

    @Test
    func `the terminal's answer about its background is told from keys, however it is split`() {
        for answer in [
            "\u{1B}]11;rgb:1e1e/2f2f/ffff\u{7}", "\u{1B}]11;rgba:1e/2f/ff/ff\u{1B}\\", "\u{1B}]11;rgb:1e/2f/ff\u{7}",
        ] {
            for split in 0...answer.utf8.count {
                var decoder = InputDecoder()
                var events = decoder.feed(Array(answer.utf8.prefix(split)))
                // Once it is clear what it is, no pause makes keys of it.
                if split >= 5 { events += decoder.flush() }
                events += decoder.feed(Array(answer.utf8.dropFirst(split)) + [0x71])
                #expect(events == [.background(.rgb(0x1E, 0x2F, 0xFF)), .key(Key(.character("q")))])
            }
        }
    }

    @Test
    func `answers that make no sense are dropped and hold nothing up`() {
        var decoder = InputDecoder()

        #expect(decoder.feed(Array("\u{1B}]11;nonsense\u{7}q".utf8)) == [.key(Key(.character("q")))])
        #expect(decoder.feed(Array(("\u{1B}]11;" + String(repeating: "f", count: 90)).utf8)).isEmpty)
        #expect(decoder.feed([0x71]) == [.key(Key(.character("q")))])
        #expect(decoder.feed([0x1B, 0x5D]).isEmpty)
        #expect(decoder.flush() == [.key(Key(.character("]"), .alt))])
    }
}
