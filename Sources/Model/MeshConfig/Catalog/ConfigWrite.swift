package import Quantities

/// An object's new text, and which state of it the text was made from.
package struct ConfigWrite: Hashable, Sendable {
    package let key: ConfigKey
    package let resource: ConfigResource
    /// The `resourceVersion` that the text was made from: what was changed since is not overwritten.
    package let revision: String
    /// YAML, as a person wrote it.
    package let text: String

    package init(key: ConfigKey, resource: ConfigResource, revision: String, text: String) {
        self.key = key
        self.resource = resource
        self.revision = revision
        self.text = text
    }
}

/// What became of it.
package enum ConfigWriteOutcome: Hashable, Sendable {
    /// The mesh would take it; nothing was stored.
    ///
    /// - Parameters:
    ///   - text: The object as it would be stored.
    ///   - notes: Who else writes to the object and may undo the change.
    case validated(text: String, notes: [String])
    case stored(text: String, revision: String)
    /// Somebody changed the object since the text was made. Nothing was stored.
    case stale
    /// It is wrong; nothing was stored.
    case refused([ConfigFinding])
    /// The mesh could not be asked, and why. Whether it was stored is not known when it was asked to.
    case unreachable(reason: String)
}

/// What is wrong with a text, and where.
package struct ConfigFinding: Error, Hashable, Sendable {
    /// From 1; nothing when it is about no line in particular.
    package let line: Int?
    package let message: String

    package init(line: Int? = nil, _ message: String) {
        self.line = line
        self.message = message
    }
}

/// One step of an object's history.
package struct ConfigStep: Hashable, Sendable {
    package let revision: String
    package let time: WallTime?
    /// A field manager or program.
    package let who: String
    /// In words.
    package let why: String
    package let key: ConfigKey
    /// The text before; nothing when the object was made then.
    package let before: String?
    /// The text after; nothing when it was deleted then.
    package let after: String?

    package init(
        revision: String, time: WallTime?, who: String, why: String, key: ConfigKey, before: String?, after: String?
    ) {
        self.revision = revision
        self.time = time
        self.who = who
        self.why = why
        self.key = key
        self.before = before
        self.after = after
    }
}
