/// The way from a JSON text's top to one value inside it ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)).
package struct JSONPointer: Hashable, Sendable {
    /// The names and indexes passed on the way, unescaped; empty for the whole text.
    package var tokens: [String]

    /// The whole text.
    package static let root = JSONPointer(tokens: [])

    package init(tokens: [String]) {
        self.tokens = tokens
    }

    /// Reads `/spec/http/0`; nothing when the text neither is empty nor begins with `/`, or when `~` is followed by
    /// something other than `0` or `1`.
    package init?(parsing text: String) {
        guard !text.isEmpty else {
            self = .root
            return
        }
        var tokens: [String] = []
        var token: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        guard bytes.popFirst() == UInt8(ascii: "/") else { return nil }
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "/"):
                tokens.append(String(decoding: token, as: UTF8.self))
                token = []
            case UInt8(ascii: "~"):
                switch bytes.popFirst() {
                case UInt8(ascii: "0"): token.append(UInt8(ascii: "~"))
                case UInt8(ascii: "1"): token.append(UInt8(ascii: "/"))
                default: return nil
                }
            default: token.append(byte)
            }
        }
        tokens.append(String(decoding: token, as: UTF8.self))
        self.init(tokens: tokens)
    }

    package func appending(_ key: String) -> JSONPointer {
        JSONPointer(tokens: tokens + [key])
    }

    package func appending(_ index: Int) -> JSONPointer {
        appending(String(index))
    }

    /// The pointer to the array or object that holds this value; nothing for the root.
    package var parent: JSONPointer? {
        tokens.isEmpty ? nil : JSONPointer(tokens: tokens.dropLast())
    }

    /// Whether the value is inside the one at `other`, at any depth.
    package func isInside(_ other: JSONPointer) -> Bool {
        tokens.count > other.tokens.count && tokens.starts(with: other.tokens)
    }

    /// An array index: decimal digits without leading zeros. `-`, the place after the last element, is not one.
    static func index(_ token: String) -> Int? {
        guard token.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }), token == "0" || !token.hasPrefix("0") else {
            return nil
        }
        return Int(token)
    }
}

extension JSONPointer: CustomStringConvertible {
    package var description: String {
        tokens.map { "/" + $0.escapedToken }.joined()
    }
}

extension JSONPointer: ExpressibleByStringLiteral {
    /// Literals are ours, never a user's: a wrong one is a bug.
    package init(stringLiteral value: String) {
        guard let pointer = JSONPointer(parsing: value) else {
            preconditionFailure("\"\(value)\" is no JSON pointer")
        }
        self = pointer
    }
}

extension JSONValue {
    /// The value at `pointer`; nothing when the way there breaks off.
    package func value(at pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            let next: JSONValue? =
                switch value {
                case .object(let object): object[token]
                case .array: JSONPointer.index(token).flatMap { value[$0] }
                default: nil
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}

extension String {
    fileprivate var escapedToken: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
