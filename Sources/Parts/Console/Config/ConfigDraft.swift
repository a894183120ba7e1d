package import MeshConfig

/// An object's text on its way through the editor.
package struct ConfigDraft: Hashable, Sendable {
    package let key: ConfigKey
    package let resource: ConfigResource
    /// The state of the object that the text is to replace.
    package let revision: String
    /// The text in that state.
    package let original: String
    /// What is to be in its place.
    package var text: String
    /// The file that holds the text; nothing before there is one.
    package var path: String?

    init(_ entry: ConfigEntry, text: String? = nil, path: String? = nil) {
        key = entry.key
        resource = entry.resource
        revision = entry.revision
        original = ConfigSheet.text(of: entry.body)
        self.text = text ?? original
        self.path = path
    }

    var write: ConfigWrite { ConfigWrite(key: key, resource: resource, revision: revision, text: text) }
}

/// A change of one object, from the editor's end to the mesh's answer.
struct ConfigEdit: Hashable, Sendable {
    enum Phase: Hashable, Sendable {
        /// The mesh is asked whether it would take it.
        case checking
        case asking(Question)
        /// The mesh does not take it, or not any more, and why.
        case refused([ConfigFinding])
        /// Sent; the answer has not come.
        case applying(Question)
    }

    struct Question: Hashable, Sendable {
        let diff: LineDiff
        /// Who may undo the change.
        let notes: [String]
        /// Cancel is first, and marked until the person moves.
        var isApplyMarked = false
    }

    var draft: ConfigDraft
    /// Whether this puts back what was there before.
    var isUndo = false
    var phase = Phase.checking
    /// The first line of the difference on the screen.
    var offset = 0

    var question: Question? {
        switch phase {
        case .asking(let question), .applying(let question): question
        case .checking, .refused: nil
        }
    }
}

/// A change that was stored from here, so that it can be undone.
struct StoredConfig: Hashable, Sendable {
    let key: ConfigKey
    /// The text before.
    let before: String
    /// The revision that the change replaced, and the one that it became.
    let replaced: String
    let revision: String
}
