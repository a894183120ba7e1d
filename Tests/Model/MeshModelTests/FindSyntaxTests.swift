import MeshModel
import TestSupport
import Testing

@Suite("The find language's syntax")
struct FindSyntaxTests {
    struct Failure: Sendable, CustomTestStringConvertible {
        var text: String
        var column: Int
        var length: Int
        var message: String
        init(_ text: String, _ column: Int, _ length: Int, _ message: String) {
            self.text = text
            self.column = column
            self.length = length
            self.message = message
        }
        var testDescription: String { String(text.prefix(60)) }
    }

    private static let condition = "a condition, like “app = web” or “healthy”, expected"
    private static let mixed =
        "AND cannot join conditions on nodes with conditions on edges: nothing is both; use OR"

    static let failures: [Failure] = [
        Failure("", 1, 0, condition), Failure("   ", 4, 0, condition),
        Failure("and healthy", 1, 3, "\(condition), not “and”"),
        Failure("healthy and", 12, 0, "a condition on nodes expected"),
        Failure("mtls and ", 10, 0, "a condition on edges expected"),
        Failure("p95 > 1 and or", 13, 2, "\(condition), not “or”"), Failure("healthy or", 11, 0, condition),
        Failure("= web", 1, 1, "\(condition), not “=”"), Failure("()", 2, 1, "\(condition), not “)”"),
        Failure("\"app\" = web", 1, 5, "\(condition), not “\"app\"”"),
        Failure("helthy", 1, 6, "“helthy” is no operand; did you mean healthy?"),
        Failure("app = x or circuit", 12, 7, "“circuit” is no operand; did you mean circuitbreaker?"),
        Failure("naem = x", 1, 4, "“naem” is no operand; did you mean name?"),
        Failure("%htperr > 1", 1, 7, "“%htperr” is no operand; did you mean %httperr?"),
        Failure("label = x", 1, 5, "“label” is no operand; did you mean label:?"),
        Failure("zzzzzz = 1", 1, 6, "“zzzzzz” is no operand"), Failure("rx > 1", 1, 2, "“rx” is no operand"),
        Failure("app", 4, 0, "an operator after app expected"),
        Failure("app web", 5, 3, "an operator after app expected, not “web”"),
        Failure("rt and mtls", 4, 3, "an operator after responsetime expected, not “and”"),
        Failure("app !", 6, 0, "an operator that can be negated (= contains startswith endswith =~) expected"),
        Failure(
            "app not web", 9, 3,
            "an operator that can be negated (= contains startswith endswith =~) expected, not “web”"),
        Failure("rt not > 5", 4, 5, "“>” is not negated by “!” or “not”; use the opposite operator"),
        Failure("app not != x", 5, 6, "“!=” is not negated by “!” or “not”; use the opposite operator"),
        Failure("rt contains 5", 4, 8, "“contains” compares text, and responsetime is a number; use = != > >= < or <="),
        Failure("rate =~ 5", 6, 2, "“=~” compares text, and rate is a number; use = != > >= < or <="),
        Failure("node > app", 6, 1, "node takes only = and !=, not “>”"),
        Failure("app =", 6, 0, "a value after “app =” expected"),
        Failure("app = and healthy", 7, 3, "a value after “app =” expected, not “and”"),
        Failure("app == web", 6, 1, "a value after “app =” expected, not “=”"),
        Failure("(app =)", 7, 1, "a value after “app =” expected, not “)”"),
        Failure("healthy = true", 9, 1, "healthy stands alone: it takes no operator and no value"),
        Failure("mtls contains x", 6, 8, "mtls stands alone: it takes no operator and no value"),
        Failure("healthy idle", 9, 4, "AND, OR or the end expected, not “idle”"),
        Failure("healthy !idle", 9, 5, "AND, OR or the end expected, not “!idle”"),
        Failure("healthy)", 8, 1, "AND, OR or the end expected, not “)”"),
        Failure("(healthy idle)", 10, 4, "AND, OR or “)” expected, not “idle”"),
        Failure("app = x and (healthy", 13, 1, "this parenthesis is not closed"),
        Failure(
            "!app = x", 1, 1, "“!” stands before a flag or a parenthesis; negate the operator, app != …, or write !(…)"),
        Failure(
            "!label:region = east", 1, 1,
            "“!” stands before a flag or a parenthesis; negate the operator, label:region != …, or write !(…)"),
        Failure("rt > fast", 6, 4, "“fast” is no number (milliseconds); use a number like 0.5, or NaN for no activity"),
        Failure("rt > NaN", 6, 3, "“NaN” is no number (milliseconds); use a number like 0.5, or NaN for no activity"),
        Failure(
            "tcp = 0x10", 7, 4, "“0x10” is no number (bytes a second); use a number like 0.5, or NaN for no activity"),
        Failure(
            "http > 1e999", 8, 5,
            "“1e999” is no number (requests a second); use a number like 0.5, or NaN for no activity"),
        Failure("rank = 0", 8, 1, "“0” is no rank; use a number from 1 to 100"),
        Failure("rank = NaN", 8, 3, "“NaN” is no rank; use a number from 1 to 100"),
        Failure(
            "node = servise", 8, 7,
            "“servise” is no type of node (app, service, workload, operation, unknown, external); did you mean service?"
        ),
        Failure("label: = x", 7, 0, "a label's name expected after “label:”, as in label:region"),
        Failure("app = web and mtls", 15, 4, mixed), Failure("mtls and rt > 5 and healthy", 21, 7, mixed),
        Failure("p95 > 5 and mtls and app = x", 22, 7, mixed), Failure("(healthy or mtls) and app = x", 23, 7, mixed),
        Failure("idle or !(healthy and rt > 5)", 23, 6, mixed), Failure("(healthy) and (mtls)", 15, 6, mixed),
        Failure("app = \"web", 7, 1, "this quote is not closed"),
        Failure("app = 'web\\'", 7, 1, "this quote is not closed"),
        Failure("app =~ (web", 8, 1, "this parenthesis is not closed; put the value in quotes if it is meant"),
        Failure(
            "app = web version = v1", 11, 7,
            "AND or OR expected before “version”; put the value in quotes if it is meant"),
        Failure(
            "name = web version=v1", 12, 10,
            "AND or OR expected before “version=v1”; put the value in quotes if it is meant"),
        Failure("app = web (idle)", 11, 1, "AND or OR expected before “(”; put the value in quotes if it is meant"),
        Failure("app = web \"x\"", 11, 3, "AND or OR expected before “\"x\"”; put the value in quotes if it is meant"),
        Failure("app =~ [a", 8, 2, "in the pattern, character 1: missing ]: [a"),
        Failure("app =~ a**", 8, 3, "in the pattern, character 2: bad repetition operator: **"),
        Failure("app =~ \"a\\q\"", 8, 5, "in the pattern, character 2: invalid escape sequence: \\q"),
        Failure("app =~ (a{100}){100}", 8, 13, "the pattern: invalid repetition size: {100}"),
        Failure(
            "app = \(String(repeating: "a", count: 257))", 7, 257, "the value is too long; 256 characters are the most"),
        Failure(
            String(repeating: " ", count: 4097), 4097, 0, "the expression is too long; 4096 characters are the most"),
        Failure(
            String(repeating: "(", count: 33), 33, 1,
            "too many parentheses and negations inside each other; 32 are the most"),
        Failure(
            String(repeating: "!", count: 100_000), 4097, 0,
            "the expression is too long; 4096 characters are the most"),
        Failure(
            String(repeating: "!", count: 4000), 33, 1,
            "too many parentheses and negations inside each other; 32 are the most"),
        Failure(
            Array(repeating: "idle", count: 65).joined(separator: " or "), 513, 4,
            "too many conditions; 64 are the most"),
    ]

