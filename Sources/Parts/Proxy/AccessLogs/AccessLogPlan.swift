import Discovery
import SystemIO
import TrafficPolicy

/// One access log of a listener, ready to be written to.
struct AccessLogPlan: Sendable {
    let format: AccessLogFormat
    let rule: AccessLogRule
    let file: AppendFile
}

extension AccessLogRule {
    init(_ filter: AccessLogFilter?) {
        switch filter {
        case nil, .notHealthCheck: self = .always
        case .status(let comparison, let value): self = .status(Comparison(comparison), value)
        case .duration(let comparison, let value): self = .milliseconds(Comparison(comparison), value)
        case .share(let share): self = .share(RequestShare(share))
        case .all(let filters): self = .all(filters.map { AccessLogRule($0) })
        case .any(let filters): self = .any(filters.map { AccessLogRule($0) })
        case .header(let matcher): self = .header(FieldCondition(matcher))
        case .flags(let flags): self = .flags(Set(flags))
        case .grpcStatus(let statuses, let excluded):
            self = .grpcStatus(Set(statuses.map { UInt8(clamping: $0) }), excluded: excluded)
        }
    }
}

extension AccessLogRule.Comparison {
    fileprivate init(_ comparison: AccessLogFilter.Comparison) {
        switch comparison {
        case .equal: self = .equal
        case .notEqual: self = .notEqual
        case .atLeast: self = .atLeast
        case .atMost: self = .atMost
        }
    }
}
