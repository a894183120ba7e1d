/// The candidate that a person most likely meant by `name`; nothing when none is near.
///
/// Near is at most one edit for every three characters (at least one, at most three), where an edit inserts, removes or
/// replaces a character or swaps two neighbours; letter case is free. On a tie the earlier candidate wins.
///
/// | written | meant |
/// |---|---|
/// | `wieght` | `weight` |
/// | `Host` | `host` |
/// | `destinaton` | `destination` |
package func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    // A field name is short; comparing a megabyte with every candidate would be a gift to an attacker.
    guard name.utf8.count <= 64 else { return nil }
    let wanted = Array(name.lowercased().utf8)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
        let letters = Array(candidate.lowercased().utf8)
        let allowed = min(3, max(1, max(wanted.count, letters.count) / 3))
        guard abs(wanted.count - letters.count) <= allowed else { continue }
        let distance = editDistance(wanted, letters)
        if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

/// Optimal string alignment: Levenshtein's distance with swaps of neighbours, by three rows of its table.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, letter) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
            if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}
