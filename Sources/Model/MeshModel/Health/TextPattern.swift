/// A regular expression that takes time in proportion to the text, whatever the pattern.
///
/// Swift's own `Regex` backtracks – `(a+)+$` takes minutes on thirty letters – and is not `Sendable`; patterns here come
/// from configuration files and meet names that peers have written. This is Thompson's construction: all ways through the
/// pattern are followed at once, so there is nothing to go back to.
///
/// What Go's `regexp` and RE2 have in common with everybody is known: literals, `.`, `[a-z]`, `[^a-z]`, `\d \w \s \D \W \S`,
/// `( )`, `(?: )`, `|`, `* + ? {2} {2,} {2,5}` (greedy or not makes no difference here), `^` and `$` at the ends of the
/// text. Anything else is refused, with its place.
package struct TextPattern: Sendable, CustomStringConvertible {
    /// Instructions of the largest pattern; `{1,1000}` is written out.
    static let maximumSize = 4_096

    package let source: String
    let program: [PatternInstruction]

    /// - Throws: what cannot be read, and where.
    package init(_ source: String) throws(TextPatternError) {
        self.source = source
        var compiler = PatternCompiler()
        program = try compiler.compile(source)
    }

    package var description: String { source }

    /// Whether the pattern is found anywhere in `text`; `^` and `$` tie it to the ends.
    package func matches(_ text: String) -> Bool {
        var threads = PatternThreads(program)
        return threads.run(text.unicodeScalars)
    }
}

extension TextPattern: Hashable {
    package static func == (left: TextPattern, right: TextPattern) -> Bool { left.source == right.source }
    package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

/// Why a pattern cannot be read.
package struct TextPatternError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Characters before the trouble.
    package var offset: Int
    package var message: String

    package var description: String { "\(message) (at character \(offset + 1))" }
}

/// One step of a pattern.
enum PatternInstruction: Sendable {
    case scalar(Unicode.Scalar)
    case any
    case set([ClosedRange<UInt32>], isNegated: Bool)
    case textBegin, textEnd
    case split(Int, Int)
    case jump(Int)
    case match
}

/// All ways through a pattern at once.
private struct PatternThreads {
    private let program: [PatternInstruction]
    /// At which step each instruction was reached last, so that none is looked at twice.
    private var reached: [Int]
    private var stack: [Int] = []

    init(_ program: [PatternInstruction]) {
        self.program = program
        reached = Array(repeating: -1, count: program.count)
    }

    mutating func run(_ text: String.UnicodeScalarView) -> Bool {
        // Where ways stand before the scalar at `index`.
        var current: [Int] = []
        var step = 0
        var index = text.startIndex
        while true {
            // At every place a new way begins.
            if follow(0, step: step, isBegin: step == 0, isEnd: index == text.endIndex, into: &current) { return true }
            guard index < text.endIndex else { return false }
            let scalar = text[index]
            text.formIndex(after: &index)
            step += 1
            var next: [Int] = []
            for place in current where program[place].accepts(scalar) {
                if follow(place + 1, step: step, isBegin: false, isEnd: index == text.endIndex, into: &next) {
                    return true
                }
            }
            current = next
        }
    }

    /// Follows everything that reads nothing. True when the pattern's end is among it.
    private mutating func follow(_ place: Int, step: Int, isBegin: Bool, isEnd: Bool, into list: inout [Int]) -> Bool {
        stack.append(place)
        while let place = stack.popLast() {
            guard reached[place] != step else { continue }
            reached[place] = step
            switch program[place] {
            case .match:
                stack.removeAll()
                return true
            case .jump(let target): stack.append(target)
            case .split(let first, let second):
                stack.append(second)
                stack.append(first)
            case .textBegin: if isBegin { stack.append(place + 1) }
            case .textEnd: if isEnd { stack.append(place + 1) }
            case .scalar, .any, .set: list.append(place)
            }
        }
        return false
    }
}

extension PatternInstruction {
    fileprivate func accepts(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .scalar(let wanted): scalar == wanted
        case .any: scalar != "\n"
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar.value) } != isNegated
        case .textBegin, .textEnd, .split, .jump, .match: false
        }
    }
}
