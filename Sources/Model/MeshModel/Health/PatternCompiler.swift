/// Reads a pattern and writes its program.
struct PatternCompiler {
    private indirect enum Node {
        case empty
        case step(PatternInstruction)
        case sequence([Node])
        case choice([Node])
        case repeated(Node, least: Int, most: Int?)
    }

    private static let maximumDepth = 32
    private static let maximumRepeat = 1_000

    private var text: [Unicode.Scalar] = []
    private var place = 0
    private var program: [PatternInstruction] = []

    mutating func compile(_ source: String) throws(TextPatternError) -> [PatternInstruction] {
        text = Array(source.unicodeScalars)
        guard text.count <= TextPattern.maximumSize else { throw error("the pattern is too long") }
        let node = try choice(depth: 0)
        guard place == text.count else { throw error("there is no ( for this )") }
        try emit(node)
        try append(.match)
        return program
    }

    private func error(_ message: String, at offset: Int? = nil) -> TextPatternError {
        TextPatternError(offset: offset ?? place, message: message)
    }

    private var next: Unicode.Scalar? { place < text.count ? text[place] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        place += 1
        return true
    }

    // MARK: Reading

    private mutating func choice(depth: Int) throws(TextPatternError) -> Node {
        guard depth <= Self.maximumDepth else { throw error("parentheses are nested too deep") }
        var branches = [try sequence(depth: depth)]
        while take("|") { branches.append(try sequence(depth: depth)) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence(depth: Int) throws(TextPatternError) -> Node {
        var parts: [Node] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            parts.append(try repeated(try atom(depth: depth)))
        }
        return parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repeated(_ atom: Node) throws(TextPatternError) -> Node {
        var node = atom
        while let scalar = next {
            let began = place
            switch scalar {
            case "*": node = .repeated(node, least: 0, most: nil)
            case "+": node = .repeated(node, least: 1, most: nil)
            case "?": node = .repeated(node, least: 0, most: 1)
            case "{":
                guard let (least, most) = try bounds() else { return node }
                node = .repeated(node, least: least, most: most)
                _ = take("?")
                continue
            default: return node
            }
            place = began + 1
            // As few as possible or as many: either way it matches or not.
            _ = take("?")
        }
        return node
    }

    /// `{2}`, `{2,}`, `{2,5}`; nothing when the brace stands for itself, as in Go.
    private mutating func bounds() throws(TextPatternError) -> (Int, Int?)? {
        guard let end = text[place...].firstIndex(of: "}") else { return nil }
        let inside = String(String.UnicodeScalarView(text[(place + 1)..<end]))
        let parts = inside.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty, first.allSatisfy(\.isASCIIDigit),
            parts.count == 1 || parts[1].allSatisfy(\.isASCIIDigit)
        else { return nil }
        let least = Int(first) ?? .max
        let most = parts.count == 1 ? least : parts[1].isEmpty ? nil : Int(parts[1]) ?? .max
        guard least <= Self.maximumRepeat, (most ?? 0) <= Self.maximumRepeat, least <= most ?? .max else {
            throw error("{\(inside)} wants at most \(Self.maximumRepeat), the smaller number first")
        }
        place = end + 1
        return (least, most)
    }

    private mutating func atom(depth: Int) throws(TextPatternError) -> Node {
        let scalar = text[place]
        let began = place
        place += 1
        switch scalar {
        case "(":
            if take("?") {
                guard take(":") else { throw error("only ( ) and (?: ) are known here", at: began) }
            }
            let node = try choice(depth: depth + 1)
            guard take(")") else { throw error("this ( has no )", at: began) }
            return node
        case "[": return .step(try set(began: began))
        case ".": return .step(.any)
        case "^": return .step(.textBegin)
        case "$": return .step(.textEnd)
        case "\\": return .step(try escape(began: began))
        case "*", "+", "?": throw error("there is nothing before \(scalar) to repeat", at: began)
        default: return .step(.scalar(scalar))
        }
    }

    private mutating func escape(began: Int) throws(TextPatternError) -> PatternInstruction {
        guard let scalar = next else { throw error("the pattern ends with a backslash", at: began) }
        place += 1
        if let ranges = Self.classes[Unicode.Scalar(scalar.properties.lowercaseMapping) ?? scalar] {
            return .set(ranges, isNegated: scalar.properties.isUppercase)
        }
        return .scalar(try literal(scalar, began: began))
    }

    private func literal(_ scalar: Unicode.Scalar, began: Int) throws(TextPatternError) -> Unicode.Scalar {
        switch scalar {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        default:
            guard !scalar.properties.isAlphabetic, scalar.properties.numericType == nil else {
                throw error("\\\(scalar) is not known here; known are \\d \\w \\s \\D \\W \\S", at: began)
            }
            return scalar
        }
    }

    private static let classes: [Unicode.Scalar: [ClosedRange<UInt32>]] = [
        "d": [48...57], "w": [48...57, 65...90, 95...95, 97...122], "s": [9...10, 12...13, 32...32],
    ]

    private mutating func set(began: Int) throws(TextPatternError) -> PatternInstruction {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        // A bracket that comes first stands for itself.
        var isFirst = true
        while let scalar = next, isFirst || scalar != "]" {
            isFirst = false
            let start = place
            place += 1
            if scalar == "\\" {
                guard case .scalar(let low) = try escape(began: start) else {
                    if case .set(let class_, let isNegatedClass) = try again(start) {
                        guard !isNegatedClass else { throw error("\\D \\W \\S do not go into [ ]", at: start) }
                        ranges += class_
                    }
                    continue
                }
                ranges.append(try range(from: low, began: start))
            } else {
                guard !(scalar == "[" && next == ":") else { throw error("[: :] is not known here", at: start) }
                ranges.append(try range(from: scalar, began: start))
            }
        }
        guard take("]") else { throw error("this [ has no ]", at: began) }
        return .set(ranges, isNegated: isNegated)
    }

    private mutating func again(_ start: Int) throws(TextPatternError) -> PatternInstruction {
        place = start + 1
        return try escape(began: start)
    }

    private mutating func range(from low: Unicode.Scalar, began: Int) throws(TextPatternError) -> ClosedRange<UInt32> {
        guard next == "-", place + 1 < text.count, text[place + 1] != "]" else { return low.value...low.value }
        place += 1
        var high = text[place]
        place += 1
        if high == "\\", let escaped = next {
            place += 1
            high = try literal(escaped, began: place - 2)
        }
        guard low.value <= high.value else { throw error("\(low)-\(high) runs backwards", at: began) }
        return low.value...high.value
    }

    // MARK: Writing

    private mutating func append(_ instruction: PatternInstruction) throws(TextPatternError) {
        guard program.count < TextPattern.maximumSize else { throw error("the pattern is too large", at: 0) }
        program.append(instruction)
    }

    private mutating func emit(_ node: Node) throws(TextPatternError) {
        switch node {
        case .empty: break
        case .step(let instruction): try append(instruction)
        case .sequence(let parts): for part in parts { try emit(part) }
        case .choice(let branches): try emit(choiceOf: branches)
        case .repeated(let body, let least, let most): try emit(body, least: least, most: most)
        }
    }

    private mutating func emit(choiceOf branches: [Node]) throws(TextPatternError) {
        var exits: [Int] = []
        for (number, branch) in branches.enumerated() {
            guard number < branches.count - 1 else {
                try emit(branch)
                break
            }
            let fork = program.count
            try append(.match)
            try emit(branch)
            exits.append(program.count)
            try append(.match)
            program[fork] = .split(fork + 1, program.count)
        }
        for exit in exits { program[exit] = .jump(program.count) }
    }

    private mutating func emit(_ body: Node, least: Int, most: Int?) throws(TextPatternError) {
        for _ in 0..<least { try emit(body) }
        guard let most else {
            let fork = program.count
            try append(.match)
            try emit(body)
            try append(.jump(fork))
            program[fork] = .split(fork + 1, program.count)
            return
        }
        var forks: [Int] = []
        for _ in least..<most {
            forks.append(program.count)
            try append(.match)
            try emit(body)
        }
        for fork in forks { program[fork] = .split(fork + 1, program.count) }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
