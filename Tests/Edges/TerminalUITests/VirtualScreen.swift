@testable import TerminalUI

/// A terminal in a value: it understands what the diff may write, and takes note of everything else.
struct VirtualScreen {
    let size: Size
    private(set) var cells: [Cell]
    private(set) var cursor: Point? = Point.zero
    private(set) var isCursorShown = true
    private(set) var style = Style.plain
    /// What was not understood.
    private(set) var complaints: [String] = []

    init(size: Size) {
        self.size = size
        cells = [Cell](repeating: .blank, count: size.width * size.height)
    }

    /// Whether it shows `frame` as a terminal of that depth would.
    func shows(_ frame: Frame, depth: ColorDepth) -> Bool {
        zip(cells, frame.cells).allSatisfy { shown, wanted in
            var reduced = wanted
            reduced.style = wanted.style.reduced(to: depth)
            return shown.looksLike(reduced)
        }
    }

    mutating func feed(_ bytes: [UInt8]) {
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case 0x1B: index += escape(bytes[index...])
            case 0x0D:
                move(Point(x: 0, y: cursor?.y ?? complain("carriage return after the last column")))
                index += 1
            case 0x08:
                if let at = cursor { move(Point(x: at.x - 1, y: at.y)) } else { _ = complain("backspace from nowhere") }
                index += 1
            case 0x20...:
                let length = bytes[index] < 0x80 ? 1 : bytes[index] < 0xE0 ? 2 : bytes[index] < 0xF0 ? 3 : 4
                for scalar in String(decoding: bytes[index..<min(index + length, bytes.count)], as: UTF8.self)
                    .unicodeScalars
                {
                    print(scalar)
                }
                index += length
            default:
                _ = complain("byte \(bytes[index])")
                index += 1
            }
        }
    }

    private mutating func complain(_ what: String) -> Int {
        complaints.append(what)
        return 0
    }

    private mutating func move(_ point: Point) {
        guard Rect(size).contains(point) else {
            _ = complain("cursor at \(point)")
            return
        }
        cursor = point
    }

    private mutating func print(_ scalar: Unicode.Scalar) {
        if Width.behaviour(of: scalar) == .combines {
            guard let index = lastPrinted else { return }
            cells[index].combine(scalar)
            return
        }
        guard let at = cursor else {
            _ = complain("\(scalar) after the last column")
            return
        }
        let columns = Width.behaviour(of: scalar) == .cells(2) ? 2 : 1
        let index = at.y * size.width + at.x
        if at.x + columns > size.width {
            _ = complain("\(scalar) across the last column")
            return
        }
        for column in 0..<columns { breakPair(index + column) }
        if columns == 2 {
            cells[index] = Cell(scalar: scalar, half: .leading, style: style)
            cells[index + 1] = Cell(scalar: " ", half: .trailing, style: style)
        } else {
            cells[index] = Cell(scalar, style: style)
        }
        lastPrinted = index
        cursor = at.x + columns < size.width ? Point(x: at.x + columns, y: at.y) : nil
    }

    private var lastPrinted: Int?

    /// Overwriting half of a wide character erases the other half.
    private mutating func breakPair(_ index: Int) {
        switch cells[index].half {
        case .whole: break
        case .leading: cells[index + 1] = Cell(style: cells[index + 1].style)
        case .trailing: cells[index - 1] = Cell(style: cells[index - 1].style)
        }
    }

    private mutating func escape(_ bytes: ArraySlice<UInt8>) -> Int {
        let start = bytes.startIndex
        guard start + 1 < bytes.endIndex, bytes[start + 1] == 0x5B,
            let end = bytes[(start + 2)...].firstIndex(where: { (0x40..<0x7F).contains($0) })
        else {
            _ = complain("escape sequence \(bytes.prefix(4))")
            return 1
        }
        let body = String(decoding: bytes[(start + 2)..<end], as: UTF8.self)
        let numbers = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        let count = max(1, numbers.first ?? 1)
        switch (Character(Unicode.Scalar(bytes[end])), cursor) {
        case ("H", _):
            move(Point(x: max(1, numbers.count > 1 ? numbers[1] : 1) - 1, y: count - 1))
        case ("A", .some(let at)): move(Point(x: at.x, y: at.y - count))
        case ("B", .some(let at)): move(Point(x: at.x, y: at.y + count))
        case ("C", .some(let at)): move(Point(x: at.x + count, y: at.y))
        case ("D", .some(let at)): move(Point(x: at.x - count, y: at.y))
        case ("K", .some(let at)):
            for column in at.x..<size.width {
                let index = at.y * size.width + column
                breakPair(index)
                cells[index] = Cell(style: Style(background: style.background))
            }
        case ("J", _):
            cells = [Cell](repeating: Cell(style: Style(background: style.background)), count: cells.count)
        case ("m", _): render(numbers)
        case ("h", _) where body == "?25": isCursorShown = true
        case ("l", _) where body == "?25": isCursorShown = false
        default: _ = complain("ESC [ \(body) \(Unicode.Scalar(bytes[end]))")
        }
        return end + 1 - start
    }

    private mutating func render(_ numbers: [Int]) {
        var rest = numbers[...]
        while let number = rest.popFirst() {
            switch number {
            case 0: style = .plain
            case 1: style.attributes.insert(.bold)
            case 2: style.attributes.insert(.dim)
            case 3: style.attributes.insert(.italic)
            case 4: style.attributes.insert(.underline)
            case 7: style.attributes.insert(.reverse)
            case 22: style.attributes.subtract([.bold, .dim])
            case 23: style.attributes.remove(.italic)
            case 24: style.attributes.remove(.underline)
            case 27: style.attributes.remove(.reverse)
            case 30...37: style.foreground = .indexed(UInt8(number - 30))
            case 40...47: style.background = .indexed(UInt8(number - 40))
            case 90...97: style.foreground = .indexed(UInt8(number - 82))
            case 100...107: style.background = .indexed(UInt8(number - 92))
            case 39: style.foreground = .terminalDefault
            case 49: style.background = .terminalDefault
            case 38, 48:
                let color: Color
                if rest.popFirst() == 5, let index = rest.popFirst() {
                    color = .indexed(UInt8(clamping: index))
                } else if let red = rest.popFirst(), let green = rest.popFirst(), let blue = rest.popFirst() {
                    color = .rgb(UInt8(clamping: red), UInt8(clamping: green), UInt8(clamping: blue))
                } else {
                    _ = complain("colour \(numbers)")
                    return
                }
                if number == 38 { style.foreground = color } else { style.background = color }
            default: _ = complain("rendition \(number)")
            }
        }
    }
}
