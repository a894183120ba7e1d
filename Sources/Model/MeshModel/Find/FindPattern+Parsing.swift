/// A pattern as a tree.
indirect enum FindPatternPiece {
    case one(FindPatternSet)
    case place(Place)
    case sequence([FindPatternPiece])
    case choice([FindPatternPiece])
    /// At most as often as the last number says; without one, without an end.
    case repeated(FindPatternPiece, Int, Int?)

    enum Place: Hashable, Sendable {
        case start, end, wordEdge, noWordEdge

        func holds(at position: Int, in scalars: [Unicode.Scalar]) -> Bool {
            switch self {
            case .start: return position == 0
            case .end: return position == scalars.count
            case .wordEdge, .noWordEdge:
                let isBefore = position > 0 && FindPatternSet.word.contains(scalars[position - 1])
                let isAfter = position < scalars.count && FindPatternSet.word.contains(scalars[position])
                return (isBefore != isAfter) == (self == .wordEdge)
            }
        }
    }
}

/// Some scalars.
struct FindPatternSet: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false

    init(_ ranges: ClosedRange<UInt32>..., isNegated: Bool = false) {
        self.ranges = ranges
        self.isNegated = isNegated
    }

    init(_ scalar: Unicode.Scalar) { self.init(scalar.value...scalar.value) }

    static let any = FindPatternSet(0...0x10_FFFF)
    static let digit = FindPatternSet(0x30...0x39)
    static let word = FindPatternSet(0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A)
    static let blank = FindPatternSet(0x09...0x0D, 0x20...0x20)

    /// Adds what another has. What is not in a negated one is what lies between its ranges.
    mutating func formUnion(_ other: FindPatternSet) {
        guard other.isNegated else { return ranges.append(contentsOf: other.ranges) }
        var next: UInt32 = 0
        for range in other.ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { ranges.append(next...(range.lowerBound - 1)) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10_FFFF { ranges.append(next...0x10_FFFF) }
    }

    mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

    func contains(_ scalar: Unicode.Scalar) -> Bool { contains(anyOf: [scalar]) }

    /// Whether one of a letter's cases is in it; for a negated set, whether none is.
    func contains(anyOf variants: [Unicode.Scalar]) -> Bool {
        let isIn = variants.contains { scalar in ranges.contains { $0.contains(scalar.value) } }
        return isIn != isNegated
    }
}

/// Why text is no pattern.
package struct FindPatternProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case tooLong, tooLarge, nothingToRepeat, badCount, unclosedGroup, unopenedGroup, unclosedSet, badRange
        case unknownEscape(Unicode.Scalar)
        case unknownGroup
        case endsWithBackslash
    }

    package var reason: Reason
    /// Unicode scalars before it, from 0.
    package var offset: Int

    init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String {
        switch reason {
        case .tooLong: "the pattern is too long; \(FindPattern.maximumLength) characters are the most"
        case .tooLarge: "the pattern repeats too much"
        default: "in the pattern, character \(offset + 1): \(words)"
        }
    }

    private var words: String {
        switch reason {
        case .tooLong, .tooLarge: ""
        case .nothingToRepeat: "nothing stands before this repetition"
        case .badCount: "a count like {2}, {2,} or {2,5} expected, 100 at most; write \\{ for the sign"
        case .unclosedGroup: "this group is not closed"
        case .unopenedGroup: "this closes no group; write \\) for the sign"
        case .unclosedSet: "this set is not closed"
        case .badRange: "a range goes from the lower to the higher sign"
        case .unknownEscape(let scalar): "\\\(scalar) is not known"
        case .unknownGroup: "only (…), (?:…) and, at the begin, (?i) are known"
        case .endsWithBackslash: "nothing follows the backslash"
        }
    }
}

