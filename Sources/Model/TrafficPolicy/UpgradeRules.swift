/// Which protocols clients may go on in, of a listener or a rule. Empty in most rules.
package struct UpgradeRules: Sendable, Hashable {
    /// What is said of each, by its name in lower case.
    private let types: [[UInt8]: Bool]

    /// Of several for one name the last counts.
    package init(_ types: [(name: String, isAllowed: Bool)] = []) {
        self.types = Dictionary(types.map { (Array($0.name.lowercased().utf8), $0.isAllowed) }) { $1 }
    }

    /// Whether a client may go on in the protocol that it names, which must be one and not a list.
    ///
    /// - Parameter rule: what the request's rule says, which goes first.
    package func allow(_ name: some Sequence<UInt8>, besides rule: UpgradeRules?) -> Bool {
        let key = name.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
        return rule?.types[key] ?? types[key] ?? false
    }

    /// Whether `name` is HTTP/2 in clear, which RFC 9113 §3.1 has done away with: it is passed over, as Envoy does.
    package static func isObsolete(_ name: some Sequence<UInt8>) -> Bool {
        name.elementsEqual("h2c".utf8) { $0 | 0x20 == $1 || $0 == $1 }
    }
}
