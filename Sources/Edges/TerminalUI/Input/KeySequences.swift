/// Which bytes are which key: what terminfo says of this terminal, and what terminals like xterm send anyway.
package struct KeySequences: Sendable {
    private var keys: [[UInt8]: Key]

    /// Only what xterm and its many relatives send.
    package static let xterm = KeySequences(terminfo: [:])

    /// `terminfo` maps whole sequences to keys; they win over the built-in ones.
    package init(terminfo: [[UInt8]: Key]) {
        keys = KeySequences.fixed
        for (sequence, key) in terminfo where !sequence.isEmpty { keys[sequence] = key }
    }

    /// The key of exactly that sequence.
    func key(_ sequence: ArraySlice<UInt8>) -> Key? { keys[Array(sequence)] }

    /// Terminfo's names of the keys we know, by capability.
    static let capabilities: [(name: String, key: Key)] = {
        var list: [(String, Key)] = [
            ("kcuu1", Key(.up)), ("kcud1", Key(.down)), ("kcub1", Key(.left)), ("kcuf1", Key(.right)),
            ("khome", Key(.home)), ("kend", Key(.end)), ("kpp", Key(.pageUp)), ("knp", Key(.pageDown)),
            ("kich1", Key(.insert)), ("kdch1", Key(.delete)), ("kbs", Key(.backspace)), ("kent", Key(.enter)),
            ("kcbt", Key(.tab, .shift)), ("kri", Key(.up, .shift)), ("kind", Key(.down, .shift)),
            ("kLFT", Key(.left, .shift)), ("kRIT", Key(.right, .shift)),
        ]
        for number in 1...12 { list.append(("kf\(number)", Key(.function(number)))) }
        return list
    }()

    /// Sequences that need more than the general rule in ``InputDecoder``.
    private static let fixed: [[UInt8]: Key] = {
        var keys: [[UInt8]: Key] = [:]
        func set(_ sequence: String, _ code: Key.Code, _ modifiers: Key.Modifiers = []) {
            keys[[0x1B] + Array(sequence.utf8)] = Key(code, modifiers)
        }
        // Application and normal cursor keys, in any combination of terminal and mode.
        for prefix in ["[", "O"] {
            set(prefix + "A", .up)
            set(prefix + "B", .down)
            set(prefix + "C", .right)
            set(prefix + "D", .left)
            set(prefix + "H", .home)
            set(prefix + "F", .end)
            set(prefix + "P", .function(1))
            set(prefix + "Q", .function(2))
            set(prefix + "R", .function(3))
            set(prefix + "S", .function(4))
        }
        set("[Z", .tab, .shift)
        set("OM", .enter)
        // The Linux console.
        for (index, letter) in ["A", "B", "C", "D", "E"].enumerated() { set("[[" + letter, .function(index + 1)) }
        // rxvt: shift and control with cursor keys.
        for (letter, code) in [("a", Key.Code.up), ("b", .down), ("c", .right), ("d", .left)] {
            set("[" + letter, code, .shift)
            set("O" + letter, code, .control)
        }
        return keys
    }()
}
