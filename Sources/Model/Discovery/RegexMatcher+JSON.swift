import JSONWire
import Patterns

/// Envoy's `type.matcher.v3.RegexMatcher`.
extension Pattern {
    init(_ reader: SchemaReader) throws(SchemaError) {
        // Which engine was meant had to be said once; there is but one, and the message for it is empty.
        let fields = try reader.fields(["regex", "google_re2"])
        let source = try fields.required("regex")
        let text = try source.nonEmptyString()
        do throws(PatternError) {
            try self.init(text)
        } catch {
            throw source.error(error.description)
        }
    }

    var json: JSONValue { ["regex": .string(source)] }
}

/// Envoy's `type.matcher.v3.RegexMatchAndSubstitute`.
extension Substitution {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["pattern", "substitution"])
        let pattern = try Pattern(fields.required("pattern"))
        let text = fields["substitution"]
        let source = try text?.string() ?? ""
        guard source.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw fields.error("\"substitution\" holds a blank or a control character, which no path may")
        }
        do throws(PatternError) {
            try self.init(pattern, source)
        } catch {
            throw (text ?? reader).error(error.description)
        }
    }

    var json: JSONValue { ["pattern": pattern.json, "substitution": .string(rewrite.source)] }
}
