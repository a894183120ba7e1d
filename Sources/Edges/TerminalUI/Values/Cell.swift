/// One cell of a frame: a character and its style.
///
/// A wide character takes two cells: the left one holds it, the right one is its ``Half/trailing`` half. Frames keep
/// such pairs whole; a half never stands alone.
package struct Cell: Hashable, Sendable, BitwiseCopyable {
    package enum Half: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// The character fits this cell alone.
        case whole
        /// The left half of a wide character; `scalar` is the character.
        case leading
        /// The right half of the wide character to the left; `scalar` is a space.
        case trailing
    }

    package private(set) var scalar: Unicode.Scalar
    /// A combining mark that belongs over `scalar`, or NUL. One is kept; further marks on the same character are
    /// dropped, which bounds a cell and loses nothing in any name seen in a mesh.
    package private(set) var mark: Unicode.Scalar
    package private(set) var half: Half
    package var style: Style

    package init(_ scalar: Unicode.Scalar = " ", style: Style = .plain) {
        self.scalar = scalar
        self.mark = "\0"
        self.half = .whole
        self.style = style
    }

    init(scalar: Unicode.Scalar, half: Half, style: Style) {
        self.scalar = scalar
        self.mark = "\0"
        self.half = half
        self.style = style
    }

    /// A space in the terminal's own colours.
    package static let blank = Cell()

    /// Adds a combining mark unless there is one.
    mutating func combine(_ mark: Unicode.Scalar) {
        if self.mark == "\0", half != .trailing { self.mark = mark }
    }

    /// Whether both look the same on a screen: the colour of ink that is not there does not count.
    func looksLike(_ other: Cell) -> Bool {
        if self == other { return true }
        return isInkless && other.isInkless && style.background == other.style.background
    }

    /// A space that shows nothing but its background.
    var isInkless: Bool {
        scalar == " " && mark == "\0" && half == .whole && style.attributes.isDisjoint(with: [.underline, .reverse])
    }
}
