internal import Quantities
internal import TraceModel

/// A ``TraceQuery`` in Tempo's language (<https://grafana.com/docs/tempo/latest/traceql/>).
///
/// What one span must be stands in one pair of braces; that there is an error, or whom somebody calls, in one of its own:
/// `{ resource.service.name = "web" && traceDuration >= 100ms } && { status = error }`. It finds no less than the query
/// means, and more only where the caller and whom it calls are in one trace for another reason.
///
/// Names, keys and values come from people and from meshes: they are quoted, and nothing in them is read as more than
/// text.
enum TraceQL {
    static func text(_ query: TraceQuery) -> String {
        var own: [String] = []
        if let service = query.service { own.append(services(named: service)) }
        if let operation = query.operation { own.append("name = \(quoted(operation))") }
        own += query.tags.map(condition)
        // The duration of the whole trace; `duration` is that of a span.
        if let minimum = query.minimumDuration { own.append("traceDuration >= \(duration(minimum))") }
        if let maximum = query.maximumDuration { own.append("traceDuration <= \(duration(maximum))") }
        var sets: [String] = []
        // One pair is enough when nothing else is said of the span.
        let isErrorApart = query.service != nil || query.operation != nil || !query.tags.isEmpty
        if query.errorsOnly, !isErrorApart { own.append("status = error") }
        if !own.isEmpty { sets.append(own.joined(separator: " && ")) }
        if query.errorsOnly, isErrorApart { sets.append("status = error") }
        if let called = query.calledService { sets.append(peers(named: called)) }
        guard !sets.isEmpty else { return "{}" }
        return sets.map { "{ \($0) }" }.joined(separator: " && ")
    }

    /// Spans of a service, for the names of its operations.
    static func spans(of service: String) -> String { "{ resource.service.name = \(quoted(service)) }" }

    /// The name as it stands, or with more after a dot: proxies send `payment.payments`, and people ask for `payment`.
    private static func services(named name: String) -> String {
        "(resource.service.name = \(quoted(name)) || resource.service.name =~ \(quoted(escaped(name) + "[.].*")))"
    }

    /// Spans of the service, and of those that call it where it sends none itself.
    private static func peers(named name: String) -> String {
        let pattern = quoted("(.*[|])?" + escaped(name) + "([.].*)?")
        return services(named: name) + Span.peerKeys.map { " || span.\($0) =~ \(pattern)" }.joined()
    }

    /// Tempo compares with types, and a tag that a person writes has none: `500` may be text or a number.
    private static func condition(_ tag: Span.Attribute) -> String {
        switch (tag.key, tag.value) {
        case ("error", "true"): return "status = error"
        case ("error", "false"): return "status != error"
        case ("span.kind", let kind) where kinds.contains(kind): return "kind = \(kind)"
        default: break
        }
        let key = attribute(tag.key)
        let text = "\(key) = \(quoted(tag.value))"
        guard let typed = typed(tag.value) else { return text }
        return "(\(text) || \(key) = \(typed))"
    }

    private static let kinds: Set<String> = ["internal", "server", "client", "producer", "consumer"]

    /// A value that could also have been sent as a number or as a truth.
    private static func typed(_ value: String) -> String? {
        if value == "true" || value == "false" { return value }
        if let whole = Int64(value) { return String(whole) }
        // Only digits and a point: there are numbers that Swift reads and Tempo does not.
        guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), value.utf8.first != 0x2E,
            value.utf8.last != 0x2E, Double(value) != nil
        else { return nil }
        return value
    }

    /// An attribute of the span or of its resource.
    private static func attribute(_ key: String) -> String {
        let isPlain = key.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F: true
            default: false
            }
        }
        let startsWell = key.utf8.first.map { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 == 0x5F } ?? false
        return isPlain && startsWell ? "." + key : "." + quoted(key)
    }

    /// Nanoseconds, so that nothing is rounded.
    private static func duration(_ duration: Duration) -> String { "\(max(0, duration.nanoseconds))ns" }

    /// A text as Go writes it.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                // Control characters say nothing in a name, and would only get into logs.
                if scalar.value >= 0x20, scalar.value != 0x7F { result.unicodeScalars.append(scalar) }
            }
        }
        return result + "\""
    }

    /// A text as a regular expression of Go that matches it and nothing else.
    private static func escaped(_ text: String) -> String {
        let special: Set<Unicode.Scalar> = ["\\", ".", "+", "*", "?", "(", ")", "|", "[", "]", "{", "}", "^", "$"]
        var result = ""
        for scalar in text.unicodeScalars {
            if special.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }
}

/// The same for Tempo before its language: `tags`, in logfmt, with `minDuration` and `maxDuration`.
enum TempoTags {
    /// Nothing when the query cannot be put so.
    static func parameters(_ query: TraceQuery) -> [(name: String, value: String)] {
        var pairs: [String] = []
        if let service = query.service { pairs.append("service.name=\(value(service))") }
        if let operation = query.operation { pairs.append("name=\(value(operation))") }
        for tag in query.tags where isKey(tag.key) { pairs.append("\(tag.key)=\(value(tag.value))") }
        if query.errorsOnly { pairs.append("error=true") }
        var parameters: [(name: String, value: String)] = []
        if !pairs.isEmpty { parameters.append(("tags", pairs.joined(separator: " "))) }
        if let minimum = query.minimumDuration { parameters.append(("minDuration", "\(minimum.nanoseconds)ns")) }
        if let maximum = query.maximumDuration { parameters.append(("maxDuration", "\(maximum.nanoseconds)ns")) }
        return parameters
    }

    private static func isKey(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 < 0x7F }
    }

    private static func value(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 != 0x5C && $0 < 0x7F }
        return isPlain && !text.isEmpty ? text : TraceQL.quoted(text)
    }
}
