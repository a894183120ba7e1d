/// A JSON value and the place where it stands, read strictly under a schema: what the schema does not name is refused,
/// never passed over.
///
/// ```swift
/// let fields = try reader.fields(["host", "subset", "port"])
/// host = try fields.required("host").nonEmptyString()
/// subset = try fields["subset"]?.string()
/// ```
package struct SchemaReader: Sendable {
    /// How field names may be spelled.
    package enum Spelling: Sendable {
        /// As the schema has them: Kubernetes and Istio.
        case exact
        /// As protobuf's JSON mapping allows: the schema's `snake_case`, or lowerCamelCase. Numbers may then be
        /// strings, too.
        case protobuf
    }

    package let value: JSONValue
    package let pointer: JSONPointer
    package let spelling: Spelling

    package init(_ value: JSONValue, at pointer: JSONPointer = .root, spelling: Spelling = .exact) {
        self.value = value
        self.pointer = pointer
        self.spelling = spelling
    }

    /// An error at this place.
    package func error(_ message: String) -> SchemaError { SchemaError(at: pointer, message) }

    private func expected(_ what: String) -> SchemaError { error("expected \(what), found \(value.kindInWords)") }

    // MARK: - Objects and arrays

    /// The fields of an object. A field that is neither `supported` nor `unsupported` is unknown and refused with the
    /// nearest name; one that is `unsupported` exists in the format but not here, and is refused with what there is.
    package func fields(
        _ supported: [String], unsupported: [String] = []
    ) throws(SchemaError) -> SchemaFields {
        guard let object = value.object else { throw expected("an object") }
        var members: [String: SchemaReader] = [:]
        for (key, value) in object {
            let name = spelling == .protobuf ? key.snakeCased : key
            let member = SchemaReader(value, at: pointer.appending(key), spelling: spelling)
            guard supported.contains(name) else {
                throw member.refusal(of: name, supported: supported, unsupported: unsupported)
            }
            // `null` means the same as no field, in protobuf's mapping and in Kubernetes.
            if !value.isNull { members[name] = member }
        }
        return SchemaFields(owner: self, members: members)
    }

    private func refusal(of name: String, supported: [String], unsupported: [String]) -> SchemaError {
        if unsupported.contains(name) {
            return error("\"\(name)\" is not supported; supported here: \(list(supported))")
        }
        if let near = nearestName(to: name, among: supported + unsupported) {
            return error("unknown field \"\(name)\"; did you mean \"\(near)\"?")
        }
        return error("unknown field \"\(name)\"; supported here: \(list(supported))")
    }

    private func list(_ names: [String]) -> String {
        let shown = names.filter { $0 != "@type" }
        return shown.isEmpty ? "no field at all" : shown.joined(separator: ", ")
    }

    /// The members of an object whose names are data: labels, ports.
    package func entries() throws(SchemaError) -> [(key: String, value: SchemaReader)] {
        guard let object = value.object else { throw expected("an object") }
        return object.map { ($0.key, SchemaReader($0.value, at: pointer.appending($0.key), spelling: spelling)) }
    }

    /// The elements of an array.
    package func items() throws(SchemaError) -> [SchemaReader] {
        guard let array = value.array else { throw expected("an array") }
        return array.enumerated().map {
            SchemaReader($0.element, at: pointer.appending($0.offset), spelling: spelling)
        }
    }

    /// Every element of an array through `read`.
    package func each<Element>(
        _ read: (SchemaReader) throws(SchemaError) -> Element
    ) throws(SchemaError) -> [Element] {
        var elements: [Element] = []
        for item in try items() { elements.append(try read(item)) }
        return elements
    }

    /// An object of strings.
    package func stringMap() throws(SchemaError) -> [String: String] {
        var map: [String: String] = [:]
        for (key, value) in try entries() { map[key] = try value.string() }
        return map
    }

    /// An array of strings.
    package func strings() throws(SchemaError) -> [String] {
        try each { (item) throws(SchemaError) in try item.string() }
    }

    // MARK: - Scalars

    package func string() throws(SchemaError) -> String {
        guard let text = value.string else { throw expected("a string") }
        return text
    }

    package func nonEmptyString() throws(SchemaError) -> String {
        let text = try string()
        guard !text.isEmpty else { throw error("must not be empty") }
        return text
    }

    package func bool() throws(SchemaError) -> Bool {
        guard let flag = value.bool else { throw expected("true or false") }
        return flag
    }

    /// A whole number within `range`.
    package func integer(in range: ClosedRange<Int>) throws(SchemaError) -> Int {
        let number = value.int ?? (spelling == .protobuf ? value.string.flatMap { Int($0) } : nil)
        guard let number else {
            if let other = value.double { throw error("expected a whole number, found \(other)") }
            throw expected("a whole number")
        }
        guard range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "between \(range.lowerBound) and \(range.upperBound)"
            throw error("\(number) is out of range; expected \(bounds)")
        }
        return number
    }

    /// A TCP port, 1…65535.
    package func port() throws(SchemaError) -> UInt16 {
        UInt16(clamping: try integer(in: 1...65535))
    }

    /// One of some names.
    package func choice<Choice>(_ choices: KeyValuePairs<String, Choice>) throws(SchemaError) -> Choice {
        let name = try string()
        if let found = choices.first(where: { $0.key == name }) { return found.value }
        let names = choices.map(\.key)
        let hint = nearestName(to: name, among: names).map { "; did you mean \"\($0)\"?" }
        throw error("\"\(name)\" is not supported\(hint ?? "; supported here: \(list(names))")")
    }

    /// One of an enumeration's names.
    package func choice<Choice: RawRepresentable<String> & CaseIterable>(
        of type: Choice.Type
    ) throws(SchemaError) -> Choice {
        let name = try string()
        if let found = Choice(rawValue: name) { return found }
        let names = Choice.allCases.map(\.rawValue).filter { !$0.isEmpty }
        let hint = nearestName(to: name, among: names).map { "; did you mean \"\($0)\"?" }
        throw error("\"\(name)\" is not supported\(hint ?? "; supported here: \(list(names))")")
    }
}

/// The fields of one object, by the schema's names.
package struct SchemaFields: Sendable {
    fileprivate let owner: SchemaReader
    fileprivate let members: [String: SchemaReader]

    /// The field; nothing when it is absent or `null`.
    package subscript(_ name: String) -> SchemaReader? { members[name] }

    package func required(_ name: String) throws(SchemaError) -> SchemaReader {
        guard let member = members[name] else {
            throw SchemaError(at: owner.pointer.appending(name), "is required")
        }
        return member
    }

    /// Which of these fields are there, in the order asked for.
    package func present(_ names: String...) -> [String] { names.filter { members[$0] != nil } }

    /// The one of these fields that is there; protobuf calls it a `oneof`. Nothing when none is.
    package func one(of names: String...) throws(SchemaError) -> (name: String, value: SchemaReader)? {
        let found = names.filter { members[$0] != nil }
        guard found.count <= 1 else {
            throw owner.error("only one of \(found.map { "\"\($0)\"" }.joined(separator: " and ")) may be set")
        }
        return found.first.flatMap { name in members[name].map { (name, $0) } }
    }

    /// An error at the object itself.
    package func error(_ message: String) -> SchemaError { owner.error(message) }
}

extension String {
    /// `connectTimeout` → `connect_timeout`; names without capitals stay as they are.
    fileprivate var snakeCased: String {
        guard utf8.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else { return self }
        var bytes: [UInt8] = []
        for byte in utf8 {
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) {
                bytes.append(UInt8(ascii: "_"))
                bytes.append(byte | 0x20)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
