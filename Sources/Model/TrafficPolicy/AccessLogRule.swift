/// Which requests and connections a log is about, as Envoy's access log filters decide.
package indirect enum AccessLogRule: Hashable, Sendable {
    package enum Comparison: Hashable, Sendable {
        case equal, notEqual, atLeast, atMost

        func holds(_ left: Int, _ right: Int) -> Bool {
            switch self {
            case .equal: left == right
            case .notEqual: left != right
            case .atLeast: left >= right
            case .atMost: left <= right
            }
        }
    }

    case always
    case status(Comparison, Int)
    case milliseconds(Comparison, Int)
    case share(RequestShare)
    case all([AccessLogRule])
    case any([AccessLogRule])
    case header(FieldCondition)
    /// Any of these; any flag at all where there is none.
    case flags(Set<String>)
    case grpcStatus(Set<UInt8>, excluded: Bool)

    /// What the rules are about.
    package struct Facts {
        /// 0 where nothing was answered.
        package var status: Int
        package var milliseconds: Int
        /// Envoy's abbreviations.
        package var flags: [Substring]
        package var grpcStatus: UInt8?

        package init(status: Int, milliseconds: Int, flags: [Substring] = [], grpcStatus: UInt8? = nil) {
            self.status = status
            self.milliseconds = milliseconds
            self.flags = flags
            self.grpcStatus = grpcStatus
        }
    }

    /// Whether there is a line for what has these facts.
    ///
    /// - Parameters:
    ///   - draw: 64 random bits, for shares.
    ///   - field: the value that a condition is about; nothing where the field is not there.
    package func admits(
        _ facts: Facts, draw: UInt64, field: (FieldCondition) -> ArraySlice<UInt8>?
    ) -> Bool {
        switch self {
        case .always: true
        case .status(let comparison, let value): comparison.holds(facts.status, value)
        case .milliseconds(let comparison, let value): comparison.holds(facts.milliseconds, value)
        case .share(let share): share.takes(draw: draw)
        case .all(let rules): rules.allSatisfy { $0.admits(facts, draw: draw, field: field) }
        case .any(let rules): rules.contains { $0.admits(facts, draw: draw, field: field) }
        case .header(let condition): condition.holds(for: field(condition))
        case .flags(let wanted):
            wanted.isEmpty ? !facts.flags.isEmpty : facts.flags.contains { wanted.contains(String($0)) }
        case .grpcStatus(let statuses, let excluded):
            // Without gRPC's own, what the HTTP status means there: Envoy's rule.
            statuses.contains(facts.grpcStatus ?? UInt8(clamping: GRPCRules.status(ofHTTP: facts.status))) != excluded
        }
    }
}
