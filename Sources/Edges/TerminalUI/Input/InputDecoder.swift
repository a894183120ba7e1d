/// Turns bytes from a terminal into events. A value without clocks: the caller feeds bytes as they come and says with
/// ``flush()`` that nothing more came for a while, which is how a lone Escape is told from the start of a sequence.
///
/// Understands UTF-8 text, control keys, CSI and SS3 sequences of terminfo and of xterm's relatives with their
/// modifiers, SGR and X10 mouse reports whatever terminfo says of them, focus reports and bracketed paste. Bytes that
/// mean nothing are dropped; no input can make it grow beyond ``maximumPaste`` or stall.
package struct InputDecoder: Sendable {
    /// Longer pastes are cut here.
    package static let maximumPaste = 1 << 20
    /// No sequence that means something is longer.
    private static let maximumSequence = 64

    private let keys: KeySequences
    /// Bytes of a sequence that is not complete yet.
    private var pending: [UInt8] = []
    /// The text of a paste that is going on.
    private var paste: [UInt8]?
    /// Set when the terminal answers that it knows synchronised output.
    package private(set) var hasSynchronizedOutput = false

    package init(keys: KeySequences = .xterm) {
        self.keys = keys
    }

    /// Whether bytes wait for more; if none come soon, call ``flush()``.
    ///
    /// An answer of the terminal that has begun is not a key however slowly the rest comes.
    package var isWaiting: Bool { !pending.isEmpty && paste == nil && !isAnswer(from: 0) }

    /// The events that end with these bytes.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        pending += bytes
        var events: [InputEvent] = []
        var start = 0
        while start < pending.count {
            let used = paste == nil ? decode(from: start, isFinal: false, into: &events) : collect(from: start, &events)
            if used == 0 { break }
            start += used
        }
        pending.removeFirst(start)
        return events
    }

    /// The events of what waits, taken as it stands.
    package mutating func flush() -> [InputEvent] {
        guard isWaiting else { return [] }
        var events: [InputEvent] = []
        var start = 0
        while start < pending.count {
            start += max(1, decode(from: start, isFinal: true, into: &events))
        }
        pending.removeAll()
        return events
    }

    /// Decodes one event and returns how many bytes it took, or 0 when more are needed.
    private mutating func decode(from start: Int, isFinal: Bool, into events: inout [InputEvent]) -> Int {
        let byte = pending[start]
        if byte == 0x1B { return decodeEscape(from: start, isFinal: isFinal, into: &events) }
        if byte < 0x20 || byte == 0x7F {
            if let key = keys.key(pending[start...start]) ?? InputDecoder.controlKey(byte) { events.append(.key(key)) }
            return 1
        }
        if byte < 0x80 {
            events.append(.key(Key(.character(Character(Unicode.Scalar(byte))))))
            return 1
        }
        return decodeText(from: start, isFinal: isFinal, modifiers: [], into: &events)
    }

    private static func controlKey(_ byte: UInt8) -> Key? {
        switch byte {
        case 0x09: Key(.tab)
        case 0x0A, 0x0D: Key(.enter)
        case 0x08, 0x7F: Key(.backspace)
        case 0x00: Key(.character(" "), .control)
        case 0x01...0x1A: Key(.character(Character(Unicode.Scalar(byte + 0x60))), .control)
        case 0x1C...0x1F: Key(.character(Character(Unicode.Scalar(byte + 0x40))), .control)
        default: nil
        }
    }

    /// One scalar of UTF-8 that is not ASCII.
    private func decodeText(
        from start: Int, isFinal: Bool, modifiers: Key.Modifiers, into events: inout [InputEvent]
    ) -> Int {
        let first = pending[start]
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard (0xC2...0xF4).contains(first) else { return 1 }
        let available = pending[start..<min(start + length, pending.count)]
        // A wrong continuation is dropped with what came before it; the next byte starts afresh.
        if let wrong = available.dropFirst().firstIndex(where: { $0 & 0xC0 != 0x80 }) { return wrong - start }
        guard available.count == length else { return isFinal ? available.count : 0 }
        let text = String(decoding: available, as: UTF8.self)
        if let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1, scalar != "\u{FFFD}",
            Width.behaviour(of: scalar) != .hidden, Width.behaviour(of: scalar) != .separates
        {
            events.append(.key(Key(.character(Character(scalar)), modifiers)))
        }
        return length
    }

    private mutating func decodeEscape(from start: Int, isFinal: Bool, into events: inout [InputEvent]) -> Int {
        guard start + 1 < pending.count else {
            guard isFinal else { return 0 }
            events.append(.key(Key(.escape)))
            return 1
        }
        let next = pending[start + 1]
        switch next {
        case 0x1B:
            events.append(.key(Key(.escape)))
            return 1
        case 0x5B: return decodeControlSequence(from: start, isFinal: isFinal, into: &events)
        case 0x5D where isAnswer(from: start): return decodeAnswer(from: start, into: &events)
        case 0x5D where !isFinal && InputDecoder.answerStart.starts(with: pending[start...]): return 0
        case 0x4F:
            guard start + 2 < pending.count else {
                guard isFinal else { return 0 }
                events.append(.key(Key(.character("O"), .alt)))
                return 2
            }
            if let key = keys.key(pending[start...(start + 2)]) {
                events.append(.key(key))
                return 3
            }
            // The keypad's operators and digits in application mode: 0x6A is *, 0x70 is 0.
            let final = pending[start + 2]
            if (0x6A...0x79).contains(final) {
                events.append(.key(Key(.character(Character(Unicode.Scalar(final - 0x40))))))
            }
            return 3
        case 0x20..<0x7F:
            events.append(.key(Key(.character(Character(Unicode.Scalar(next))), .alt)))
            return 2
        case 0x80...:
            let used = decodeText(from: start + 1, isFinal: isFinal, modifiers: .alt, into: &events)
            return used == 0 ? 0 : used + 1
        default:
            if var key = InputDecoder.controlKey(next) {
                key.modifiers.insert(.alt)
                events.append(.key(key))
            }
            return 2
        }
    }

    private static let answerStart: [UInt8] = [0x1B, 0x5D, 0x31, 0x31, 0x3B]

    /// Whether `ESC ] 11 ;` stands there: nobody types that, so it is the answer to the question for the background.
    private func isAnswer(from start: Int) -> Bool {
        pending.count - start >= InputDecoder.answerStart.count
            && pending[start...].starts(with: InputDecoder.answerStart)
    }

    /// `ESC ] 11 ; rgb:1e1e/1e1e/1e1e` and BEL or `ESC \`.
    private func decodeAnswer(from start: Int, into events: inout [InputEvent]) -> Int {
        let body = start + InputDecoder.answerStart.count
        guard let end = pending[body...].firstIndex(where: { $0 < 0x20 }) else {
            return pending.count - start > InputDecoder.maximumSequence ? pending.count - start : 0
        }
        let isString = pending[end] == 0x1B
        guard !isString || end + 1 < pending.count else { return 0 }
        if let color = InputDecoder.color(pending[body..<end]) { events.append(.background(color)) }
        if isString { return (pending[end + 1] == 0x5C ? end + 2 : end) - start }
        return (pending[end] == 0x07 ? end + 1 : end) - start
    }

    /// `rgb:` or `rgba:` and three or more hexadecimal numbers of one to four digits, as X writes colours.
    private static func color(_ text: ArraySlice<UInt8>) -> Color? {
        let parts = text.split(separator: 0x3A)
        guard parts.count == 2, let kind = parts.first,
            kind.elementsEqual("rgb".utf8) || kind.elementsEqual("rgba".utf8)
        else { return nil }
        let values = parts[1].split(separator: 0x2F, omittingEmptySubsequences: false).prefix(3).compactMap { digits in
            // As many digits as there are, all F is full.
            (1...4).contains(digits.count) && digits.allSatisfy { $0 != 0x2B && $0 != 0x2D }
                ? UInt32(String(decoding: digits, as: UTF8.self), radix: 16).map { value in
                    UInt8(clamping: value * 255 / ((1 << (4 * UInt32(digits.count))) - 1))
                } : nil
        }
        return values.count == 3 ? .rgb(values[0], values[1], values[2]) : nil
    }

    /// `ESC [ parameters final`.
    private mutating func decodeControlSequence(
        from start: Int, isFinal: Bool, into events: inout [InputEvent]
    ) -> Int {
        var index = start + 2
        // The Linux console's function keys have a second bracket.
        if index < pending.count, pending[index] == 0x5B { index += 1 }
        while index < pending.count, (0x20..<0x40).contains(pending[index]) { index += 1 }
        guard index < pending.count else {
            if isFinal {
                // A bracket typed with Alt, or the torso of a sequence.
                if index == start + 2 { events.append(.key(Key(.character("["), .alt))) }
                return index - start
            }
            return index - start > InputDecoder.maximumSequence ? index - start : 0
        }
        let final = pending[index]
        guard (0x40..<0x7F).contains(final) else { return index - start }
        let body = pending[(start + 2)..<index]
        if final == 0x4D, body.isEmpty {
            // X10: three bytes, each a value plus 32.
            guard index + 3 < pending.count else { return isFinal ? pending.count - start : 0 }
            let values = pending[(index + 1)...(index + 3)].map { Int($0) - 32 }
            appendMouse(code: values[0], x: values[1], y: values[2], isRelease: values[0] & 3 == 3, into: &events)
            return index + 4 - start
        }
        interpret(body, final, whole: pending[start...index], into: &events)
        return index + 1 - start
    }

    private mutating func interpret(
        _ body: ArraySlice<UInt8>, _ final: UInt8, whole: ArraySlice<UInt8>, into events: inout [InputEvent]
    ) {
        if body.first == 0x3C, final == 0x4D || final == 0x6D {
            let values = InputDecoder.numbers(body.dropFirst())
            guard values.count == 3 else { return }
            appendMouse(code: values[0], x: values[1], y: values[2], isRelease: final == 0x6D, into: &events)
            return
        }
        if body.first == 0x3F, final == 0x79 {
            // DECRPM: mode 2026 is known when it is set (1) or reset (2), permanently or not.
            let values = InputDecoder.numbers(body.dropFirst().filter { $0 != 0x24 }[...])
            if values.count == 2, values[0] == 2026 { hasSynchronizedOutput = (1...3).contains(values[1]) }
            return
        }
        if let key = keys.key(whole) {
            events.append(.key(key))
            return
        }
        // Other answers and private reports.
        if let first = body.first, (0x3C...0x3F).contains(first) { return }
        let values = InputDecoder.numbers(body)
        switch (final, values.first ?? 0) {
        case (0x49, _): events.append(.focus(true))
        case (0x4F, _): events.append(.focus(false))
        case (0x7E, 200): paste = []
        case (0x7E, let number):
            guard let code = InputDecoder.tildeKey(number) else { return }
            events.append(.key(Key(code, InputDecoder.modifiers(values))))
        case (0x75, let number):
            // Keys by code point, as some terminals send them when asked to tell more of them apart.
            guard let key = InputDecoder.codePointKey(number, InputDecoder.modifiers(values)) else { return }
            events.append(.key(key))
        default:
            // ESC [ 1 ; modifiers final: the plain key of that letter with modifiers.
            guard let plain = keys.key([0x1B, 0x5B, final]) else { return }
            events.append(.key(Key(plain.code, InputDecoder.modifiers(values).union(plain.modifiers))))
        }
    }

    private func appendMouse(code: Int, x: Int, y: Int, isRelease: Bool, into events: inout [InputEvent]) {
        guard x >= 1, y >= 1, code >= 0 else { return }
        let position = Point(x: x - 1, y: y - 1)
        var modifiers: Key.Modifiers = []
        if code & 4 != 0 { modifiers.insert(.shift) }
        if code & 8 != 0 { modifiers.insert(.alt) }
        if code & 16 != 0 { modifiers.insert(.control) }
        let button: Mouse.Button? =
            switch code & 3 {
            case 0: .left
            case 1: .middle
            case 2: .right
            default: nil
            }
        let kind: Mouse.Kind?
        if code & 64 != 0 {
            kind = [Mouse.Kind.wheelUp, .wheelDown, .wheelLeft, .wheelRight][code & 3]
        } else if isRelease {
            // X10 does not say which button; the left one is the only one that matters to us.
            kind = .release(button ?? .left)
        } else if code & 32 != 0 {
            kind = button.map(Mouse.Kind.drag)
        } else {
            kind = button.map(Mouse.Kind.press)
        }
        if let kind { events.append(.mouse(Mouse(kind, at: position, modifiers: modifiers))) }
    }

    /// Collects a paste up to its end mark; returns how many bytes it took, or 0 when more are needed.
    private mutating func collect(from start: Int, _ events: inout [InputEvent]) -> Int {
        let mark: [UInt8] = [0x1B, 0x5B, 0x32, 0x30, 0x31, 0x7E]
        var index = start
        while index < pending.count {
            let rest = pending[index..<min(index + mark.count, pending.count)]
            if rest.elementsEqual(mark) {
                let text = InputDecoder.cleaned(paste ?? [])
                paste = nil
                if !text.isEmpty { events.append(.paste(text)) }
                return index + mark.count - start
            }
            // What may yet become the end mark waits for the rest.
            if rest.count < mark.count, mark.starts(with: rest) { break }
            if (paste?.count ?? 0) < InputDecoder.maximumPaste { paste?.append(pending[index]) }
            index += 1
        }
        return index - start
    }

    private static func cleaned(_ bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            // Terminals send line ends as carriage returns.
            if scalar == "\r" || (scalar == "\n" && !afterReturn) {
                text.append("\n")
            } else if scalar == "\t" || (scalar != "\n" && Width.behaviour(of: scalar) != .hidden) {
                text.append(scalar)
            }
            afterReturn = scalar == "\r"
        }
        return String(text)
    }

    /// Numbers between semicolons; an empty one is 0, sub-parameters after a colon are left out, and none is above a
    /// million.
    private static func numbers(_ bytes: ArraySlice<UInt8>) -> [Int] {
        bytes.split(separator: 0x3B, omittingEmptySubsequences: false).map { part in
            part.prefix { $0 != 0x3A }.reduce(0) { value, byte in
                (0x30...0x39).contains(byte) ? min(value * 10 + Int(byte - 0x30), 1_000_000) : value
            }
        }
    }

    /// xterm's second parameter is 1 plus a bit each for Shift, Alt and Control.
    private static func modifiers(_ values: [Int]) -> Key.Modifiers {
        guard values.count >= 2, values[1] >= 2 else { return [] }
        return Key.Modifiers(rawValue: UInt8(truncatingIfNeeded: values[1] - 1) & 7)
    }

    private static func tildeKey(_ number: Int) -> Key.Code? {
        switch number {
        case 1, 7: .home
        case 2: .insert
        case 3: .delete
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        case 11...15: .function(number - 10)
        case 17...21: .function(number - 11)
        case 23, 24: .function(number - 12)
        default: nil
        }
    }

    private static func codePointKey(_ number: Int, _ modifiers: Key.Modifiers) -> Key? {
        switch number {
        case 9: Key(.tab, modifiers)
        case 13: Key(.enter, modifiers)
        case 27: Key(.escape, modifiers)
        case 127: Key(.backspace, modifiers)
        default:
            UInt32(exactly: number).flatMap(Unicode.Scalar.init).flatMap { scalar in
                Width.behaviour(of: scalar) == .hidden
                    ? nil : Key(.character(Character(scalar)), modifiers.subtracting(.shift))
            }
        }
    }
}
