package import Patterns

/// What the path of a request must be; query and fragment do not count.
package struct PathCondition: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case exact
        /// Begins with, byte by byte: `/pay` takes `/payments`.
        case prefix
        /// Equal, or begins with this and a `/`.
        case segments
        /// The whole path, by RE2; letter case counts, whatever else is said.
        case regex(Pattern)
    }

    package let kind: Kind
    /// Empty for a regex.
    package let text: [UInt8]
    package let ignoresCase: Bool

    package init(_ kind: Kind, _ text: some Collection<UInt8>, ignoringCase: Bool = false) {
        self.kind = kind
        self.text = ignoringCase ? text.map(\.lowercased) : Array(text)
        self.ignoresCase = ignoringCase
    }

    package init(regex pattern: Pattern) {
        self.init(.regex(pattern), [])
    }

    /// Every path.
    package static let any = PathCondition(.prefix, [])

    /// Whether the path of `target` is what is wanted.
    package func holds(for target: ArraySlice<UInt8>) -> Bool {
        if case .prefix = kind, text.count <= 1 {
            // `/`, the commonest route of all, takes every target in origin form.
            return text.isEmpty || target.first == text[0]
        }
        let path = target.path
        guard path.begins(with: text, ignoringCase: ignoresCase) else { return false }
        return switch kind {
        case .exact: path.count == text.count
        case .prefix: true
        case .regex(let pattern): pattern.matchesWhole(path)
        case .segments: path.count == text.count || path[path.startIndex + text.count] == UInt8(ascii: "/")
        }
    }

    /// The target with what matched replaced by `replacement`; query and the rest of the path stay. The target must be
    /// one for which the condition holds.
    package func rewrite(_ target: ArraySlice<UInt8>, with replacement: [UInt8]) -> [UInt8] {
        let length = target.path.count
        // A regex matched the whole path.
        if case .regex = kind { return replacement + target.dropFirst(length) }
        return replacement + target.dropFirst(min(text.count, length))
    }
}

extension ArraySlice<UInt8> {
    /// The target without its query and fragment.
    var path: ArraySlice<UInt8> {
        prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    }

    /// The first value of a query parameter, as it was sent (percent signs and all, as Envoy compares it); empty when
    /// the parameter has no `=`.
    func queryParameter(_ name: [UInt8]) -> ArraySlice<UInt8>? {
        var rest = dropFirst(path.count)
        guard rest.first == UInt8(ascii: "?") else { return nil }
        rest = rest.dropFirst().prefix { $0 != UInt8(ascii: "#") }
        while !rest.isEmpty {
            let pair = rest.prefix { $0 != UInt8(ascii: "&") }
            rest = rest.dropFirst(pair.count + 1)
            let key = pair.prefix { $0 != UInt8(ascii: "=") }
            if key.elementsEqual(name) { return pair.dropFirst(key.count + 1) }
        }
        return nil
    }

    /// Whether the bytes begin with `prefix`, which is in lower case when letter case is ignored.
    func begins(with prefix: [UInt8], ignoringCase: Bool) -> Bool {
        guard count >= prefix.count else { return false }
        return window(at: startIndex, equals: prefix, ignoringCase: ignoringCase)
    }

    func ends(with suffix: [UInt8], ignoringCase: Bool) -> Bool {
        guard count >= suffix.count else { return false }
        return window(at: endIndex - suffix.count, equals: suffix, ignoringCase: ignoringCase)
    }

    /// Whether `text` stands somewhere inside.
    func holds(_ text: [UInt8], ignoringCase: Bool) -> Bool {
        guard count >= text.count else { return false }
        return (startIndex...(endIndex - text.count)).contains {
            window(at: $0, equals: text, ignoringCase: ignoringCase)
        }
    }

    private func window(at start: Int, equals text: [UInt8], ignoringCase: Bool) -> Bool {
        if ignoringCase {
            for (offset, wanted) in text.enumerated() where self[start + offset].lowercased != wanted { return false }
        } else {
            for (offset, wanted) in text.enumerated() where self[start + offset] != wanted { return false }
        }
        return true
    }
}

extension UInt8 {
    /// ASCII letters in lower case, everything else as it is.
    var lowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}