    @Test(arguments: failures)
    func `what is wrong is told with its place`(failure: Failure) {
        do {
            let expression = try FindExpression(failure.text)
            Issue.record("it was read as \(expression)")
        } catch {
            #expect(error.description == "column \(failure.column): \(failure.message)")
            #expect(error.length == failure.length)
        }
    }

    @Test func `every kind of failure is in the table`() {
        #expect(Self.failures.count >= 25)
    }

    @Test(arguments: [
        ("rt>1000", "responsetime > 1000"), ("! healthy", "!healthy"), ("is not has mtls", "!mtls"),
        ("ns=a AND (svc^=b or wl $= c)", "namespace = a AND (service startswith b OR workload endswith c)"),
        ("((healthy))", "healthy"), ("idle and (healthy and dead)", "idle AND healthy AND dead"),
        ("(idle or healthy) or dead", "idle OR healthy OR dead"), ("not (app = x)", "!(app = x)"),
        ("!!(idle or dead)", "!!(idle OR dead)"), ("app = 'it is'", "app = \"it is\""),
        ("op = GET   /a b", "operation = \"GET /a b\""),
        ("app = \"say \\\"hi\\\" \\\\\"", "app = \"say \\\"hi\\\" \\\\\""),
        ("app = 'and'", "app = \"and\""), ("app = is", "app = is"), ("app != healthy", "app != healthy"),
        ("http = nan", "http = NaN"), ("rt > 0.50", "responsetime > 0.5"), ("rt > 1e3", "responsetime > 1000"),
        ("rt = -0", "responsetime = 0"), ("label:App.K8s/x not contains y", "label:App.K8s/x !contains y"),
        ("app =~ \"a\\.b\"", "app =~ \"a\\\\.b\""), ("app =~ (a|b c)", "app =~ \"(a|b c)\""),
        ("node = SVC", "node = service"), ("sc", "sidecar"), ("app = it's", "app = \"it's\""),
    ])
    func `an expression prints in canonical text`(text: String, canonical: String) throws {
        let expression = try FindExpression(text)

        #expect(expression.description == canonical)
        #expect(try FindExpression(canonical) == expression)
    }

