internal import MeshModel

/// Finds out who a target is and how it is best asked: no sockets, no clock.
///
/// An Envoy's metrics do not say whose they are. Who it is, is told by
///
/// 1. the labels that came with the target,
/// 2. else the tags that all its metrics have,
/// 3. else the node in its `/server_info`, asked once and again when it has restarted,
/// 4. else its address.
///
/// Targets of other formats name themselves; of them only labels are used.
struct TargetRecognition {
    /// What a scrape that worked has told.
    struct Reading {
        var labels: WorkloadIdentity?
        var tags: WorkloadIdentity?
        /// Whether it is an Envoy of no mesh.
        var isEnvoy = false
        var formats: [String] = []
        /// How often its counters have begun anew.
        var restarts = 0
        /// Of the whole answer.
        var byteCount = 0
    }

    private enum Node {
        case unasked, asked, silent
        case answered(WorkloadIdentity?)
    }

    private struct Target {
        var reading: Reading
        var node = Node.unasked
        /// The last word of the node, while it is asked again.
        var lastNode: WorkloadIdentity?
        /// How often it was asked for in vain.
        var silences = 0
        var wasDown = false
        var refusesUsedOnly = false
        var isLarge = false
    }

    /// From this size on it is worth asking for less.
    static let largeAnswer = 32 << 10
    /// How often a node is asked for that does not answer.
    private static let attempts = 3

    private var targets: [String: Target] = [:]

    /// Takes in a scrape that worked.
    ///
    /// - Returns: whether the target's `/server_info` is to be asked for now.
    mutating func read(_ name: String, _ reading: Reading) -> Bool {
        var target = targets[name] ?? Target(reading: reading)
        let hasRestarted = target.wasDown || reading.restarts != target.reading.restarts
        target.reading = reading
        target.wasDown = false
        // Once asked for less, it is smaller.
        if reading.isEnvoy, reading.byteCount >= Self.largeAnswer { target.isLarge = true }
        var mayAsk = false
        if reading.isEnvoy, reading.labels == nil, reading.tags == nil {
            switch target.node {
            case .unasked: mayAsk = true
            case .asked: break
            case .answered: mayAsk = hasRestarted
            case .silent: mayAsk = hasRestarted || target.silences < Self.attempts
            }
        }
        if mayAsk { target.node = .asked }
        targets[name] = target
        return mayAsk
    }

    /// Takes in what `/server_info` said; nothing when it was no server info.
    mutating func answer(_ name: String, _ node: EnvoyNode?) {
        targets[name]?.node = .answered(node?.identity)
        targets[name]?.lastNode = node?.identity
        targets[name]?.silences = 0
    }

    /// Nobody answered when asked for `/server_info`.
    mutating func keepSilent(_ name: String) {
        targets[name]?.node = .silent
        targets[name]?.silences += 1
    }

    /// Takes in a scrape that did not work: who answers next may be somebody else.
    ///
    /// - Parameter wasRefused: whether there was an answer, and it was not the metrics.
    mutating func fail(_ name: String, wasRefused: Bool) {
        targets[name]?.wasDown = true
        if wasRefused { targets[name]?.refusesUsedOnly = true }
    }

    mutating func forget(_ name: String) { targets[name] = nil }

    // MARK: What is known

    /// Who the target is; nothing while an Envoy is being asked for the first time.
    func identity(of name: String, labels: WorkloadIdentity?) -> TargetIdentity? {
        if let labels { return TargetIdentity(workload: labels, origin: .labels) }
        guard let target = targets[name], target.reading.isEnvoy else { return nil }
        if let tags = target.reading.tags { return TargetIdentity(workload: tags, origin: .tags) }
        let node: WorkloadIdentity?
        switch target.node {
        case .answered(let identity): node = identity
        case .asked, .unasked:
            guard let last = target.lastNode else { return nil }
            node = last
        case .silent: node = target.lastNode
        }
        if let node { return TargetIdentity(workload: node, origin: .node) }
        return TargetIdentity(
            workload: WorkloadIdentity(namespace: "unknown", workload: name, app: name), origin: .address)
    }

    /// A target as the book has it, with who it is and what it speaks.
    func completed(_ target: ScrapeTarget) -> ScrapeTarget {
        var target = target
        target.identity = identity(of: target.address, labels: target.workload)
        target.formats = targets[target.address]?.reading.formats ?? []
        return target
    }

    /// The path to ask for: an Envoy is asked to leave out what it has never counted.
    ///
    /// That halves what a small Envoy says, and takes nine tenths from one with hundreds of idle clusters.
    func path(_ path: String, of name: String) -> String {
        guard let target = targets[name], target.reading.isEnvoy, target.isLarge, !target.refusesUsedOnly,
            !path.contains("?"), path.hasSuffix("/stats/prometheus")
        else { return path }
        return path + "?usedonly"
    }
}
