/// A regular expression that is looked for anywhere in a text, in time that grows with the text and no faster.
///
/// Swift's own `Regex` goes back and tries again: built at run time from `(a+)+$` it did not end for 24 letters within
/// ten minutes, and nothing can stop it. A pattern comes from a prompt and runs on names that others chose, on every
/// tick; so this follows all ways at once (Thompson's construction, <https://swtch.com/~rsc/regexp/regexp1.html>): each
/// scalar of the text is looked at once for every instruction at most.
///
///     x  .  \d \w \s \D \W \S  [a-z] [^a-z]     one scalar
///     ^  $  \b \B                               a place: begin, end, edge of a word or not
///     (x) (?:x)  x|y  xy                        groups, alternatives, one after the other
///     x*  x+  x?  x{2}  x{2,}  x{2,5}           repetition, at most 100 times when counted
///     (?i) at the begin                         without regard to case
///
/// There are no captures, back references or look-around: they could not keep the promise, and a pattern that only says
/// yes or no needs none.
package struct FindPattern: Hashable, Sendable {
    package let text: String
    private let program: [Instruction]
    private let ignoresCase: Bool

    /// Unicode scalars of a pattern.
    package static let maximumLength = 200
    /// Instructions after counted repetitions are written out.
    static let maximumInstructions = 2000
    /// Scalars of a text that are looked at; names are shorter.
    static let maximumTextLength = 4096

    package init(_ text: String) throws(FindPatternProblem) {
        self.text = text
        var parser = FindPatternParser(text)
        let piece = try parser.parse()
        ignoresCase = parser.ignoresCase
        var writer = Writer()
        try writer.write(piece)
        program = writer.program + [.found]
    }

    package static func == (left: FindPattern, right: FindPattern) -> Bool { left.text == right.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }

    private enum Instruction: Sendable {
        case one(FindPatternSet)
        case place(FindPatternPiece.Place)
        /// Goes on at both.
        case fork(Int, Int)
        case jump(Int)
        case found
    }

    private struct Writer {
        private(set) var program: [Instruction] = []
        /// Repeating nothing writes nothing, but takes its time as well.
        private var steps = 0

        // Targets of forks and jumps are known only when what lies between is written.
        mutating func write(_ piece: FindPatternPiece) throws(FindPatternProblem) {
            steps += 1
            guard max(steps / 4, program.count) < maximumInstructions else {
                throw FindPatternProblem(.tooLarge, at: 0)
            }
            switch piece {
            case .one(let set): program.append(.one(set))
            case .place(let place): program.append(.place(place))
            case .sequence(let parts):
                for part in parts { try write(part) }
            case .choice(let parts):
                var exits: [Int] = []
                for part in parts.dropLast() {
                    let fork = program.count
                    program.append(.jump(0))
                    try write(part)
                    exits.append(program.count)
                    program.append(.jump(0))
                    program[fork] = .fork(fork + 1, program.count)
                }
                if let last = parts.last { try write(last) }
                for exit in exits { program[exit] = .jump(program.count) }
            case .repeated(let inner, let least, let most):
                for _ in 0..<least { try write(inner) }
                guard let most else {
                    let fork = program.count
                    program.append(.jump(0))
                    try write(inner)
                    program.append(.jump(fork))
                    program[fork] = .fork(fork + 1, program.count)
                    return
                }
                var forks: [Int] = []
                for _ in 0..<max(0, most - least) {
                    forks.append(program.count)
                    program.append(.jump(0))
                    try write(inner)
                }
                for fork in forks { program[fork] = .fork(fork + 1, program.count) }
            }
        }
    }
}

extension FindPattern {
    package func isFound(in text: String) -> Bool {
        let scalars = Array(text.unicodeScalars.prefix(Self.maximumTextLength))
        var threads = Threads(count: program.count)
        for position in 0...scalars.count {
            // A match may begin anywhere.
            if follow(0, at: position, in: scalars, &threads) { return true }
            guard position < scalars.count else { break }
            let variants = ignoresCase ? Self.caseVariants(of: scalars[position]) : [scalars[position]]
            let waiting = threads.beginNext()
            for index in waiting {
                guard case .one(let set) = program[index], set.contains(anyOf: variants) else { continue }
                if follow(index + 1, at: position + 1, in: scalars, &threads) { return true }
            }
        }
        return false
    }

    /// In small and in capital letters; not those that are several scalars in the other case, like ß.
    private static func caseVariants(of scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        let mappings = [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping]
        return [scalar] + mappings.filter { $0.unicodeScalars.count == 1 }.flatMap(\.unicodeScalars)
    }

    /// The instructions that wait for the same scalar, each once.
    private struct Threads {
        private var waiting: [Int] = []
        private var seen: [Bool]

        init(count: Int) { seen = Array(repeating: false, count: count) }

        mutating func insert(_ index: Int) -> Bool {
            guard !seen[index] else { return false }
            seen[index] = true
            return true
        }

        mutating func wait(_ index: Int) { waiting.append(index) }

        mutating func beginNext() -> [Int] {
            defer {
                waiting.removeAll(keepingCapacity: true)
                for index in seen.indices { seen[index] = false }
            }
            return waiting
        }
    }

    /// Follows forks, jumps and places from an instruction to those that want a scalar; true when the end is reached.
    private func follow(
        _ start: Int, at position: Int, in scalars: [Unicode.Scalar], _ threads: inout Threads
    ) -> Bool {
        var open = [start]
        while let index = open.popLast() {
            guard threads.insert(index) else { continue }
            switch program[index] {
            case .found: return true
            case .one: threads.wait(index)
            case .jump(let target): open.append(target)
            case .fork(let first, let second):
                open.append(second)
                open.append(first)
            case .place(let place):
                if place.holds(at: position, in: scalars) { open.append(index + 1) }
            }
        }
        return false
    }
}
