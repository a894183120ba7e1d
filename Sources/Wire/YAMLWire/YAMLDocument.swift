package import JSONWire

/// One document of a YAML file: its value, and where in the file each part of it stands.
package struct YAMLDocument: Sendable {
    /// The file's name, as it was given to the parser.
    package let file: String
    package let value: JSONValue
    private let source: SourceNode

    init(file: String, value: JSONValue, source: SourceNode) {
        self.file = file
        self.value = value
        self.source = source
    }

    /// Where the document's value begins, after `---` and comments.
    package var start: SourcePosition { source.position }

    /// Where a person should look for the value at `pointer`: at its key when it is a member, at itself otherwise.
    ///
    /// When there is nothing at `pointer`, the nearest value around it answers; what an alias brought stands where its
    /// anchor is.
    package func position(of pointer: JSONPointer) -> SourcePosition {
        var node = source
        var position = source.position
        for token in pointer.tokens {
            guard let child = node.child(token) else { break }
            position = child.key ?? child.node.position
            node = child.node
        }
        return position
    }

    /// Where the value at `pointer` itself begins: behind its key, or on the next line. Nothing when it is not there.
    package func valuePosition(of pointer: JSONPointer) -> SourcePosition? {
        var node = source
        for token in pointer.tokens {
            guard let child = node.child(token) else { return nil }
            node = child.node
        }
        return node.position
    }
}

/// The place of a value and of what is in it.
struct SourceNode: Sendable {
    enum Children: Sendable {
        case none
        case elements([SourceNode])
        case members([String: (key: SourcePosition, node: SourceNode)])
    }

    var position: SourcePosition
    var children: Children

    func child(_ token: String) -> (key: SourcePosition?, node: SourceNode)? {
        switch children {
        case .none: return nil
        case .members(let members): return members[token].map { ($0.key, $0.node) }
        case .elements(let elements):
            guard let index = Int(token), elements.indices.contains(index) else { return nil }
            return (nil, elements[index])
        }
    }
}
