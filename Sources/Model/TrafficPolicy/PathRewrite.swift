package import Patterns

/// What becomes of the path of a request before it is sent on; its query stays.
package enum PathRewrite: Sendable, Hashable {
    /// Replaces what the path condition matched.
    case prefix([UInt8])
    /// Replaces every match in the path.
    case regex(Substitution)

    /// The new target of a request that `condition` took.
    ///
    /// A substitution that would make the path longer than ``Pattern/maximumReplacementBytes`` leaves it as it is, and
    /// so does one that leaves nothing of it, since no request goes without a path: Envoy's rule.
    package func target(from target: ArraySlice<UInt8>, taken condition: PathCondition) -> [UInt8] {
        rewritten(target, taken: condition) ?? Array(target)
    }

    /// The same, or nothing where the path must stay as it is.
    package func rewritten(_ target: ArraySlice<UInt8>, taken condition: PathCondition) -> [UInt8]? {
        switch self {
        case .prefix(let replacement): return condition.rewrite(target, with: replacement)
        case .regex(let substitution):
            let path = target.path
            guard let rewritten = substitution.applied(to: path), !rewritten.isEmpty else { return nil }
            return rewritten + target.dropFirst(path.count)
        }
    }
}
