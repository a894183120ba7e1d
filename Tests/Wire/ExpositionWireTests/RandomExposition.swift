import ExpositionWire
import TestSupport

/// Makes expositions that are right, and as odd as they may be.
struct RandomExposition {
    let format: ExpositionFormat
    /// Names in quotes are newer than either format's first version.
    var hasQuotedNames = true
    var random: SeededGenerator

    init(seed: UInt64, format: ExpositionFormat, hasQuotedNames: Bool = true) {
        self.format = format
        self.hasQuotedNames = hasQuotedNames
        random = SeededGenerator(seed: seed)
    }

    mutating func document(families: Int = 6) -> ExpositionDocument {
        var document = ExpositionDocument()
        for number in 0..<families { document.statements += family(number) }
        return document
    }

    private mutating func family(_ number: Int) -> [ExpositionDocument.Statement] {
        let isQuoted = hasQuotedNames && random.oneIn(3)
        let unit = format == .openMetrics && random.oneIn(3) ? ["seconds", "bytes"][number % 2] : nil
        var name = isQuoted ? "\(number) \(random.awkwardText())" : "\(random.oneIn(4) ? "ns:" : "m")\(number)"
        if let unit { name += "_\(unit)" }
        let types: [MetricType] =
            format == .openMetrics ? MetricType.allCases : [.counter, .gauge, .histogram, .summary, .untyped]
        let type = types.randomElement(using: &random) ?? .gauge

        var statements: [ExpositionDocument.Statement] = []
        if random.oneIn(2) { statements.append(.help(name, helpText())) }
        statements.append(.type(name, type))
        if let unit { statements.append(.unit(name, unit)) }
        var seen: Set<[Label]> = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let labels = self.labels(atMost: 5)
            guard seen.insert(labels).inserted else { continue }
            statements += metric(name, type, labels)
        }
        return statements
    }

    private mutating func metric(
        _ name: String, _ type: MetricType, _ labels: [Label]
    ) -> [ExpositionDocument.Statement] {
        var statements: [ExpositionDocument.Statement] = []
        switch type {
        case .counter:
            let total = format == .openMetrics ? name + "_total" : name
            statements.append(sample(total, labels, number(), hasExemplar: random.oneIn(2)))
        case .histogram, .gaugeHistogram:
            for bound in ["0.005", "1", "+Inf"] {
                let labels = labels + [Label(name: "le", value: bound)]
                statements.append(sample(name + "_bucket", labels, number(), hasExemplar: random.oneIn(2)))
            }
            let suffixes = type == .histogram ? ["_sum", "_count"] : ["_gsum", "_gcount"]
            for suffix in suffixes { statements.append(sample(name + suffix, labels, number())) }
        case .summary:
            for quantile in ["0.5", "0.99"] {
                statements.append(sample(name, labels + [Label(name: "quantile", value: quantile)], number()))
            }
            for suffix in ["_sum", "_count"] { statements.append(sample(name + suffix, labels, number())) }
        case .info: statements.append(sample(name + "_info", labels, 1))
        case .stateSet: statements.append(sample(name, labels + [Label(name: name, value: "on")], 1))
        case .gauge, .untyped: statements.append(sample(name, labels, number()))
        }
        let hasCreated = [.counter, .histogram, .summary].contains(type)
        if format == .openMetrics, hasCreated, random.oneIn(2) {
            statements.append(.created(SeriesKey(name: name + "_created", labels: labels), time: seconds()))
        }
        return statements
    }

    private mutating func sample(
        _ name: String, _ labels: [Label], _ value: Double, hasExemplar: Bool = false
    ) -> ExpositionDocument.Statement {
        let time = random.oneIn(3) ? (format == .openMetrics ? seconds() : milliseconds()) : nil
        var example: ExpositionDocument.Example?
        if hasExemplar, format == .openMetrics {
            example = .init(
                labels: self.labels(atMost: 3), value: .init(number()), time: random.oneIn(2) ? seconds() : nil)
        }
        return .sample(SeriesKey(name: name, labels: labels), .init(value), time: time, example)
    }

    private mutating func labels(atMost count: Int) -> [Label] {
        (0..<Int.random(in: 0...count, using: &random)).map { number in
            let isQuoted = hasQuotedNames && random.oneIn(4)
            let name = isQuoted ? "\(number).\(random.awkwardText())" : "l\(number)_A"
            return Label(name: name, value: "\(random.oneIn(3) ? "\\\"\n}{#" : "v")\(random.awkwardText())")
        }
    }

    private mutating func helpText() -> String {
        // A blank at the beginning or a carriage return at the end has no spelling.
        "h" + random.awkwardText() + "."
    }

    mutating func number() -> Double {
        let odd: [Double] = [
            0, -0.0, 1, -1, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
            .leastNormalMagnitude, .leastNormalMagnitude.nextDown, .greatestFiniteMagnitude, 0.1, 2.5, 1e-7, 1e15, 1e16,
            1e22, 1e23, 0x1p53, 0x1p53 - 1, 0x1p63, -0x1p63, 0x1p64, 0x1.b69b4bacd05f1p56,
        ]
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return odd.randomElement(using: &random) ?? 0
        case 1: return Double(bitPattern: random.next())
        case 2: return Double(Int.random(in: 0...1_000_000_000, using: &random))
        default: return Double.random(in: -1000...1000, using: &random)
        }
    }

    private mutating func milliseconds() -> Int64 {
        random.oneIn(8)
            ? -Int64.max : Int64(truncatingIfNeeded: random.next()) >> Int64.random(in: 1...62, using: &random)
    }

    /// Doubles keep milliseconds of seconds up to here.
    private mutating func seconds() -> Int64 {
        Int64.random(in: -(1 << 50)...(1 << 50), using: &random)
            >> Int64(random.oneIn(2) ? 0 : Int.random(in: 0...50, using: &random))
    }
}
