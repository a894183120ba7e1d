/// The members of a JSON object, in the order in which they were written.
///
/// Looking up a member is linear in small objects and hashed in larger ones. Equality ignores the order.
package struct JSONObject: Sendable {
    package typealias Element = (key: String, value: JSONValue)

    private var names: [String] = []
    private var values: [JSONValue] = []
    /// Where each name stands, kept only above ``linearLimit``: most objects are small, and scanning them is faster
    /// than hashing; a peer's object with a million members must still not take a million scans.
    private var positions: [String: Int] = [:]

    private static let linearLimit = 16

    package init() {}

    /// The object of these members; of members with the same name, the last wins and the first keeps its place.
    package init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    package var count: Int { names.count }
    package var isEmpty: Bool { names.isEmpty }

    /// The names, in order.
    package var keys: [String] { names }

    /// The member's value. A new name joins at the end; `nil` removes it.
    package subscript(_ key: String) -> JSONValue? {
        get { position(of: key).map { values[$0] } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): values[position] = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// Takes the member out and gives it back, so that it can be changed without being copied.
    package mutating func removeValue(forKey key: String) -> JSONValue? {
        guard let position = position(of: key) else { return nil }
        let value = values[position]
        remove(at: position)
        return value
    }

    /// Changes the member in place; false when there is none.
    package mutating func update<Failure: Error>(
        _ key: String, _ change: (inout JSONValue) throws(Failure) -> Void
    ) throws(Failure) -> Bool {
        guard let position = position(of: key) else { return false }
        try change(&values[position])
        return true
    }

    private func position(of key: String) -> Int? {
        names.count > Self.linearLimit ? positions[key] : names.firstIndex(of: key)
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        names.append(key)
        values.append(value)
        if names.count == Self.linearLimit + 1 {
            indexNames()
        } else if names.count > Self.linearLimit {
            positions[key] = names.count - 1
        }
    }

    private mutating func remove(at position: Int) {
        names.remove(at: position)
        values.remove(at: position)
        if names.count > Self.linearLimit { indexNames() } else { positions = [:] }
    }

    private mutating func indexNames() {
        positions = [:]
        for (position, name) in names.enumerated() { positions[name] = position }
    }
}

extension JSONObject: Sequence {
    package func makeIterator() -> some IteratorProtocol<(key: String, value: JSONValue)> {
        zip(names, values).lazy.map { (key: $0, value: $1) }.makeIterator()
    }

    package var underestimatedCount: Int { count }
}

extension JSONObject: Hashable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.count == right.count else { return false }
        return left.names == right.names
            ? left.values == right.values : left.allSatisfy { right[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        // Order must not count, so the members' hashes are joined by an operation that has no order.
        var members = 0
        for (key, value) in self {
            var member = hasher
            member.combine(key)
            member.combine(value)
            members ^= member.finalize()
        }
        hasher.combine(members)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }
}
