/// Something that came from the terminal.
package enum InputEvent: Hashable, Sendable {
    case key(Key)
    case mouse(Mouse)
    /// Text pasted in one piece: never commands. Control characters but line feeds and tabs are removed.
    case paste(String)
    case resize(Size)
    /// The terminal's window gained or lost the keyboard.
    case focus(Bool)
    /// The terminal's answer to what its background is.
    case background(Color)
}

/// A key press.
package struct Key: Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        /// What typing the key would write. Space is a character.
        case character(Character)
        case enter, escape, tab, backspace, delete, insert
        case up, down, left, right, home, end, pageUp, pageDown
        /// F1 is 1.
        case function(Int)
    }

    package struct Modifiers: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let shift = Modifiers(rawValue: 1)
        package static let alt = Modifiers(rawValue: 2)
        package static let control = Modifiers(rawValue: 4)
    }

    package var code: Code
    /// Shift is set only where the character does not already say it.
    package var modifiers: Modifiers

    package init(_ code: Code, _ modifiers: Modifiers = []) {
        self.code = code
        self.modifiers = modifiers
    }

    /// `q`, `G`, `:`, `space`, `up`, `shift+tab`, `ctrl+l`, `alt+x`, `enter`, `esc`, `backspace`, `delete`, `insert`,
    /// `home`, `end`, `pgup`, `pgdn`, `f5`.
    package var name: String {
        let plain =
            switch code {
            case .character(" "): "space"
            case .character(let character): String(character)
            case .enter: "enter"
            case .escape: "esc"
            case .tab: "tab"
            case .backspace: "backspace"
            case .delete: "delete"
            case .insert: "insert"
            case .up: "up"
            case .down: "down"
            case .left: "left"
            case .right: "right"
            case .home: "home"
            case .end: "end"
            case .pageUp: "pgup"
            case .pageDown: "pgdn"
            case .function(let number): "f\(number)"
            }
        var name = ""
        if modifiers.contains(.control) { name += "ctrl+" }
        if modifiers.contains(.alt) { name += "alt+" }
        if modifiers.contains(.shift) { name += "shift+" }
        return name + plain
    }

    /// The key of a ``name``; nothing when none is called so.
    package static func named(_ name: String) -> Key? {
        var rest = Substring(name)
        var modifiers: Modifiers = []
        for (word, modifier) in [("ctrl+", Modifiers.control), ("alt+", .alt), ("shift+", .shift)]
        where rest.hasPrefix(word) && rest.count > word.count {
            modifiers.insert(modifier)
            rest = rest.dropFirst(word.count)
        }
        let code: Code? =
            switch rest {
            case "space": .character(" ")
            case "enter": .enter
            case "esc": .escape
            case "tab": .tab
            case "backspace": .backspace
            case "delete": .delete
            case "insert": .insert
            case "up": .up
            case "down": .down
            case "left": .left
            case "right": .right
            case "home": .home
            case "end": .end
            case "pgup": .pageUp
            case "pgdn": .pageDown
            default:
                if rest.count == 1, let character = rest.first, character != " " {
                    .character(character)
                } else if rest.first == "f", let number = Int(rest.dropFirst()), (1...24).contains(number) {
                    .function(number)
                } else {
                    nil
                }
            }
        return code.map { Key($0, modifiers) }
    }

    /// What the key types into a prompt, if anything.
    package var text: String? {
        guard case .character(let character) = code, modifiers.isDisjoint(with: [.control, .alt]) else { return nil }
        return String(character)
    }
}

/// A button, wheel or pointer event at a cell.
package struct Mouse: Hashable, Sendable {
    package enum Button: Hashable, Sendable {
        case left, middle, right
    }

    package enum Kind: Hashable, Sendable {
        case press(Button)
        case release(Button)
        /// Moved with a button held down.
        case drag(Button)
        case wheelUp, wheelDown, wheelLeft, wheelRight
    }

    package var kind: Kind
    /// The cell, from 0 at the top left.
    package var position: Point
    package var modifiers: Key.Modifiers

    package init(_ kind: Kind, at position: Point, modifiers: Key.Modifiers = []) {
        self.kind = kind
        self.position = position
        self.modifiers = modifiers
    }
}
