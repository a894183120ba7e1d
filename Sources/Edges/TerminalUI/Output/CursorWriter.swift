/// Moves the cursor in as few bytes as the terminal allows.
struct CursorWriter {
    let capabilities: OutputCapabilities
    /// Where the cursor is; unknown at the start, and after a character in the last column, where terminals differ.
    private(set) var position: Point?

    init(_ capabilities: OutputCapabilities) {
        self.capabilities = capabilities
    }

    /// Notes that `columns` cells were written in a frame of that width.
    mutating func advance(_ columns: Int, width: Int) {
        guard let at = position else { return }
        position = at.x + columns < width ? Point(x: at.x + columns, y: at.y) : nil
    }

    mutating func move(to target: Point, into bytes: inout [UInt8]) {
        defer { position = target }
        guard position != target else { return }
        if let moveTo = capabilities.moveTo {
            bytes += moveTo(target.y, target.x)
            return
        }
        guard let at = position, capabilities.hasRelativeMotion, let near = near(from: at, to: target),
            near.count < absoluteLength(target)
        else {
            appendAbsolute(target, into: &bytes)
            return
        }
        bytes += near
    }

    /// A relative motion, if the target is in the same row or column.
    private func near(from: Point, to: Point) -> [UInt8]? {
        if from.y == to.y {
            if to.x == 0 { return [0x0D] }
            if to.x > from.x { return sequence(to.x - from.x, 0x43) }
            // A backspace is one byte where ESC [ n D is at least three.
            return from.x - to.x <= 3
                ? [UInt8](repeating: 0x08, count: from.x - to.x) : sequence(from.x - to.x, 0x44)
        }
        guard from.x == to.x else { return nil }
        return to.y > from.y ? sequence(to.y - from.y, 0x42) : sequence(from.y - to.y, 0x41)
    }

    /// `ESC [ count final`, the count left out when it is 1.
    private func sequence(_ count: Int, _ final: UInt8) -> [UInt8] {
        var bytes: [UInt8] = [0x1B, 0x5B]
        if count != 1 { bytes.append(decimal: count) }
        bytes.append(final)
        return bytes
    }

    private func absoluteLength(_ target: Point) -> Int {
        3 + (target.y == 0 ? 0 : digits(target.y + 1)) + (target.x == 0 ? 0 : 1 + digits(target.x + 1))
    }

    /// `ESC [ row ; column H`; what is 1 may be left out.
    private func appendAbsolute(_ target: Point, into bytes: inout [UInt8]) {
        bytes += [0x1B, 0x5B]
        if target.y != 0 { bytes.append(decimal: target.y + 1) }
        if target.x != 0 {
            bytes.append(0x3B)
            bytes.append(decimal: target.x + 1)
        }
        bytes.append(0x48)
    }

    private func digits(_ value: Int) -> Int {
        value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : 5
    }
}

extension [UInt8] {
    /// Appends a number that is not negative in decimal digits.
    mutating func append(decimal value: Int) {
        if value >= 10 { append(decimal: value / 10) }
        append(UInt8(truncatingIfNeeded: 0x30 + value % 10))
    }
}
