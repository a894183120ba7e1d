import JWTWire
import Synchronization

/// Tokens whose signatures were found good, so that a token which comes with every request is checked once: an RSA check
/// costs more than all else that a request does. Bad tokens are not remembered.
///
/// Bounded, by two halves: when the younger is full it becomes the older, and what that held is forgotten. What is used
/// moves to the younger.
final class VerifiedTokens: Sendable {
    struct Key: Hashable, Sendable {
        var provider: Int
        var signingInput: [UInt8]
        var signature: [UInt8]
    }

    fileprivate struct Halves {
        var younger: Set<Key> = []
        var older: Set<Key> = []
    }

    /// Of each half.
    static let capacity = 256
    /// Longer tokens are checked every time; all together take 4 MB at most.
    static let longest = 8 * 1024

    private let halves = Mutex(Halves())

    func contains(_ token: JSONWebToken, provider: Int) -> Bool {
        let key = Key(provider: provider, signingInput: token.signingInput, signature: token.signature)
        return halves.withLock { halves in
            if halves.younger.contains(key) { return true }
            guard halves.older.remove(key) != nil else { return false }
            halves.insert(key)
            return true
        }
    }

    func insert(_ token: JSONWebToken, provider: Int) {
        guard token.signingInput.count + token.signature.count <= Self.longest else { return }
        let key = Key(provider: provider, signingInput: token.signingInput, signature: token.signature)
        halves.withLock { $0.insert(key) }
    }

    /// Keys have changed: what they vouched for counts no more.
    func removeAll() {
        halves.withLock { $0 = Halves() }
    }

    var count: Int { halves.withLock { $0.younger.count + $0.older.count } }
}

extension VerifiedTokens.Halves {
    fileprivate mutating func insert(_ key: VerifiedTokens.Key) {
        if younger.count >= VerifiedTokens.capacity {
            older = younger
            younger = []
        }
        younger.insert(key)
    }
}
