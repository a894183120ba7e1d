internal import CNcurses

/// Terminfo's entry of the current terminal, as ncurses reads it. Only for the thread that owns the terminal, between
/// `newterm` and `delscreen`.
enum Terminfo {
    /// A string capability, without the padding delays that only hardware terminals need; empty when there is none.
    static func string(_ name: String) -> [UInt8] {
        guard let value = tigetstr(name), Int(bitPattern: value) != -1 else { return [] }
        return bytes(value)
    }

    /// A number, or 0.
    static func number(_ name: String) -> Int { max(0, Int(tigetnum(name))) }

    /// A string capability with one parameter filled in.
    static func string(_ name: String, _ first: Int) -> [UInt8] {
        guard let format = tigetstr(name), Int(bitPattern: format) != -1,
            let value = meshtop_tiparm1(format, CInt(clamping: first))
        else { return [] }
        return bytes(value)
    }

    /// A string capability with two parameters filled in.
    static func string(_ name: String, _ first: Int, _ second: Int) -> [UInt8] {
        guard let format = tigetstr(name), Int(bitPattern: format) != -1,
            let value = meshtop_tiparm2(format, CInt(clamping: first), CInt(clamping: second))
        else { return [] }
        return bytes(value)
    }

    /// Delays are written `$<5>`, with `*` and `/` after the number.
    private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        var result: [UInt8] = []
        var skipping = false
        var index = 0
        while text[index] != 0 {
            let byte = UInt8(bitPattern: text[index])
            if byte == 0x24, text[index + 1] == 0x3C { skipping = true }
            if !skipping { result.append(byte) }
            if skipping, byte == 0x3E { skipping = false }
            index += 1
        }
        return result
    }

    /// What frames need. The strings are taken now, so that drawing asks ncurses nothing.
    static func capabilities(depth: ColorDepth) -> OutputCapabilities {
        var capabilities = OutputCapabilities.ecma48(depth)
        // ECMA-48 is recognised by what it makes of a place.
        let isStandard = string("cup", 4, 9) == Array("\u{1B}[5;10H".utf8)
        if !isStandard { capabilities.moveTo = { row, column in string("cup", row, column) } }
        capabilities.hasRelativeMotion = isStandard && string("cuf", 3) == Array("\u{1B}[3C".utf8)
        let colors = min(number("colors"), depth == .mono ? 0 : 256)
        // Direct-colour entries count colours differently: there indexes above 7 are shades of blue.
        if colors > 0, number("colors") <= 256 {
            capabilities.foregrounds = (0..<colors).map { string("setaf", $0) }
            capabilities.backgrounds = (0..<colors).map { string("setab", $0) }
        }
        capabilities.canTakeBack = isStandard && string("op") == Array("\u{1B}[39;49m".utf8)
        capabilities.reset = reset(isStandard)
        capabilities.attributes = ["bold", "dim", "sitm", "smul", "rev"].map { string($0) }
        capabilities.eraseToEnd = string("el")
        capabilities.clear = string("clear")
        capabilities.showCursor = string("cnorm")
        capabilities.hideCursor = string("civis")
        return capabilities
    }

    /// `sgr0` also switches off the line-drawing character set, which is never on here.
    private static func reset(_ isStandard: Bool) -> [UInt8] {
        let full = string("sgr0")
        guard isStandard, full.contains(0x5B) else { return full }
        return Array("\u{1B}[m".utf8)
    }

    /// The keys of this terminal.
    static func keys() -> KeySequences {
        var keys: [[UInt8]: Key] = [:]
        for (name, key) in KeySequences.capabilities {
            let sequence = string(name)
            if !sequence.isEmpty { keys[sequence] = key }
        }
        // Extended capabilities: kUP5 is Up with xterm's modifier number 5.
        let extended: [(String, Key.Code)] = [
            ("kUP", .up), ("kDN", .down), ("kLFT", .left), ("kRIT", .right), ("kHOM", .home), ("kEND", .end),
            ("kPRV", .pageUp), ("kNXT", .pageDown), ("kDC", .delete),
        ]
        for (name, code) in extended {
            for modifier in 3...8 {
                let sequence = string("\(name)\(modifier)")
                if !sequence.isEmpty { keys[sequence] = Key(code, Key.Modifiers(rawValue: UInt8(modifier - 1))) }
            }
        }
        return KeySequences(terminfo: keys)
    }
}
