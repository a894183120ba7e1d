package import JSONWire

/// Which objects of a collection are meant: Kubernetes' label and field selectors.
package struct ObjectSelector: Hashable, Sendable {
    fileprivate enum Requirement: Hashable, Sendable {
        case exists(String)
        case absent(String)
        case oneOf(String, [String])
        /// Also met when the label is absent, as in Kubernetes.
        case noneOf(String, [String])
    }

    private var labels: [Requirement] = []
    private var fields: [Requirement] = []

    /// Everything.
    package static let all = ObjectSelector()

    private init() {}

    /// Reads `app=web,tier!=db,env in (a,b),!old` and `metadata.name=x,metadata.namespace=y`.
    package init(labels: String?, fields: String?) throws(APIFailure) {
        self.labels = try Self.parse(labels ?? "", name: "labelSelector")
        self.fields = try Self.parse(fields ?? "", name: "fieldSelector")
        for case .oneOf(let field, _) in self.fields where !Self.isKnown(field) { throw Self.unknown(field) }
        for case .noneOf(let field, _) in self.fields where !Self.isKnown(field) { throw Self.unknown(field) }
    }

    package func matches(_ object: JSONValue) -> Bool {
        let metadata = object["metadata"]
        return labels.allSatisfy { $0.isMet { metadata?["labels"]?[$0]?.string } }
            && fields.allSatisfy { $0.isMet { metadata?[String($0.dropFirst("metadata.".count))]?.string } }
    }

    private static func isKnown(_ field: String) -> Bool { ["metadata.name", "metadata.namespace"].contains(field) }

    private static func unknown(_ field: String) -> APIFailure {
        APIFailure(
            .badRequest, "field label not supported: \(field); use metadata.name or metadata.namespace")
    }

    private static func parse(_ text: String, name: String) throws(APIFailure) -> [Requirement] {
        var result: [Requirement] = []
        for part in split(text) {
            guard let requirement = requirement(part) else {
                throw APIFailure(
                    .badRequest, "\(name): cannot read \"\(part)\"; write a=b, a!=b, a in (b,c), a notin (b,c), a or !a"
                )
            }
            result.append(requirement)
        }
        return result
    }

    /// Parts are parted by commas outside parentheses.
    private static func split(_ text: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var depth = 0
        for character in text {
            switch character {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth <= 0:
                parts.append(part)
                part = ""
                continue
            default: break
            }
            part.append(character)
        }
        parts.append(part)
        return parts.map { $0.trimmed }.filter { !$0.isEmpty }
    }

    private static func requirement(_ part: String) -> Requirement? {
        for (sign, isEqual) in [("!=", false), ("==", true), ("=", true)] {
            guard let (left, right) = part.halves(at: sign) else { continue }
            guard !left.isEmpty else { return nil }
            return isEqual ? .oneOf(left, [right]) : .noneOf(left, [right])
        }
        if part.hasSuffix(")"), let open = part.firstIndex(of: "(") {
            let words = part[..<open].split(separator: " ").map(String.init)
            let values = part[part.index(after: open)...].dropLast().split(separator: ",").map { String($0).trimmed }
            guard words.count == 2 else { return nil }
            switch words[1] {
            case "in": return .oneOf(words[0], values)
            case "notin": return .noneOf(words[0], values)
            default: return nil
            }
        }
        guard !part.contains(" "), !part.contains("("), !part.contains(")") else { return nil }
        if part.hasPrefix("!") { return part.count > 1 ? .absent(String(part.dropFirst())) : nil }
        return .exists(part)
    }
}

extension ObjectSelector.Requirement {
    fileprivate func isMet(_ value: (String) -> String?) -> Bool {
        switch self {
        case .exists(let name): value(name) != nil
        case .absent(let name): value(name) == nil
        case .oneOf(let name, let values): value(name).map(values.contains) ?? false
        case .noneOf(let name, let values): !(value(name).map(values.contains) ?? false)
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    fileprivate func halves(at sign: String) -> (String, String)? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(sign) {
                return (String(self[..<index]).trimmed, String(self[index...].dropFirst(sign.count)).trimmed)
            }
            index = self.index(after: index)
        }
        return nil
    }
}
