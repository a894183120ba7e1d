/// A list of changes to a JSON text ([RFC 6902](https://www.rfc-editor.org/rfc/rfc6902)), all applied or none.
package struct JSONPatch: Hashable, Sendable {
    /// One change.
    package enum Operation: Hashable, Sendable {
        case add(JSONPointer, JSONValue)
        case remove(JSONPointer)
        case replace(JSONPointer, JSONValue)
        case move(from: JSONPointer, to: JSONPointer)
        case copy(from: JSONPointer, to: JSONPointer)
        /// Fails the patch when the value there is another one.
        case test(JSONPointer, JSONValue)
    }

    package let operations: [Operation]

    /// The most operations a patch may have, as in Kubernetes.
    package static let maximumOperations = 10_000

    package init(_ operations: [Operation]) {
        self.operations = operations
    }

    /// Reads the array of operations that `application/json-patch+json` is. Unknown members are ignored, as the RFC
    /// asks.
    package init(_ document: JSONValue) throws(JSONPatchError) {
        guard case .array(let elements) = document else {
            throw JSONPatchError(nil, "a patch is an array of operations, not \(document.kindInWords)")
        }
        guard elements.count <= Self.maximumOperations else {
            throw JSONPatchError(
                nil, "the patch has \(elements.count) operations; at most \(Self.maximumOperations) are accepted")
        }
        var operations: [Operation] = []
        for (index, element) in elements.enumerated() {
            operations.append(try Operation(element, index: index))
        }
        self.init(operations)
    }

    /// The value after all operations, or the first failure.
    package func apply(to value: JSONValue) throws(JSONPatchError) -> JSONValue {
        var edit = JSONPatchEdit(value)
        for (index, operation) in operations.enumerated() {
            if let complaint = edit.apply(operation) { throw JSONPatchError(index, complaint) }
        }
        return edit.value
    }
}

/// Why a patch is none, or does not apply.
package struct JSONPatchError: Error, Hashable, CustomStringConvertible {
    /// The operation's place in the patch, from 0; nothing when the patch as a whole is wrong.
    package let operation: Int?
    package let message: String

    init(_ operation: Int?, _ message: String) {
        self.operation = operation
        self.message = message
    }

    package var description: String {
        operation.map { "operation \($0): \(message)" } ?? message
    }
}

extension JSONPatch.Operation {
    fileprivate init(_ element: JSONValue, index: Int) throws(JSONPatchError) {
        guard case .object(let members) = element else {
            throw JSONPatchError(index, "an operation is an object, not \(element.kindInWords)")
        }
        func pointer(_ name: String) throws(JSONPatchError) -> JSONPointer {
            guard let text = members[name]?.string else {
                throw JSONPatchError(
                    index, "\"\(name)\" is missing; it must be a JSON pointer such as \"/spec/http/0\"")
            }
            guard let pointer = JSONPointer(parsing: text) else {
                throw JSONPatchError(
                    index,
                    "\"\(name)\" is \(JSONValue.string(text).excerpt), which is no JSON pointer; begin it with '/'")
            }
            return pointer
        }
        func value() throws(JSONPatchError) -> JSONValue {
            guard let value = members["value"] else { throw JSONPatchError(index, "\"value\" is missing") }
            return value
        }
        switch members["op"]?.string {
        case "add": self = .add(try pointer("path"), try value())
        case "remove": self = .remove(try pointer("path"))
        case "replace": self = .replace(try pointer("path"), try value())
        case "move": self = .move(from: try pointer("from"), to: try pointer("path"))
        case "copy": self = .copy(from: try pointer("from"), to: try pointer("path"))
        case "test": self = .test(try pointer("path"), try value())
        default:
            let found = members["op"].map { "is \($0.excerpt)" } ?? "is missing"
            throw JSONPatchError(index, "\"op\" \(found); it must be add, remove, replace, move, copy or test")
        }
    }
}
