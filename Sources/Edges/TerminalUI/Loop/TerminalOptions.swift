/// What the user asked of the terminal.
package struct TerminalOptions: Hashable, Sendable {
    /// Whether to mark the beginning and end of a frame so that the terminal shows it in one piece (private mode 2026).
    package enum SynchronizedOutput: Hashable, Sendable {
        case off, on
        /// Asks the terminal, without waiting for the answer, and starts when it comes.
        case ask
    }

    /// Nothing: by what the terminal can and the environment says.
    package var colorDepth: ColorDepth?
    /// Nothing: braille in a UTF-8 locale, blocks on the Linux console, else ASCII.
    package var glyphs: GlyphSet?
    package var mouse: Bool
    package var synchronizedOutput: SynchronizedOutput
    /// Frames are drawn at most so often; what happens between two is folded into one. From 1 to 240.
    package var framesPerSecond: Int
    package var title: String
    /// Whether to ask the terminal for its background (OSC 11), without waiting; the answer comes as an event.
    package var asksBackground: Bool
    /// Descriptors of the terminal.
    package var input: CInt
    package var output: CInt

    package init(
        colorDepth: ColorDepth? = nil, glyphs: GlyphSet? = nil, mouse: Bool = true,
        synchronizedOutput: SynchronizedOutput = .off, framesPerSecond: Int = 30, title: String = "",
        asksBackground: Bool = false, input: CInt = 0, output: CInt = 1
    ) {
        self.colorDepth = colorDepth
        self.glyphs = glyphs
        self.mouse = mouse
        self.synchronizedOutput = synchronizedOutput
        self.framesPerSecond = min(max(framesPerSecond, 1), 240)
        self.title = title
        self.asksBackground = asksBackground
        self.input = input
        self.output = output
    }
}
