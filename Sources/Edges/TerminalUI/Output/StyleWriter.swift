/// Writes the bytes that turn one style into another, the shorter of two ways: taking back and setting what differs,
/// or resetting and setting everything. Neighbouring `ESC [ … m` sequences become one.
struct StyleWriter {
    private let capabilities: OutputCapabilities
    private var known: [Pair: [UInt8]] = [:]

    private struct Pair: Hashable {
        var from: Style
        var to: Style
    }

    init(_ capabilities: OutputCapabilities) {
        self.capabilities = capabilities
    }

    /// The bytes from `from` to `to`. Both are styles that the terminal has, see ``Style/reduced(to:)``.
    mutating func bytes(from: Style, to: Style) -> [UInt8] {
        if from == to { return [] }
        let pair = Pair(from: from, to: to)
        if let bytes = known[pair] { return bytes }
        var best = joined([capabilities.reset] + setting(to, after: .plain))
        if let changes = changes(from: from, to: to) {
            let bytes = joined(changes)
            if bytes.count < best.count { best = bytes }
        }
        known[pair] = best
        return best
    }

    /// What sets all of `style` after `base`, of which nothing has to be taken back.
    private func setting(_ style: Style, after base: Style) -> [[UInt8]] {
        var sequences: [[UInt8]] = []
        for index in capabilities.attributes.indices {
            let attribute = Style.Attributes(rawValue: 1 << UInt8(index))
            if style.attributes.contains(attribute), !base.attributes.contains(attribute) {
                sequences.append(capabilities.attributes[index])
            }
        }
        if style.foreground != base.foreground { sequences.append(color(style.foreground, foreground: true)) }
        if style.background != base.background { sequences.append(color(style.background, foreground: false)) }
        return sequences
    }

    private func changes(from: Style, to: Style) -> [[UInt8]]? {
        var base = from
        var sequences: [[UInt8]] = []
        func takeBack(_ code: String) { sequences.append([0x1B, 0x5B] + Array(code.utf8) + [0x6D]) }
        let gone = from.attributes.subtracting(to.attributes)
        // Bold and dim are taken back together.
        if !gone.isDisjoint(with: [.bold, .dim]) {
            takeBack("22")
            base.attributes.subtract([.bold, .dim])
        }
        for (attribute, code) in [(Style.Attributes.italic, "23"), (.underline, "24"), (.reverse, "27")]
        where gone.contains(attribute) {
            takeBack(code)
            base.attributes.remove(attribute)
        }
        if to.foreground.isDefault, !from.foreground.isDefault {
            takeBack("39")
            base.foreground = .terminalDefault
        }
        if to.background.isDefault, !from.background.isDefault {
            takeBack("49")
            base.background = .terminalDefault
        }
        if !sequences.isEmpty, !capabilities.canTakeBack { return nil }
        return sequences + setting(to, after: base)
    }

    private func color(_ color: Color, foreground: Bool) -> [UInt8] {
        switch color.kind {
        case .terminalDefault: return []
        case .indexed(let index):
            let table = foreground ? capabilities.foregrounds : capabilities.backgrounds
            return Int(index) < table.count ? table[Int(index)] : []
        case .rgb(let red, let green, let blue):
            // Semicolons, not the colons of ISO 8613-6: some terminals and multiplexers know only these.
            return Array("\u{1B}[\(foreground ? 38 : 48);2;\(red);\(green);\(blue)m".utf8)
        }
    }

    private func joined(_ sequences: [[UInt8]]) -> [UInt8] {
        var result: [UInt8] = []
        for sequence in sequences where !sequence.isEmpty {
            if isRendition(sequence), result.last == 0x6D, isRendition(result) {
                result[result.count - 1] = 0x3B
                result += sequence.dropFirst(2)
            } else {
                result += sequence
            }
        }
        return result
    }

    /// Whether it is one `ESC [ … m`.
    private func isRendition(_ sequence: [UInt8]) -> Bool {
        sequence.count >= 3 && sequence[0] == 0x1B && sequence[1] == 0x5B && sequence[sequence.count - 1] == 0x6D
            && sequence[2..<(sequence.count - 1)].allSatisfy { (0x30...0x3B).contains($0) }
    }
}
