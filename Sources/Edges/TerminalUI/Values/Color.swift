/// A colour of a cell: the terminal's own default, one of its numbered colours, or red, green and blue.
///
/// Four bytes, so that a frame of ten thousand cells copies and compares quickly.
package struct Color: Hashable, Sendable, BitwiseCopyable {
    package enum Kind: Hashable, Sendable {
        /// Whatever the terminal uses when nothing is said; keeps transparent backgrounds transparent.
        case terminalDefault
        /// 0…15 are the terminal's named colours, 16…231 a 6×6×6 cube, 232…255 greys.
        case indexed(UInt8)
        case rgb(red: UInt8, green: UInt8, blue: UInt8)
    }

    /// Kind in the top byte (0 default, 1 indexed, 2 rgb), the value below it.
    private let bits: UInt32

    private init(bits: UInt32) {
        self.bits = bits
    }

    package static let terminalDefault = Color(bits: 0)

    package static func indexed(_ index: UInt8) -> Color {
        Color(bits: 1 << 24 | UInt32(index))
    }

    package static func rgb(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Color {
        Color(bits: 2 << 24 | UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue))
    }

    package var kind: Kind {
        switch bits >> 24 {
        case 0: .terminalDefault
        case 1: .indexed(UInt8(truncatingIfNeeded: bits))
        default:
            .rgb(
                red: UInt8(truncatingIfNeeded: bits >> 16), green: UInt8(truncatingIfNeeded: bits >> 8),
                blue: UInt8(truncatingIfNeeded: bits))
        }
    }

    package var isDefault: Bool { bits == 0 }
}

/// How many colours a terminal can show.
package enum ColorDepth: Int, Hashable, Sendable, CaseIterable, Comparable {
    /// No colours at all: attributes carry the meaning.
    case mono
    /// The Linux console's, and plain `xterm`'s: no bright ones.
    case eight
    case sixteen
    case twoFiftySix
    case trueColor

    package static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rawValue < right.rawValue }
}
