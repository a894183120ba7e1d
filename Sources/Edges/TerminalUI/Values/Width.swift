/// How many cells text takes, by our own table: it does not depend on the locale, so layouts and tests are the same
/// everywhere. Ambiguous scalars count as 1, as terminals outside East Asia draw them.
package enum Width {
    /// What a scalar does on a screen.
    package enum Behaviour: Hashable, Sendable {
        /// Takes one or two cells.
        case cells(Int)
        /// Is drawn over the character before it.
        case combines
        /// A line break or a tab; drawn as one space.
        case separates
        /// A control character, bidi override, joiner or variation selector; never drawn, because it could move the
        /// cursor, reverse the line, or make terminals disagree about widths.
        case hidden
    }

    package static func behaviour(of scalar: Unicode.Scalar) -> Behaviour {
        let value = scalar.value
        if value < 0x80 {
            if value >= 0x20 && value != 0x7F { return .cells(1) }
            return value == 0x09 || value == 0x0A || value == 0x0D ? .separates : .hidden
        }
        // Box drawing, blocks, arrows, braille and Latin: what screens are mostly made of.
        if (0x2500..<0x25FD).contains(value) || (0x00AE..<0x0300).contains(value)
            || (0x2800..<0x2900).contains(value) || (0x2190..<0x231A).contains(value)
        {
            return .cells(1)
        }
        if value == 0x2028 || value == 0x2029 || value == 0x85 { return .separates }
        if contains(WidthTable.undrawable, value) { return .hidden }
        if contains(WidthTable.combining, value) { return .combines }
        return .cells(contains(WidthTable.wide, value) ? 2 : 1)
    }

    /// The cells that `text` takes when it is drawn.
    package static func of(_ text: some StringProtocol) -> Int {
        var total = 0
        for scalar in text.unicodeScalars {
            switch behaviour(of: scalar) {
            case .cells(let count): total += count
            case .separates: total += 1
            case .combines, .hidden: break
            }
        }
        return total
    }

    /// `text` cut to at most `limit` cells, the last of them an ellipsis when something was cut. A wide character is
    /// never split. The result holds only what can be drawn.
    package static func truncated(
        _ text: some StringProtocol, to limit: Int, ellipsis: Unicode.Scalar = "…"
    ) -> String {
        guard limit > 0 else { return "" }
        var kept = String.UnicodeScalarView()
        var used = 0
        // Where to cut if the text turns out too long: the longest prefix of at most limit − 1 cells.
        var cut = (length: kept.endIndex, found: false)
        for scalar in text.unicodeScalars {
            let drawn: Unicode.Scalar
            let cells: Int
            switch behaviour(of: scalar) {
            case .cells(let count): (drawn, cells) = (scalar, count)
            case .separates: (drawn, cells) = (" ", 1)
            case .combines: (drawn, cells) = (scalar, 0)
            case .hidden: continue
            }
            if used + cells > limit - 1, !cut.found { cut = (kept.endIndex, true) }
            if used + cells > limit {
                var shortened = String.UnicodeScalarView(kept[..<cut.length])
                shortened.append(ellipsis)
                return String(shortened)
            }
            kept.append(drawn)
            used += cells
        }
        return String(kept)
    }

    /// `text` cut or filled with spaces to exactly `width` cells.
    package static func padded(
        _ text: some StringProtocol, to width: Int, alignment: Alignment = .leading, ellipsis: Unicode.Scalar = "…"
    ) -> String {
        let fitting = truncated(text, to: width, ellipsis: ellipsis)
        let missing = max(0, width - of(fitting))
        switch alignment {
        case .leading: return fitting + String(repeating: " ", count: missing)
        case .trailing: return String(repeating: " ", count: missing) + fitting
        case .centre:
            return String(repeating: " ", count: missing / 2) + fitting
                + String(repeating: " ", count: missing - missing / 2)
        }
    }

    /// Binary search in sorted ranges.
    private static func contains(_ ranges: [(first: UInt32, last: UInt32)], _ value: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].last < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].first <= value
    }
}

/// Where text stands in a wider place.
package enum Alignment: Hashable, Sendable {
    case leading, centre, trailing
}
