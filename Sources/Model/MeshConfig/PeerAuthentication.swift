import JSONWire

/// Whether workloads want mutual TLS from their callers: Istio's `PeerAuthentication`.
package struct PeerAuthentication: Hashable, Sendable {
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// As the next wider policy says.
        case unset = "UNSET"
        /// Plain text only.
        case disable = "DISABLE"
        /// Plain text or mutual TLS.
        case permissive = "PERMISSIVE"
        /// Mutual TLS only.
        case strict = "STRICT"
    }

    /// Which workloads of the namespace: all of these labels. Nothing selects all; in the root namespace, all of the mesh.
    package var selector: [String: String]?
    package var mode: Mode
    /// By the workload's own port, not the Service's.
    package var portModes: [UInt16: Mode]

    package init(selector: [String: String]? = nil, mode: Mode = .unset, portModes: [UInt16: Mode] = [:]) {
        self.selector = selector
        self.mode = mode
        self.portModes = portModes
    }
}

extension PeerAuthentication {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["selector", "mtls", "portLevelMtls"])
        if let selector = fields["selector"] {
            let labels = try selector.fields(["matchLabels"])["matchLabels"]?.stringMap() ?? [:]
            self.selector = labels.isEmpty ? nil : labels
        }
        mode = try fields["mtls"].map(Self.mode) ?? .unset
        portModes = [:]
        guard let levels = fields["portLevelMtls"] else { return }
        guard selector != nil else {
            throw levels.error("needs a selector: a port belongs to a workload")
        }
        for (text, level) in try levels.entries() {
            guard let port = UInt16(text), port > 0 else {
                throw level.error("\"\(text)\" is not a port; expected a number between 1 and 65535")
            }
            portModes[port] = try Self.mode(level)
        }
        guard !portModes.isEmpty else { throw levels.error("must hold at least one port, or be left out") }
    }

    private static func mode(_ reader: SchemaReader) throws(SchemaError) -> Mode {
        try reader.fields(["mode"])["mode"]?.choice(of: Mode.self) ?? .unset
    }
}
