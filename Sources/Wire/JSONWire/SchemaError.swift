/// Why a JSON value is not what a schema wants.
package struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The value that is wrong, or would be there if it were not missing.
    package var pointer: JSONPointer
    /// What is wrong and what would be right, without the place.
    package var message: String

    package init(at pointer: JSONPointer, _ message: String) {
        self.pointer = pointer
        self.message = message
    }

    /// The place in the notation that Kubernetes and Envoy use: `spec.http[0].route[1].weight`.
    package var path: String { pointer.fieldPath }

    package var description: String { pointer.tokens.isEmpty ? message : "\(path): \(message)" }
}

extension JSONPointer {
    /// The pointer in field notation: `spec.http[0].route[1].weight`, and `metadata.labels["a.b/c"]` for names with
    /// other characters than letters, digits, `_`, `-` and `@`.
    package var fieldPath: String {
        var path = ""
        for token in tokens {
            if JSONPointer.index(token) != nil {
                path += "[\(token)]"
            } else if token.utf8.allSatisfy(\.isFieldNameByte), !token.isEmpty {
                path += path.isEmpty ? token : ".\(token)"
            } else {
                path += "[\(JSONValue.string(token).text)]"
            }
        }
        return path
    }
}

extension UInt8 {
    fileprivate var isFieldNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "@"):
            true
        default: false
        }
    }
}