    @Test(arguments: SeededGenerator.seeds(25))
    func `what is printed reads as the same expression`(seed: UInt64) throws {
        var generator = FindTextGenerator(seed: seed)
        for _ in 0..<100 {
            let made = generator.expression()
            let expression = try FindExpression(made.spelled)
            #expect(expression.description == made.canonical, "\(made.spelled)")
            #expect(try FindExpression(expression.description) == expression)
        }
    }

    @Test(arguments: SeededGenerator.seeds(20))
    func `no text traps, and a place lies in its text`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "app", "rt", "healthy", "label:", "node", "rank", "p95", " ", " ", " ", "=", "!", ">", "=~", "(", ")",
            "and",
            " or ", "not", "\"", "'", "\\", "5", "NaN", "[", "*", "{2}", "\u{301}", "🙂", "\r\n", "\u{0}",
        ]
        for _ in 0..<500 {
            let count = Int.random(in: 0...12, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            do {
                let expression = try FindExpression(text)
                #expect((try? FindExpression(expression.description)) == expression, "\(text)")
            } catch {
                let scalars = text.unicodeScalars.count
                #expect(error.offset >= 0 && error.offset + error.length <= scalars, "\(text): \(error)")
                #expect(error.underlined(in: text).contains("^"))
            }
        }
    }

    @Test func `the place is underlined below the text`() throws {
        let text = "app = web\tAND helthy"

        let error = try #require(throws: FindSyntaxError.self) { try FindExpression(text) }

        #expect(error.underlined(in: text) == "app = web AND helthy\n              ^^^^^^")
        #expect(error.underlined(in: text, width: { $0 == "a" ? 2 : 1 }).hasSuffix("\n               ^^^^^^"))
    }

    @Test(arguments: [
        ("rt > 5", [FindDisplayNeed.responseTimeLabels]), ("mtls or idle", [.idleNodes, .security]),
        ("!(rank = 1) or throughput > 1", [.ranking, .throughputLabels]), ("destprincipal = x", [.security]),
        ("app = idle or p95 > 5", []),
    ])
    func `an expression tells what must be shown with it`(text: String, needs: [FindDisplayNeed]) throws {
        #expect(try FindExpression(text).displayNeeds == Set(needs))
    }

    @Test func `presets are expressions`() throws {
        for preset in FindPreset.find + FindPreset.hide {
            _ = try FindExpression(preset.text)
            #expect(!preset.title.isEmpty)
        }
        let find = FindPreset.find.map(\.text)
        #expect(find == ["rt > 1000", "! healthy", "name = unknown", "rank <= 2"])
        #expect(FindPreset.hide.map(\.text) == ["healthy", "name = unknown", "rank > 2"])
    }

    @Test func `every operand can be read by its name and explains itself`() {
        for operand in FindOperand.allCases {
            #expect(FindOperand(named: operand.rawValue.uppercased()) == operand)
            #expect(!operand.summary.isEmpty)
        }
        for (short, operand) in FindOperand.abbreviations {
            #expect(FindOperand(rawValue: short) == nil, "\(short) is a name and an abbreviation of \(operand)")
        }
    }
}

