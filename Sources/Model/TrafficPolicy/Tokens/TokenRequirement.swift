/// Which tokens a request must have. Providers stand in ``TokenRules/providers``.
package indirect enum TokenRequirement: Sendable, Hashable {
    /// One of this provider; with audiences that take the place of the provider's own.
    case provider(Int, audiences: [String]?)
    case any([TokenRequirement])
    case all([TokenRequirement])
    /// Tokens of any provider, or none; a bad one is refused.
    case missingAllowed
    /// Whatever there is; what is good is taken.
    case failureAllowed
    case nothing

    /// Whether a request without any token meets it, and one with a bad token does not. Such a request may have one
    /// token at most: of two it would not be clear who the caller is.
    var isOptional: Bool {
        switch self {
        case .provider, .failureAllowed, .nothing: false
        case .missingAllowed: true
        case .any(let list):
            list.contains { $0.isOptional } && !list.contains(.failureAllowed) && !list.contains(.nothing)
        case .all(let list): list.allSatisfy { $0.isOptional }
        }
    }

    /// The providers that it names; nothing for all.
    var providers: Set<Int>? {
        switch self {
        case .provider(let index, _): return [index]
        case .any(let list), .all(let list):
            // A `missingAllowed` beside others only says that theirs may be missing.
            var named: Set<Int> = []
            for item in list {
                if item == .missingAllowed || item == .failureAllowed { continue }
                guard let found = item.providers else { return nil }
                named.formUnion(found)
            }
            return named.isEmpty ? nil : named
        case .missingAllowed, .failureAllowed: return nil
        case .nothing: return []
        }
    }
}
