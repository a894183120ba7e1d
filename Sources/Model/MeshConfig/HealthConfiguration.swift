package import JSONWire
package import MeshModel
internal import Patterns
internal import Quantities
internal import YAMLWire

/// The rules of health as a person writes them down, Kiali's `health_config` with objectives beside it.
///
/// ```yaml
/// health:
///   judgeCallers: false
///   rate:
///   - namespace: payments        # regular expressions; what is absent matches everything
///     kind: app                  # app, service or workload
///     name: payment-.*
///     tolerance:
///     - {code: 5XX, protocol: http, direction: inbound, degraded: 1, failure: 5}
///   - tolerance:
///     - {code: 5XX, protocol: http, failure: 10}
///   objectives:
///   - name: checkout is quick
///     namespace: shop
///     service: checkout
///     threshold: 250ms
///     target: 99                 # percent; or quantile: 0.99
///     window: 1h
///     burnRate: {degraded: 2, failure: 14.4}   # absent: no colour changes
/// ```
///
/// Without `rate` the tolerances are Kiali's own.
package enum HealthConfiguration {
    /// Why it cannot be used: `FILE:LINE:COLUMN: what is wrong, and what would be right`.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package var description: String
    }

    /// Reads a file: one document that has `health:` (or `health_config:`, as Kiali's own) at its top, or is what stands
    /// under it.
    package static func parse(_ bytes: [UInt8], file: String) throws(Failure) -> HealthRules {
        let documents: [YAMLDocument]
        do throws(YAMLError) {
            documents = try YAMLParser.parse(bytes, file: file)
        } catch {
            throw Failure(description: error.description)
        }
        guard let document = documents.first else { return .standard }
        do throws(SchemaError) {
            guard documents.count == 1 else { throw SchemaError(at: .root, "expected one document only") }
            for key in ["health", "health_config"] {
                guard let inside = document.value[key] else { continue }
                _ = try SchemaReader(document.value).fields([key])
                return try rules(SchemaReader(inside, at: JSONPointer(tokens: [key])))
            }
            return try rules(SchemaReader(document.value))
        } catch {
            throw Failure(description: "\(file):\(document.position(of: error.pointer)): \(error)")
        }
    }

    /// Reads the section itself, for whoever has it inside a larger document.
    package static func rules(_ reader: SchemaReader) throws(SchemaError) -> HealthRules {
        let fields = try reader.fields(["rate", "objectives", "judgeCallers"])
        var rules = HealthRules.standard
        if let rate = fields["rate"] {
            rules.rates = try rate.each { (item) throws(SchemaError) in try Self.rate(item) }
        }
        if let objectives = fields["objectives"] {
            rules.objectives = try objectives.each { (item) throws(SchemaError) in try objective(item) }
        }
        rules.judgesCallers = try fields["judgeCallers"]?.bool() ?? false
        return rules
    }

    private static func rate(_ reader: SchemaReader) throws(SchemaError) -> HealthRate {
        let fields = try reader.fields(["namespace", "kind", "name", "tolerance"])
        let tolerances =
            try fields["tolerance"]?.each { (item) throws(SchemaError) in try tolerance(item) } ?? []
        guard tolerances.count <= HealthRate.maximumTolerances else {
            throw reader.error("at most \(HealthRate.maximumTolerances) tolerances in one block; split it")
        }
        return HealthRate(
            namespace: try pattern(fields["namespace"]), kind: try pattern(fields["kind"]),
            name: try pattern(fields["name"]), tolerances: tolerances)
    }

    private static func tolerance(_ reader: SchemaReader) throws(SchemaError) -> HealthTolerance {
        let fields = try reader.fields(["code", "protocol", "direction", "degraded", "failure"])
        let degraded = try fields["degraded"]?.percent() ?? 0
        let failure = try fields["failure"]?.percent() ?? 0
        if let given = fields["degraded"], degraded > failure, fields["failure"] != nil {
            throw given.error("is above failure, \(short(failure)); write the smaller number here")
        }
        let code = try text(fields["code"])
        let `protocol` = try text(fields["protocol"])
        let direction = try text(fields["direction"])
        do throws(HealthTolerance.Refusal) {
            return try HealthTolerance(
                code: code, protocol: `protocol`, direction: direction, degraded: degraded, failure: failure)
        } catch {
            throw (fields[error.field] ?? reader).error("no regular expression: \(error.error.reason)")
        }
    }

    private static func objective(_ reader: SchemaReader) throws(SchemaError) -> LatencyObjective {
        let fields = try reader.fields([
            "name", "namespace", "service", "threshold", "target", "quantile", "window", "burnRate", "minimumRequests",
        ])
        let threshold = try fields.required("threshold")
        let milliseconds = try threshold.duration().milliseconds
        guard milliseconds > 0 else { throw threshold.error("must be longer than nothing; write \"250ms\"") }
        let target: Double
        switch try fields.one(of: "target", "quantile") {
        case ("target", let reader)?: target = try reader.number(in: 0...100, "a percentage like 99.5") / 100
        case (_, let reader)?: target = try reader.number(in: 0...1, "a share like 0.99")
        case nil:
            throw SchemaError(at: reader.pointer.appending("target"), "is required; write target: 99 or quantile: 0.99")
        }
        guard target > 0, target < 1 else {
            throw (fields["target"] ?? fields["quantile"] ?? reader).error(
                "leaves \(target == 0 ? "nothing to keep" : "no budget"); write a number between")
        }
        let window = try fields.required("window")
        let length = try window.duration()
        guard length >= .seconds(1) else { throw window.error("must be at least 1s") }
        let limits = try fields["burnRate"]?.fields(["degraded", "failure"])
        return LatencyObjective(
            name: try fields["name"]?.nonEmptyString() ?? "\(short(target * 100)) % within \(short(milliseconds)) ms",
            namespace: try pattern(fields["namespace"]), service: try pattern(fields["service"]),
            threshold: milliseconds, target: Ratio(target), window: length,
            limits: LatencyObjective.BurnLimits(
                degraded: try limits?["degraded"]?.number(in: 0...1_000_000, "a burn rate like 2"),
                failure: try limits?["failure"]?.number(in: 0...1_000_000, "a burn rate like 14.4")),
            minimumRequests: try fields["minimumRequests"]?.number(in: 0...1e12, "a number of requests") ?? 100)
    }

    private static func pattern(_ reader: SchemaReader?) throws(SchemaError) -> Pattern {
        let source = try text(reader)
        do throws(PatternError) {
            return try Pattern(anchoring: source)
        } catch {
            throw (reader ?? SchemaReader(.null)).error("no regular expression: \(error.reason)")
        }
    }

    /// A code may be written as a number: `500`.
    private static func text(_ reader: SchemaReader?) throws(SchemaError) -> String {
        guard let reader else { return "" }
        if let number = reader.value.int { return String(number) }
        return try reader.string()
    }

    private static func short(_ value: Double) -> String {
        value == value.rounded() ? Humane.fixed(value, decimals: 0) : Humane.fixed(value, decimals: 1)
    }
}

extension SchemaReader {
    fileprivate func number(in range: ClosedRange<Double>, _ words: String) throws(SchemaError) -> Double {
        guard let number = value.double else { throw error("expected \(words), found \(value.kindInWords)") }
        guard range.contains(number) else { throw error("\(number) is out of range; expected \(words)") }
        return number
    }

    fileprivate func percent() throws(SchemaError) -> Double { try number(in: 0...100, "a percentage like 10") }
}
