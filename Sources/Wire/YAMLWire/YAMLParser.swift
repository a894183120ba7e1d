import JSONWire

/// Reads YAML 1.2 into the JSON data model, with the
/// [core schema](https://yaml.org/spec/1.2.2/#103-core-schema).
///
/// Refused, each with its place: keys that are not scalars, keys that come twice, tags outside the core schema, merge
/// keys (`<<`, which YAML 1.2 dropped), infinities and NaN (JSON has none), and texts that are too large, nest too
/// deep, or say much more through aliases than they spell out.
package enum YAMLParser {
    /// The longest text, in bytes.
    package static let maximumBytes = 16 << 20
    /// How deep mappings and sequences may nest, aliases included.
    package static let maximumDepth = JSONLimits.default.maximumDepth
    /// How much text aliases may stand for in one file, in bytes. Nine lines of ten aliases each are a billion values,
    /// and one long text with many aliases is as bad.
    package static let maximumAliasedBytes = 4 << 20
    /// How many `%TAG` directives a file may have. libyaml compares each with all others: 80,000 take ten seconds.
    package static let maximumTagDirectives = 64

    /// The documents of a file, without those that are empty. `file` is the name for positions in errors.
    package static func parse(_ bytes: [UInt8], file: String) throws(YAMLError) -> [YAMLDocument] {
        guard bytes.count <= maximumBytes else {
            throw YAMLError(
                file: file, at: SourcePosition(line: 1, column: 1),
                "the file has \(bytes.count) bytes; at most \(maximumBytes) are accepted")
        }
        guard tagDirectives(in: bytes) <= maximumTagDirectives else {
            throw YAMLError(
                file: file, at: SourcePosition(line: 1, column: 1),
                "the file has more than \(maximumTagDirectives) %TAG directives")
        }
        var composer = Composer(events: try YAMLEvents(bytes, file: file), file: file)
        return try composer.stream()
    }

    private static func tagDirectives(in bytes: [UInt8]) -> Int {
        var count = 0
        var isLineStart = true
        for (index, byte) in bytes.enumerated() {
            if isLineStart, byte == UInt8(ascii: "%"), bytes[index...].starts(with: Array("%TAG".utf8)) { count += 1 }
            isLineStart = byte == 0x0A || byte == 0x0D
        }
        return count
    }
}

/// Makes values of events.
private struct Composer: ~Copyable {
    /// A value with what its aliases must know of it.
    struct Composed {
        var value: JSONValue
        var source: SourceNode
        /// How long it would be if written out, in bytes and roughly: every value also counts for its punctuation.
        var size = 4
        /// How many levels of mappings and sequences it has.
        var height = 0
    }

    enum Anchor {
        /// Its value is being read: an alias to it would stand inside itself.
        case open
        case complete(Composed)
    }

    var events: YAMLEvents
    let file: String
    var anchors: [String: Anchor] = [:]
    var aliasedBytes = 0

    init(events: consuming YAMLEvents, file: String) {
        self.events = events
        self.file = file
    }

    mutating func stream() throws(YAMLError) -> [YAMLDocument] {
        var documents: [YAMLDocument] = []
        while true {
            switch try events.next().event {
            case .streamEnd: return documents
            case .documentStart:
                anchors = [:]
                let (event, position) = try events.next()
                let root = try node(event, at: position, depth: 0)
                if !event.isNothing {
                    documents.append(YAMLDocument(file: file, value: root.value, source: root.source))
                }
            default: continue
            }
        }
    }

    private mutating func node(
        _ event: YAMLEvent, at position: SourcePosition, depth: Int
    ) throws(YAMLError) -> Composed {
        switch event {
        case .alias(let name):
            return try alias(name, at: position, depth: depth)
        case .scalar(let text, let isPlain, let tag, let anchor):
            let value: JSONValue
            switch CoreSchema.resolve(text, isPlain: isPlain, tag: tag) {
            case .success(let resolved): value = resolved
            case .failure(let refusal): throw failure(at: position, refusal.sentence)
            }
            let scalar = Composed(
                value: value, source: SourceNode(position: position, children: .none),
                size: 4 + text.utf8.count)
            if let anchor { anchors[anchor] = .complete(scalar) }
            return scalar
        case .sequenceStart(let tag, let anchor):
            try check(tag, is: CoreSchema.sequenceTag, "a sequence", at: position)
            return try anchored(anchor) { composer throws(YAMLError) in
                try composer.sequence(at: position, depth: depth + 1)
            }
        case .mappingStart(let tag, let anchor):
            try check(tag, is: CoreSchema.mappingTag, "a mapping", at: position)
            return try anchored(anchor) { composer throws(YAMLError) in
                try composer.mapping(at: position, depth: depth + 1)
            }
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            throw failure(at: position, "expected a value")
        }
    }

