/// The bytes that turn what a terminal shows into another frame.
///
/// Changed cells become runs of one style. The runs are written in two sequences, row by row and style by style – a
/// hundred moving dots share two colours, and changing the colour costs more than moving the cursor – and the shorter
/// one is taken. Each diff starts and ends with the terminal's plain style, so one that is lost does not spoil the next.
package enum FrameDiff {
    /// Bytes that make a terminal that shows `old` show `new`; none when they look the same. Without `old`, or when the
    /// sizes differ, the screen is cleared first.
    package static func bytes(
        from old: Frame?, to new: Frame, capabilities: OutputCapabilities
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        let base: Frame
        if let old, old.size == new.size {
            base = old
        } else {
            bytes += capabilities.reset + capabilities.hideCursor + capabilities.clear
            base = Frame(size: new.size)
        }
        let runs = runs(from: base, to: new, depth: capabilities.depth)
        if !runs.isEmpty {
            var writer = RunWriter(frame: new, capabilities: capabilities)
            var shortest = writer.bytes(for: runs)
            // For a full repaint sorting is work without gain.
            if runs.count <= 4_096 {
                let byStyle = writer.bytes(for: sortedByStyle(runs))
                if byStyle.count < shortest.count { shortest = byStyle }
            }
            bytes += shortest
        }
        appendCursor(
            from: old?.size == new.size ? old : nil, base, new, drew: !runs.isEmpty, capabilities, into: &bytes)
        return bytes
    }

    private static func appendCursor(
        from old: Frame?, _ base: Frame, _ new: Frame, drew: Bool, _ capabilities: OutputCapabilities,
        into bytes: inout [UInt8]
    ) {
        guard let cursor = new.cursor, new.bounds.contains(cursor) else {
            if base.cursor != nil { bytes += capabilities.hideCursor }
            return
        }
        guard drew || old == nil || base.cursor != cursor else { return }
        var writer = CursorWriter(capabilities)
        writer.move(to: cursor, into: &bytes)
        if base.cursor == nil { bytes += capabilities.showCursor }
    }

    /// Neighbouring cells of one row that are written in one style, or the end of a row that is cleared.
    struct Run {
        var row: Int
        var start: Int
        var end: Int
        var style: Style
        var erases = false
    }

    /// The runs in reading order.
    private static func runs(from old: Frame, to new: Frame, depth: ColorDepth) -> [Run] {
        var runs: [Run] = []
        var reduced: [Style: Style] = [:]
        let width = new.size.width
        for row in 0..<new.size.height {
            let offset = row * width
            let isSame = new.cells[offset..<(offset + width)].elementsEqual(old.cells[offset..<(offset + width)])
            if isSame { continue }
            let erase = eraseStart(old, new, row)
            let firstOfRow = runs.count
            for column in 0..<(erase ?? width) {
                let cell = new.cells[offset + column]
                if cell.looksLike(old.cells[offset + column]) || cell.half == .trailing { continue }
                let end = column + (cell.half == .leading ? 2 : 1)
                let style: Style
                if let known = reduced[cell.style] {
                    style = known
                } else {
                    style = cell.style.reduced(to: depth)
                    reduced[cell.style] = style
                }
                if runs.count > firstOfRow {
                    let last = runs[runs.count - 1]
                    if joins(cell, style, to: last, from: column, new, offset, depth) {
                        runs[runs.count - 1].end = end
                        continue
                    }
                }
                runs.append(Run(row: row, start: column, end: end, style: style))
            }
            if let erase { runs.append(Run(row: row, start: erase, end: width, style: .plain, erases: true)) }
        }
        return runs
    }

    /// Whether a changed cell continues `run`: the same style, and between them nothing or so little, all of it in that
    /// style too, that writing it again is as short as moving over it.
    private static func joins(
        _ cell: Cell, _ style: Style, to run: Run, from column: Int, _ frame: Frame, _ offset: Int, _ depth: ColorDepth
    ) -> Bool {
        func fits(_ cell: Cell, _ style: Style) -> Bool {
            style == run.style
                || (cell.isInkless && style.background == run.style.background
                    && run.style.attributes.isDisjoint(with: [.underline, .reverse]))
        }
        guard column - run.end <= 3, fits(cell, style) else { return false }
        var length = 0
        for between in run.end..<max(column, run.end) {
            let skipped = frame.cells[offset + between]
            length += UTF8.width(skipped.scalar)
            guard skipped.half == .whole, skipped.mark == "\0", length <= 3,
                fits(skipped, skipped.style.reduced(to: depth))
            else { return false }
        }
        return true
    }

    /// Where the row's end can be cleared instead of written: it must be blank on the default background, and clearing
    /// must be shorter.
    private static func eraseStart(_ old: Frame, _ new: Frame, _ row: Int) -> Int? {
        let width = new.size.width
        let offset = row * width
        var start = width
        while start > 0 {
            let cell = new.cells[offset + start - 1]
            guard cell.isInkless, cell.style.background.isDefault else { break }
            start -= 1
        }
        guard start < width else { return nil }
        let changed = (start..<width).filter { !new.cells[offset + $0].looksLike(old.cells[offset + $0]) }
        guard changed.count > 3 else { return nil }
        return changed.first
    }

    /// All runs of one style together, styles in the order of their first run.
    private static func sortedByStyle(_ runs: [Run]) -> [Run] {
        var groups: [[Run]] = []
        var groupOf: [Style: Int] = [:]
        for run in runs {
            if let group = groupOf[run.style] {
                groups[group].append(run)
            } else {
                groupOf[run.style] = groups.count
                groups.append([run])
            }
        }
        return groups.flatMap { $0 }
    }
}

/// Writes runs one after the other.
private struct RunWriter {
    let frame: Frame
    let capabilities: OutputCapabilities
    private var styles: StyleWriter

    init(frame: Frame, capabilities: OutputCapabilities) {
        self.frame = frame
        self.capabilities = capabilities
        styles = StyleWriter(capabilities)
    }

    mutating func bytes(for runs: [FrameDiff.Run]) -> [UInt8] {
        var bytes: [UInt8] = []
        var cursor = CursorWriter(capabilities)
        var current = Style.plain
        for run in runs {
            cursor.move(to: Point(x: run.start, y: run.row), into: &bytes)
            bytes += styles.bytes(from: current, to: run.style)
            current = run.style
            if run.erases {
                bytes += capabilities.eraseToEnd
                continue
            }
            for column in run.start..<run.end {
                let cell = frame.cells[run.row * frame.size.width + column]
                if cell.half == .trailing { continue }
                bytes.append(scalar: cell.scalar)
                if cell.mark != "\0" { bytes.append(scalar: cell.mark) }
            }
            cursor.advance(run.end - run.start, width: frame.size.width)
        }
        bytes += styles.bytes(from: current, to: .plain)
        return bytes
    }
}

extension [UInt8] {
    /// Appends a scalar in UTF-8.
    mutating func append(scalar: Unicode.Scalar) {
        if scalar.value < 0x80 {
            append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            append(contentsOf: scalar.utf8)
        }
    }
}
