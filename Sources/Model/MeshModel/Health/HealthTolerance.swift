package import Patterns

/// How many answers of a kind are tolerated, in Kiali's form.
///
/// Percentages of the answers in the same direction and protocol. The patterns are regular expressions tied to both ends
/// as Kiali ties them – `^` before the text and `$` behind it, not around it, so that `http|grpc` reads
/// `^http|grpc$` – and an empty one matches everything.
package struct HealthTolerance: Hashable, Sendable {
    /// Response codes, where `X` or `x` stands for a digit: `5XX`.
    package let code: String
    package let `protocol`: String
    /// `inbound`, `outbound`.
    package let direction: String
    /// From how many percent on it is degraded. Where that is 0, every single one degrades.
    package let degraded: Double
    package let failure: Double

    let codes: Pattern
    let protocols: Pattern
    let directions: Pattern

    /// Which text of a tolerance is no pattern.
    package struct Refusal: Error, Hashable, Sendable {
        /// `code`, `protocol` or `direction`.
        package var field: String
        package var error: PatternError
    }

    package init(
        code: String = "", protocol: String = "", direction: String = "", degraded: Double = 0, failure: Double = 0
    ) throws(Refusal) {
        self.code = code
        self.protocol = `protocol`
        self.direction = direction
        self.degraded = degraded
        self.failure = failure
        codes = try Self.pattern(String(code.map { $0 == "X" || $0 == "x" ? "\\d" : String($0) }.joined()), "code")
        protocols = try Self.pattern(`protocol`, "protocol")
        directions = try Self.pattern(direction, "direction")
    }

    private static func pattern(_ text: String, _ field: String) throws(Refusal) -> Pattern {
        do throws(PatternError) {
            return try Pattern(anchoring: text)
        } catch {
            throw Refusal(field: field, error: error)
        }
    }
}

extension Pattern {
    /// The pattern tied to both ends of the text as Kiali does it; everything when it is empty.
    package init(anchoring source: String) throws(PatternError) {
        // What is wrong is told of what was written, not of what is made of it.
        _ = try Pattern(source)
        let source = source.isEmpty ? ".*" : source
        try self.init((source.hasPrefix("^") ? "" : "^") + source + (source.hasSuffix("$") ? "" : "$"))
    }
}

/// The tolerances that an object carries itself, in its annotation `health.kiali.io/rate`:
/// `4XX,10,20,http,inbound;5XX,0,10,http,inbound`.
package struct HealthAnnotation: Hashable, Sendable {
    package static let key = "health.kiali.io/rate"

    /// Those that can be read. When there are none, the annotation says nothing and the rules for everybody hold.
    package let tolerances: [HealthTolerance]
    /// What is wrong with the others, in words.
    package let problems: [String]

    /// `code,degraded,failure,protocol,direction` in each part.
    package init(_ text: String) {
        var tolerances: [HealthTolerance] = []
        var problems: [String] = []
        for part in text.split(separator: ";") {
            let part = part.trimmed
            guard !part.isEmpty else { continue }
            switch Self.tolerance(part) {
            case .success(let tolerance): tolerances.append(tolerance)
            case .failure(let problem): problems.append("\(Self.key): “\(part)”: \(problem.message)")
            }
        }
        self.tolerances = tolerances
        self.problems = problems
    }

    private struct Problem: Error {
        var message: String
    }

    private static func tolerance(_ part: Substring) -> Result<HealthTolerance, Problem> {
        let fields = part.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 5 else {
            return .failure(Problem(message: "expected code,degraded,failure,protocol,direction"))
        }
        guard let degraded = Double(fields[1].trimmed), let failure = Double(fields[2].trimmed),
            degraded.isFinite, failure.isFinite
        else { return .failure(Problem(message: "degraded and failure are percentages, like 10")) }
        guard degraded <= failure else {
            return .failure(Problem(message: "degraded is above failure; the smaller number comes first"))
        }
        do throws(HealthTolerance.Refusal) {
            return .success(
                try HealthTolerance(
                    code: String(fields[0]), protocol: String(fields[3]), direction: String(fields[4]),
                    degraded: degraded, failure: failure))
        } catch {
            return .failure(Problem(message: "\(error.field): \(error.error.reason)"))
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return self[first...last]
    }
}
