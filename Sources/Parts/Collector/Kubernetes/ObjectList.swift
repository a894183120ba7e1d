internal import JSONWire

/// Which object of its kind it is.
struct ObjectKey: Hashable, Comparable, Sendable {
    var namespace: String
    var name: String

    init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Nothing for what has no name.
    init?(_ object: JSONValue) {
        guard let name = object["metadata"]?["name"]?.string, !name.isEmpty else { return nil }
        self.name = name
        namespace = object["metadata"]?["namespace"]?.string ?? "default"
    }

    static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

/// Why an answer is no list, or an event ends a watch.
enum ObjectListFailure: Error, Hashable {
    /// Not in the shape of the API.
    case malformed(String)
    /// The API says that the watch cannot go on.
    case ended(String)
}

/// The objects of one kind, as a list and the changes after it have told them: no sockets, no clock.
///
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes>
struct ObjectList<Object: Hashable> {
    typealias Failure = ObjectListFailure

    /// The most objects of one kind. Beyond, the inventory is not complete.
    static var maximumObjects: Int { 100_000 }

    /// What is kept of an object; nothing for one that does not matter.
    private let read: (JSONValue) -> Object?
    private(set) var objects: [ObjectKey: Object] = [:]
    /// From where a watch goes on.
    private(set) var version = ""
    private(set) var isCut = false

    init(_ read: @escaping (JSONValue) -> Object?) { self.read = read }

    /// Adds a page of a list.
    ///
    /// - Returns: the mark of the next page; nothing when this was the last.
    mutating func add(page body: [UInt8]) throws(Failure) -> String? {
        let list = try Self.parse(body)
        guard let items = list["items"]?.array else { throw .malformed("it has no items") }
        version = list["metadata"]?["resourceVersion"]?.string ?? ""
        for item in items { put(item) }
        let next = list["metadata"]?["continue"]?.string ?? ""
        return next.isEmpty ? nil : next
    }

    /// Takes over one line of a watch.
    ///
    /// - Returns: whether the inventory may be another one now.
    mutating func take(event line: [UInt8]) throws(Failure) -> Bool {
        let event = try Self.parse(line)
        guard let type = event["type"]?.string, let object = event["object"] else {
            throw .malformed("an event has no type or no object")
        }
        if type == "ERROR" { throw .ended(object["message"]?.string ?? "no reason") }
        if let text = object["metadata"]?["resourceVersion"]?.string { version = text }
        switch type {
        case "ADDED", "MODIFIED": return put(object)
        case "DELETED":
            guard let key = ObjectKey(object) else { return false }
            return objects.removeValue(forKey: key) != nil
        // A bookmark, or what a newer API has to tell.
        default: return false
        }
    }

    @discardableResult
    private mutating func put(_ item: JSONValue) -> Bool {
        guard let key = ObjectKey(item), let object = read(item) else { return false }
        guard objects[key] != nil || objects.count < Self.maximumObjects else {
            isCut = true
            return false
        }
        return objects.updateValue(object, forKey: key) != object
    }

    private static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        do {
            return try JSONValue.parse(bytes)
        } catch {
            throw .malformed("\(error)")
        }
    }
}
