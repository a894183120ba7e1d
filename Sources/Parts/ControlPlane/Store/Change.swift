package import JSONWire
package import MeshConfig
package import Quantities

/// An object as it is kept: its body carries `metadata.resourceVersion`.
package struct StoredObject: Hashable, Sendable {
    package let key: ObjectKey
    package let revision: Revision
    package let body: JSONValue

    package init(key: ObjectKey, revision: Revision, body: JSONValue) {
        self.key = key
        self.revision = revision
        self.body = body
    }
}

/// What is to be done to one object.
package enum Edit: Hashable, Sendable {
    /// The complete new body; its `resourceVersion` is set when it is stored.
    case put(ObjectKey, JSONValue)
    case delete(ObjectKey)

    package var key: ObjectKey {
        switch self {
        case .put(let key, _), .delete(let key): key
        }
    }
}

/// Who asked for a change, and why.
package struct Author: Hashable, Sendable {
    /// A field manager or program, `kubectl`; ``directory`` for files.
    package let who: String
    /// In words, or the file a change came from.
    package let why: String

    package init(who: String, why: String) {
        self.who = who
        self.why = why
    }

    /// The `who` of changes that come from the configuration directory.
    package static let directory = "directory"
}

/// One object's step from one body to the next, as history keeps it: enough to show it, to replay it, and to undo it.
package struct Change: Hashable, Sendable {
    package let revision: Revision
    package let time: WallTime
    package let author: Author
    package let key: ObjectKey
    /// Nothing when the object was created.
    package let old: JSONValue?
    /// Nothing when the object was deleted.
    package let new: JSONValue?

    /// The edit that brings the old body back.
    package var undoing: Edit {
        if let old { .put(key, old) } else { .delete(key) }
    }
}