    private mutating func alias(
        _ name: String, at position: SourcePosition, depth: Int
    ) throws(YAMLError) -> Composed {
        switch anchors[name] {
        case nil:
            throw failure(
                at: position,
                "the alias *\(name.excerpt) has no anchor; put &\(name.excerpt) before the value that it means")
        case .open:
            throw failure(at: position, "the alias *\(name.excerpt) stands inside the value that it means")
        case .complete(let composed):
            aliasedBytes += composed.size
            guard aliasedBytes <= YAMLParser.maximumAliasedBytes else {
                throw failure(
                    at: position,
                    "the aliases up to here stand for more than \(YAMLParser.maximumAliasedBytes >> 20) MiB; use fewer")
            }
            guard depth + composed.height <= YAMLParser.maximumDepth else { throw tooDeep(at: position) }
            return composed
        }
    }

    private mutating func anchored(
        _ anchor: String?, _ compose: (inout Composer) throws(YAMLError) -> Composed
    ) throws(YAMLError) -> Composed {
        guard let anchor else { return try compose(&self) }
        anchors[anchor] = .open
        let composed = try compose(&self)
        anchors[anchor] = .complete(composed)
        return composed
    }

    private mutating func sequence(at position: SourcePosition, depth: Int) throws(YAMLError) -> Composed {
        guard depth <= YAMLParser.maximumDepth else { throw tooDeep(at: position) }
        var values: [JSONValue] = []
        var sources: [SourceNode] = []
        var size = 4
        var height = 0
        while true {
            let (event, place) = try events.next()
            if case .sequenceEnd = event { break }
            let element = try node(event, at: place, depth: depth)
            values.append(element.value)
            sources.append(element.source)
            size += element.size
            height = max(height, element.height)
        }
        return Composed(
            value: .array(values), source: SourceNode(position: position, children: .elements(sources)),
            size: size, height: height + 1)
    }

    private mutating func mapping(at position: SourcePosition, depth: Int) throws(YAMLError) -> Composed {
        guard depth <= YAMLParser.maximumDepth else { throw tooDeep(at: position) }
        var object = JSONObject()
        var sources: [String: (key: SourcePosition, node: SourceNode)] = [:]
        var size = 4
        var height = 0
        while true {
            let (event, place) = try events.next()
            if case .mappingEnd = event { break }
            let key = try key(event, at: place)
            if let earlier = sources[key]?.key {
                throw failure(at: place, "the key \"\(key.excerpt)\" is here twice; it is at \(earlier) already")
            }
            let (next, nextPlace) = try events.next()
            let member = try node(next, at: nextPlace, depth: depth)
            object[key] = member.value
            sources[key] = (place, member.source)
            size += key.utf8.count + member.size
            height = max(height, member.height)
        }
        return Composed(
            value: .object(object), source: SourceNode(position: position, children: .members(sources)),
            size: size, height: height + 1)
    }

    /// A key's text. JSON's keys are strings, so `80:` is the key "80".
    private mutating func key(_ event: YAMLEvent, at position: SourcePosition) throws(YAMLError) -> String {
        switch event {
        case .scalar("<<", isPlain: true, tag: nil, anchor: _):
            throw failure(at: position, "merge keys (<<) are not part of YAML 1.2; write the members out")
        case .scalar(let text, _, _, let anchor):
            if let anchor {
                let source = SourceNode(position: position, children: .none)
                anchors[anchor] = .complete(
                    Composed(value: .string(text), source: source, size: 4 + text.utf8.count))
            }
            return text
        case .alias(let name):
            guard let text = try alias(name, at: position, depth: 0).value.string else {
                throw failure(at: position, "the key *\(name.excerpt) is not a string")
            }
            return text
        default: throw failure(at: position, "a key must be a scalar, not a mapping or a sequence")
        }
    }

    private func check(
        _ tag: String?, is expected: String, _ kind: String, at position: SourcePosition
    ) throws(YAMLError) {
        guard let tag, tag != expected, tag != "!" else { return }
        throw failure(at: position, "the tag \(CoreSchema.short(tag).excerpt) does not fit \(kind); leave it out")
    }

    private func tooDeep(at position: SourcePosition) -> YAMLError {
        failure(at: position, "nested deeper than \(YAMLParser.maximumDepth) levels")
    }

    private func failure(at position: SourcePosition, _ message: String) -> YAMLError {
        YAMLError(file: file, at: position, message)
    }
}

extension YAMLEvent {
    /// Whether a document with this root says nothing at all.
    fileprivate var isNothing: Bool {
        if case .scalar("", isPlain: true, tag: nil, anchor: _) = self { true } else { false }
    }
}
