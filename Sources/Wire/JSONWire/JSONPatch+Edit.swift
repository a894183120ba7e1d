/// A value under change by a patch's operations. Each verb answers with its complaint, or `nil` when it is done.
struct JSONPatchEdit {
    private(set) var value: JSONValue
    /// What `copy` may still copy, in values. Copies of copies double: thirty operations could make a billion.
    private var copyBudget = 1_000_000
    /// How deep a patched text may nest, so that whoever writes it does not run out of stack.
    private let maximumDepth = JSONLimits.default.maximumDepth

    init(_ value: JSONValue) {
        self.value = value
    }

    mutating func apply(_ operation: JSONPatch.Operation) -> String? {
        switch operation {
        case .add(let path, let new):
            return add(new, at: path)
        case .remove(let path):
            return remove(at: path)
        case .replace(let path, let new):
            guard value.value(at: path) != nil else { return Self.nothing(at: path) }
            return set(new, at: path)
        case .move(let from, let path):
            guard let moved = value.value(at: from) else { return Self.nothing(at: from) }
            guard from != path else { return nil }
            guard !path.isInside(from) else { return "\"\(from)\" cannot be moved into itself, to \"\(path)\"" }
            return remove(at: from) ?? add(moved, at: path)
        case .copy(let from, let path):
            guard let copied = value.value(at: from) else { return Self.nothing(at: from) }
            guard copied.spend(&copyBudget) else { return "the patch copies more than a million values" }
            return add(copied, at: path)
        case .test(let path, let expected):
            guard let found = value.value(at: path) else { return Self.nothing(at: path) }
            return found == expected ? nil : "\"\(path)\" is \(found.excerpt), expected \(expected.excerpt)"
        }
    }

    private mutating func add(_ new: JSONValue, at path: JSONPointer) -> String? {
        guard let parent = path.parent, let last = path.tokens.last else { return set(new, at: path) }
        guard path.tokens.count + new.depth(upTo: maximumDepth) <= maximumDepth else {
            return "\"\(path)\" would nest deeper than \(maximumDepth) levels"
        }
        return change(at: parent) { container in
            switch container {
            case .object(var object):
                container = .null
                object[last] = new
                container = .object(object)
                return nil
            case .array(var elements):
                guard let index = last == "-" ? elements.count : JSONPointer.index(last) else {
                    return "\"\(path)\" points into an array; end it with an index or '-'"
                }
                guard index <= elements.count else {
                    return "\"\(path)\" is beyond the array's end; it has \(elements.count) elements"
                }
                container = .null
                elements.insert(new, at: index)
                container = .array(elements)
                return nil
            default: return "\"\(parent)\" is \(container.kindInWords), so nothing can be added at \"\(path)\""
            }
        }
    }

    private mutating func remove(at path: JSONPointer) -> String? {
        guard value.value(at: path) != nil else { return Self.nothing(at: path) }
        guard let parent = path.parent, let last = path.tokens.last else {
            return "the whole text cannot be removed"
        }
        return change(at: parent) { container in
            switch container {
            case .object(var object):
                container = .null
                object[last] = nil
                container = .object(object)
            case .array(var elements):
                container = .null
                if let index = JSONPointer.index(last) { elements.remove(at: index) }
                container = .array(elements)
            default: break
            }
            return nil
        }
    }

    private mutating func set(_ new: JSONValue, at path: JSONPointer) -> String? {
        guard path.tokens.count + new.depth(upTo: maximumDepth) <= maximumDepth else {
            return "\"\(path)\" would nest deeper than \(maximumDepth) levels"
        }
        return change(at: path) { place in
            place = new
            return nil
        }
    }

    private mutating func change(at path: JSONPointer, _ body: (inout JSONValue) -> String?) -> String? {
        Self.change(&value, path.tokens[...], body)
    }

    /// Walks down and changes in place what is there; complains about the way when it breaks off.
    private static func change(
        _ value: inout JSONValue, _ tokens: ArraySlice<String>, _ body: (inout JSONValue) -> String?
    ) -> String? {
        guard let token = tokens.first else { return body(&value) }
        switch value {
        case .object(var object):
            value = .null
            defer { value = .object(object) }
            var complaint: String?
            let isThere = object.update(token) { complaint = change(&$0, tokens.dropFirst(), body) }
            return isThere ? complaint : "there is no member \"\(token)\" on the way"
        case .array(var elements):
            value = .null
            defer { value = .array(elements) }
            guard let index = JSONPointer.index(token), elements.indices.contains(index) else {
                return "there is no element \"\(token)\" on the way"
            }
            return change(&elements[index], tokens.dropFirst(), body)
        default:
            return "\(value.kindInWords) is on the way, where \"\(token)\" should be a member"
        }
    }

    private static func nothing(at path: JSONPointer) -> String {
        "there is nothing at \"\(path)\""
    }
}

extension JSONValue {
    /// How many levels of arrays and objects there are, counted no further than one beyond `limit`.
    fileprivate func depth(upTo limit: Int) -> Int {
        guard limit >= 0 else { return 1 }
        switch self {
        case .array(let elements): return 1 + (elements.map { $0.depth(upTo: limit - 1) }.max() ?? 0)
        case .object(let object): return 1 + (object.map { $0.value.depth(upTo: limit - 1) }.max() ?? 0)
        default: return 0
        }
    }

    /// Takes the number of values in here off `budget`; false when it does not suffice.
    fileprivate func spend(_ budget: inout Int) -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        switch self {
        case .array(let elements): return elements.allSatisfy { $0.spend(&budget) }
        case .object(let object): return object.allSatisfy { $0.value.spend(&budget) }
        default: return true
        }
    }

    /// The value's text, cut short for a sentence.
    var excerpt: String {
        let text = text
        return text.utf8.count <= 60 ? text : String(text.prefix(57)) + "…"
    }
}
