/// The difference between two texts, line by line, as `diff -u` tells it.
package struct LineDiff: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case same, removed, added
            /// Lines that are the same were left out here.
            case gap
        }

        package let kind: Kind
        package let text: String

        package init(kind: Kind, text: String) {
            self.kind = kind
            self.text = text
        }

        /// The line with its mark, as `diff -u` prints it.
        package var marked: String {
            switch kind {
            case .same: "  \(text)"
            case .removed: "- \(text)"
            case .added: "+ \(text)"
            case .gap: "  …"
            }
        }
    }

    /// The changes with what is around them; empty when nothing changes.
    package let lines: [Line]
    package let added: Int
    package let removed: Int

    package var isEmpty: Bool { added == 0 && removed == 0 }

    /// Beyond so many changed lines the old ones are told first, then the new ones: finding the shortest way between
    /// two long texts without anything in common takes the square of their length.
    private static let limit = 1_000

    /// - Parameter context: how many lines are shown around each change.
    package init(from old: [String], to new: [String], context: Int = 3) {
        let start = zip(old, new).prefix { $0 == $1 }.count
        let end = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { $0 == $1 }.count
        let left = Array(old[start..<(old.count - end)])
        let right = Array(new[start..<(new.count - end)])
        var all = old[..<start].map { Line(kind: .same, text: $0) }
        all += Self.changes(left, right)
        all += old[(old.count - end)...].map { Line(kind: .same, text: $0) }
        added = all.count { $0.kind == .added }
        removed = all.count { $0.kind == .removed }
        lines = Self.trimmed(all, context: max(0, context))
    }

    private static func changes(_ old: [String], _ new: [String]) -> [Line] {
        guard old.count + new.count <= limit else {
            return old.map { Line(kind: .removed, text: $0) } + new.map { Line(kind: .added, text: $0) }
        }
        var removals: Set<Int> = []
        var insertions: Set<Int> = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removals.insert(offset)
            case .insert(let offset, _, _): insertions.insert(offset)
            }
        }
        var lines: [Line] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removals.contains(left) {
                lines.append(Line(kind: .removed, text: old[left]))
                left += 1
            } else if right < new.count, insertions.contains(right) {
                lines.append(Line(kind: .added, text: new[right]))
                right += 1
            } else if left < old.count {
                lines.append(Line(kind: .same, text: old[left]))
                left += 1
                right += 1
            } else {
                break
            }
        }
        return lines
    }

    private static func trimmed(_ lines: [Line], context: Int) -> [Line] {
        var isKept = [Bool](repeating: false, count: lines.count)
        for (index, line) in lines.enumerated() where line.kind != .same {
            for near in max(0, index - context)...min(lines.count - 1, index + context) { isKept[near] = true }
        }
        guard isKept.contains(true) else { return [] }
        var result: [Line] = []
        for (line, keeps) in zip(lines, isKept) {
            if keeps {
                result.append(line)
            } else if result.last?.kind != .gap {
                result.append(Line(kind: .gap, text: ""))
            }
        }
        return result
    }
}