/// Reads a pattern.
struct FindPatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private(set) var ignoresCase = false

    init(_ text: String) {
        scalars = Array(text.unicodeScalars.prefix(FindPattern.maximumLength + 1))
    }

    mutating func parse() throws(FindPatternProblem) -> FindPatternPiece {
        guard scalars.count <= FindPattern.maximumLength else { throw FindPatternProblem(.tooLong, at: 0) }
        ignoresCase = take("(?i)")
        let piece = try choice()
        guard position == scalars.count else { throw FindPatternProblem(.unopenedGroup, at: position) }
        return piece
    }

    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    private mutating func choice() throws(FindPatternProblem) -> FindPatternPiece {
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(FindPatternProblem) -> FindPatternPiece {
        var parts: [FindPatternPiece] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            parts.append(try repetition(of: try one()))
        }
        return .sequence(parts)
    }

    private mutating func one() throws(FindPatternProblem) -> FindPatternPiece {
        let start = position
        guard let scalar = current else { return .sequence([]) }
        position += 1
        switch scalar {
        case ".": return .one(.any)
        case "^": return .place(.start)
        case "$": return .place(.end)
        case "*", "+", "?", "{": throw FindPatternProblem(.nothingToRepeat, at: start)
        case "[": return .one(try set(from: start))
        case "(":
            if current == "?", !take("?:") { throw FindPatternProblem(.unknownGroup, at: start) }
            let inner = try choice()
            guard take(")") else { throw FindPatternProblem(.unclosedGroup, at: start) }
            return inner
        case "\\":
            if take("b") { return .place(.wordEdge) }
            if take("B") { return .place(.noWordEdge) }
            return .one(try escape(from: start))
        default: return .one(FindPatternSet(scalar))
        }
    }

    private mutating func repetition(of piece: FindPatternPiece) throws(FindPatternProblem) -> FindPatternPiece {
        let start = position
        var bounds: (least: Int, most: Int?)
        if take("*") {
            bounds = (0, nil)
        } else if take("+") {
            bounds = (1, nil)
        } else if take("?") {
            bounds = (0, 1)
        } else if take("{") {
            bounds = try counts(from: start)
        } else {
            return piece
        }
        // The shortest way and the longest say the same yes.
        if !take("?"), current == "+" { throw FindPatternProblem(.nothingToRepeat, at: position) }
        return .repeated(piece, bounds.least, bounds.most)
    }

    private mutating func counts(from start: Int) throws(FindPatternProblem) -> (least: Int, most: Int?) {
        let least = takeNumber()
        let hasComma = take(",")
        let most = hasComma ? takeNumber() : least
        guard take("}"), let least, least <= 100, (most ?? 0) <= 100, least <= (most ?? least) else {
            throw FindPatternProblem(.badCount, at: start)
        }
        return (least, most)
    }

    private mutating func takeNumber() -> Int? {
        let start = position
        while let scalar = current, FindPatternSet.digit.contains(scalar) { position += 1 }
        return Int(String(String.UnicodeScalarView(scalars[start..<position])))
    }

    private mutating func set(from start: Int) throws(FindPatternProblem) -> FindPatternSet {
        var set = FindPatternSet()
        set.isNegated = take("^")
        var isFirst = true
        while let scalar = current {
            // A bracket at the begin is a sign like others.
            if scalar == "]", !isFirst {
                position += 1
                return set
            }
            isFirst = false
            let place = position
            position += 1
            guard scalar != "\\" else {
                set.formUnion(try escape(from: place))
                continue
            }
            guard current == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                set.insert(scalar.value...scalar.value)
                continue
            }
            let last = scalars[position + 1]
            guard last != "\\", scalar.value <= last.value else { throw FindPatternProblem(.badRange, at: place) }
            set.insert(scalar.value...last.value)
            position += 2
        }
        throw FindPatternProblem(.unclosedSet, at: start)
    }

    /// What follows a backslash: a class, or a sign that is meant as itself.
    private mutating func escape(from start: Int) throws(FindPatternProblem) -> FindPatternSet {
        guard let scalar = current else { throw FindPatternProblem(.endsWithBackslash, at: start) }
        position += 1
        var set: FindPatternSet
        switch scalar {
        case "d", "D": set = .digit
        case "w", "W": set = .word
        case "s", "S": set = .blank
        case "t": return FindPatternSet("\t")
        case "n": return FindPatternSet("\n")
        case "r": return FindPatternSet("\r")
        default:
            guard !FindPatternSet.word.contains(scalar) else {
                throw FindPatternProblem(.unknownEscape(scalar), at: start)
            }
            return FindPatternSet(scalar)
        }
        set.isNegated = ["D", "W", "S"].contains(scalar)
        return set
    }
}