/// Makes expressions in some spelling, with the canonical text that they must have.
private struct FindTextGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// How tightly the outermost part of a text binds.
    private enum Form { case or, and, not, flag, comparison }

    mutating func expression() -> (spelled: String, canonical: String) {
        // Mixing is for tests of its own: each expression keeps to one side.
        let isNodes = random.oneIn(2)
        let made = part(depth: 3, isNodes: isNodes)
        return (made.spelled, made.canonical)
    }

    private mutating func part(depth: Int, isNodes: Bool) -> (spelled: String, canonical: String, form: Form) {
        switch depth == 0 ? 3 : Int.random(in: 0...4, using: &random) {
        case 0, 1:
            let isOr = random.oneIn(2)
            let form: Form = isOr ? .or : .and
            let count = Int.random(in: 2...3, using: &random)
            var spelled: [String] = []
            var canonical: [String] = []
            for _ in 0..<count {
                let inner = part(depth: depth - 1, isNodes: isNodes)
                // A list in parentheses within a list of its kind is one list.
                let needs = form == .and && inner.form == .or
                let may = needs || random.oneIn(4)
                spelled.append(may ? "(\(blank())\(inner.spelled)\(blank()))" : inner.spelled)
                canonical.append(needs ? "(\(inner.canonical))" : inner.canonical)
            }
            let word = spelling(of: isOr ? "or" : "and")
            return (spelled.joined(separator: " \(word) "), canonical.joined(separator: isOr ? " OR " : " AND "), form)
        case 2:
            let inner = part(depth: depth - 1, isNodes: isNodes)
            let sign = random.oneIn(2) ? "!\(blank())" : spelling(of: "not") + " "
            switch inner.form {
            case .flag, .not: return ("\(sign)\(inner.spelled)", "!\(inner.canonical)", .not)
            case .or, .and, .comparison: return ("\(sign)(\(inner.spelled))", "!(\(inner.canonical))", .not)
            }
        case 3: return comparison(isNodes: isNodes)
        default:
            let operand = operand(isNodes: isNodes) { $0.use == .flag } ?? .healthy
            let prefix = random.oneIn(3) ? spelling(of: ["is", "has"].randomElement(using: &random) ?? "is") + " " : ""
            return (prefix + name(of: operand), operand.rawValue, .flag)
        }
    }

    private mutating func comparison(isNodes: Bool) -> (spelled: String, canonical: String, form: Form) {
        let operand = operand(isNodes: isNodes) { $0.use != .flag } ?? .app
        let key =
            operand == .label ? ["region", "App.kubernetes.io/name", "a-b"].randomElement(using: &random) ?? "" : ""
        let comparison = FindOperator.allCases.filter { $0.fits(operand.use) }.randomElement(using: &random) ?? .equal
        let value = value(of: operand, comparison)
        let name = name(of: operand) + key
        let sign = spelling(of: comparison)
        return (
            "\(name) \(blank())\(sign)\(blank()) \(value.spelled)",
            "\(operand.rawValue)\(key) \(comparison.rawValue) \(value.canonical)", .comparison
        )
    }

    private mutating func value(
        of operand: FindOperand, _ comparison: FindOperator
    ) -> (spelled: String, canonical: String) {
        switch operand.use {
        case .number:
            if operand != .rank, comparison == .equal || comparison == .notEqual, random.oneIn(3) {
                return (["NaN", "nan", "NAN"].randomElement(using: &random) ?? "NaN", "NaN")
            }
            let numbers =
                operand == .rank
                ? [("1", "1"), ("100", "100"), ("7.0", "7")]
                : [("0", "0"), ("0.5", "0.5"), ("1e3", "1000"), ("-2", "-2"), ("1000.25", "1000.25")]
            return numbers.randomElement(using: &random).map { (spelled: $0.0, canonical: $0.1) } ?? ("1", "1")
        case .word:
            let words = [("SVC", "service"), ("app", "app"), ("wl", "workload"), ("external", "external")]
            return words.randomElement(using: &random).map { (spelled: $0.0, canonical: $0.1) } ?? ("app", "app")
        case .text, .flag:
            let isPattern = comparison == .matches || comparison == .notMatches
            let bare =
                isPattern ? ["web", "v1", "a/b"] : ["web", "v1", "a/b", "x.y:80", "Payment-Service", "is", "not"]
            if random.oneIn(2) {
                let word = bare.randomElement(using: &random) ?? "web"
                return (word, word)
            }
            // A pattern must be one; other text may be anything.
            let text =
                isPattern
                ? ["^a (b|c)$", "[\"']\\d+", "\\\\", "é{2,3}?", "and"].randomElement(using: &random) ?? ""
                : random.awkwardText() + "!"
            return (quoted(text, by: random.oneIn(2) ? "\"" : "'"), quoted(text, by: "\""))
        }
    }

    private func quoted(_ text: String, by quote: Unicode.Scalar) -> String {
        var view = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars {
            if scalar == quote || scalar == "\\" { view.append("\\") }
            view.append(scalar)
        }
        view.append(quote)
        // A text that is needed bare in one spelling only would not be canonical.
        return text == "and"
            || text.unicodeScalars.contains { !"abcdefghijklmnopqrstuvwxyz".unicodeScalars.contains($0) }
            ? String(view) : text
    }

    private mutating func operand(isNodes: Bool, where holds: (FindOperand) -> Bool) -> FindOperand? {
        FindOperand.allCases.filter { $0.subjects == [isNodes ? .node : .edge] && holds($0) }
            .randomElement(using: &random)
    }

    private mutating func name(of operand: FindOperand) -> String {
        let short = FindOperand.abbreviations.filter { $0.value == operand }.keys.sorted()
        let name = short.isEmpty || random.oneIn(2) ? operand.rawValue : short.randomElement(using: &random) ?? ""
        return operand == .label ? name : spelling(of: name)
    }

    private mutating func spelling(of comparison: FindOperator) -> String {
        let pairs: [FindOperator: [String]] = [
            .notEqual: ["!=", "not ="], .contains: ["*=", "Contains"], .startsWith: ["^=", "startswith"],
            .endsWith: ["$=", "ENDSWITH"], .notContains: ["!*=", "! *=", "not contains"],
            .notStartsWith: ["!^=", "!startswith"], .notEndsWith: ["!$=", "NOT endswith"],
            .notMatches: ["!~", "not =~"],
        ]
        return (pairs[comparison] ?? [comparison.rawValue]).randomElement(using: &random) ?? comparison.rawValue
    }

    private mutating func spelling(of word: String) -> String { random.oneIn(3) ? word.uppercased() : word }

    private mutating func blank() -> String { ["", "", " ", "\t"].randomElement(using: &random) ?? "" }
}
