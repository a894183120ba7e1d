/// Reading what is expected to be there: each accessor answers `nil` when the value is of another kind.
extension JSONValue {
    package var isNull: Bool { self == .null }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// An integer, or a number that is whole: `3` and `3.0`, not `3.5`.
    package var int: Int? {
        switch self {
        case .integer(let value): Int(exactly: value)
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// Any number; an integer beyond 2^53 is rounded.
    package var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// What the value is, with its article, for sentences such as "expected a string, found an array".
    package var kindInWords: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// A member of an object. Setting one on `null` makes an object of it and `nil` removes the member; setting one
    /// on any other kind does nothing.
    package subscript(_ key: String) -> JSONValue? {
        get { object?[key] }
        set {
            switch self {
            case .object(var object):
                // Empty the case first, so that the object is changed in place and not copied.
                self = .null
                object[key] = newValue
                self = .object(object)
            case .null:
                if let newValue { self = .object([key: newValue]) }
            default: break
            }
        }
    }

    /// An element of an array; nothing beyond its ends.
    package subscript(_ index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}
