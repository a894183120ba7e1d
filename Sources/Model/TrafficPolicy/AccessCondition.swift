package import JSONWire
package import MeshModel
package import Patterns

/// What a policy asks of a request: who, what and in which circumstances, as one tree.
package indirect enum AccessCondition: Sendable, Hashable {
    case always
    case all([AccessCondition])
    case any([AccessCondition])
    case not(AccessCondition)
    case field(FieldCondition)
    /// The path without query and fragment.
    case path(FieldCondition.Test)
    case pathTemplate(Pattern)
    case destination(AddressRange)
    case destinationPort(UInt16)
    case peer(AddressRange)
    case client(AddressRange)
    /// A name in the peer's certificate; nothing for any peer over TLS.
    case authenticated(FieldCondition.Test?)
    /// The first name in the peer's certificate; a peer without one has none.
    case peerIdentity(FieldCondition.Test)
    case serverName(FieldCondition.Test)
    case metadata(MetadataCondition)

    package func holds(for facts: some AccessFacts) -> Bool {
        switch self {
        case .always: return true
        case .all(let conditions):
            for condition in conditions where !condition.holds(for: facts) { return false }
            return true
        case .any(let conditions):
            for condition in conditions where condition.holds(for: facts) { return true }
            return false
        case .not(let condition): return !condition.holds(for: facts)
        case .field(let condition): return condition.holds(in: facts)
        case .path(let test):
            let target = facts.target
            return !target.isEmpty && test.holds(for: target.path)
        case .pathTemplate(let pattern): return pattern.matchesWhole(facts.target.path)
        case .destination(let range): return facts.destination.map(range.contains) ?? false
        case .destinationPort(let port): return facts.destinationPort == port
        case .peer(let range): return facts.peer.map(range.contains) ?? false
        case .client(let range): return facts.client.map(range.contains) ?? false
        case .authenticated(let test):
            guard facts.isTLS else { return false }
            guard let test else { return true }
            for name in facts.identities where test.holds(forText: name) { return true }
            // Envoy then asks for the subject. A mesh's certificates have none.
            return test.holds(forText: "")
        case .peerIdentity(let test): return facts.identities.first.map { test.holds(forText: $0) } ?? false
        case .serverName(let test): return test.holds(forText: facts.serverName)
        case .metadata(let condition): return condition.holds(for: facts.metadata(of: condition.filter))
        }
    }
}

/// What filters before must have left about a request.
package struct MetadataCondition: Sendable, Hashable {
    package indirect enum Test: Sendable, Hashable {
        case null
        case bool(Bool)
        /// Whether there is anything; false never holds.
        case present(Bool)
        case text(FieldCondition.Test)
        /// A list of which some element holds.
        case element(Test)
        case any([Test])
    }

    package let filter: String
    package let path: [String]
    package let test: Test
    package let isInverted: Bool

    package init(filter: String, path: [String], test: Test, inverted: Bool = false) {
        self.filter = filter
        self.path = path
        self.test = test
        isInverted = inverted
    }

    package func holds(for metadata: JSONObject?) -> Bool {
        var value = metadata.map { JSONValue.object($0) }
        for name in path { value = value?.object?[name] }
        return test.holds(for: value) != isInverted
    }
}

extension MetadataCondition.Test {
    func holds(for value: JSONValue?) -> Bool {
        switch self {
        case .null: value?.isNull ?? false
        case .bool(let flag): value?.bool == flag
        // Envoy: what must not be there is never found, not even when it is not there.
        case .present(let flag): flag && value != nil
        case .text(let test): value?.string.map { test.holds(forText: $0) } ?? false
        case .element(let test): value?.array?.contains { test.holds(for: $0) } ?? false
        case .any(let tests): tests.contains { $0.holds(for: value) }
        }
    }
}

extension FieldCondition {
    /// Whether the condition holds for a header, or for the part of the request line that it names.
    func holds(in request: some RequestFacts) -> Bool {
        switch field {
        case .header: holds(for: request.header(name))
        // A request has these; what is no request has not, and what is empty is taken to be absent.
        case .method: holds(for: request.method.unlessEmpty)
        case .authority: holds(for: request.authority.unlessEmpty)
        case .target: holds(for: request.target.unlessEmpty)
        case .scheme: holds(for: request.scheme.unlessEmpty)
        }
    }
}

extension FieldCondition.Test {
    /// The test of a text that is there.
    package func holds(for value: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .present: true
        case .absent: false
        case .exact(let text, let ignoringCase):
            value.count == text.count && value.begins(with: text, ignoringCase: ignoringCase)
        case .prefix(let text, let ignoringCase): value.begins(with: text, ignoringCase: ignoringCase)
        case .suffix(let text, let ignoringCase): value.ends(with: text, ignoringCase: ignoringCase)
        case .contains(let text, let ignoringCase): value.holds(text, ignoringCase: ignoringCase)
        case .regex(let pattern): pattern.matchesWhole(value)
        }
    }

    /// The same for a `String`, in the usual cases without a copy.
    package func holds(forText text: String) -> Bool {
        switch self {
        case .exact(let wanted, ignoringCase: false): text.utf8.elementsEqual(wanted)
        case .prefix(let wanted, ignoringCase: false): text.utf8.starts(with: wanted)
        case .suffix(let wanted, ignoringCase: false): text.utf8.suffix(wanted.count).elementsEqual(wanted)
        case .regex(let pattern): pattern.matchesWhole(text)
        case .present, .absent, .exact, .prefix, .suffix, .contains: holds(for: Array(text.utf8)[...])
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate var unlessEmpty: ArraySlice<UInt8>? { isEmpty ? nil : self }
}
