package import JSONWire
package import YAMLWire

/// What is wrong with an object, by itself or among the others.
package struct ConfigProblem: Hashable, Sendable, CustomStringConvertible {
    package enum Severity: String, Hashable, Sendable, Comparable {
        /// Works, but a person would want to know.
        case info
        /// Has no effect, or not the one that was meant.
        case warning
        /// Requests would fail, or it is not clear what is meant.
        case error

        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .info: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// Nothing when the object could not be named, for want of a kind or a name.
    package var object: ObjectKey?
    package var pointer: JSONPointer
    package var severity: Severity
    /// The code of Istio's analyzer for the same finding, `IST0101`; nothing when Istio has none.
    package var code: String?
    package var message: String

    package init(
        object: ObjectKey?, pointer: JSONPointer, severity: Severity = .error, code: String? = nil, message: String
    ) {
        self.object = object
        self.pointer = pointer
        self.severity = severity
        self.code = code
        self.message = message
    }

    /// A failure to read an object.
    package init(_ error: SchemaError, object: ObjectKey? = nil) {
        self.init(object: object, pointer: error.pointer, code: "IST0106", message: error.message)
    }

    /// `VirtualService payments/payment-service: spec.http[0].route[1].destination.subset: …`.
    package var description: String {
        ([object?.description, pointer.tokens.isEmpty ? nil : pointer.fieldPath].compactMap(\.self) + [message])
            .joined(separator: ": ")
    }

    /// The problem with its place in the file: `payment.yaml:14:9: spec.http[0]…: …`.
    package func description(in document: YAMLDocument) -> String {
        let place = document.position(of: pointer)
        let path = pointer.tokens.isEmpty ? "" : "\(pointer.fieldPath): "
        return "\(document.file):\(place.line):\(place.column): \(path)\(message)"
    }
}
