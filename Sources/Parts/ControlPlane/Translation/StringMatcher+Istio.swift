import Discovery
import Patterns

extension StringMatcher {
    /// Any text that is not empty.
    static let something = StringMatcher.regex(".+")

    /// Istio's texts: `*` for something, `*x` and `x*` for an end and a beginning, all others for themselves.
    ///
    /// - Parameter beginning: what stands before the text in any case.
    static func istio(_ text: String, after beginning: String = "", ignoringCase: Bool = false) -> StringMatcher {
        if text == "*" { return .something }
        if text.hasPrefix("*") {
            let end = String(text.dropFirst())
            // An end with a beginning of its own is neither of the two.
            return beginning.isEmpty
                ? .suffix(end, ignoringCase: ignoringCase) : .regex("\(beginning.expression).*\(end.expression)")
        }
        if text.hasSuffix("*") { return .prefix(beginning + text.dropLast(), ignoringCase: ignoringCase) }
        return .exact(beginning + text, ignoringCase: ignoringCase)
    }

    /// An expression made here, of quoted text.
    static func regex(_ expression: String) -> StringMatcher {
        do throws(PatternError) {
            return .regex(try Pattern(expression))
        } catch {
            // Only for a text beyond what RE2 takes. It names nothing that exists.
            return .exact("\u{0}")
        }
    }
}

extension Route.HeaderMatcher {
    /// A header with one of Istio's texts; `*` for any value.
    static func istio(_ name: String, _ text: String, ignoringCase: Bool = false) -> Route.HeaderMatcher {
        if text == "*" { return Route.HeaderMatcher(name: name, condition: .present) }
        let condition: Route.StringCondition =
            if text.hasPrefix("*") {
                .suffix(String(text.dropFirst()), ignoringCase: ignoringCase)
            } else if text.hasSuffix("*") {
                .prefix(String(text.dropLast()), ignoringCase: ignoringCase)
            } else {
                .exact(text, ignoringCase: ignoringCase)
            }
        return Route.HeaderMatcher(name: name, condition: condition)
    }
}

extension String {
    /// The text as an expression that matches it and nothing else.
    var expression: String {
        var result = ""
        for character in self {
            if "\\.+*?()|[]{}^$".contains(character) { result += "\\" }
            result.append(character)
        }
        return result
    }

    /// The same where `*` stands for any text.
    var wildcardExpression: String {
        split(separator: "*", omittingEmptySubsequences: false).map { String($0).expression }.joined(separator: ".*")
    }
}
