import JSONWire

/// Kubernetes' strategic merge patch, as far as a `Service` needs it: `kubectl apply` sends it for the kinds that it
/// was built with, and that is the one we share.
///
/// Like a merge patch ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)), but a list whose elements have a key is
/// merged element by element. `$patch: delete` takes an element out, `$patch: replace` takes the patch as it is.
enum StrategicMerge {
    /// By the name of the list: what its elements are told apart by.
    private static let keys = ["ports": "port", "ownerReferences": "uid"]

    static func apply(_ patch: JSONObject, to object: JSONObject) -> JSONObject {
        if patch["$patch"] == "replace" { return withoutDirectives(patch) }
        var result = object
        // Directives first name what follows; only `$setElementOrder` says something of its own, and of a list whose
        // order means nothing here.
        for (name, change) in patch where !name.hasPrefix("$") {
            switch change {
            case .null: result[name] = nil
            case .object(let members): result[name] = .object(apply(members, to: result[name]?.object ?? [:]))
            case .array(let elements):
                if let key = keys[name], let old = result[name]?.array {
                    result[name] = .array(merge(elements, into: old, by: key))
                } else {
                    result[name] = change
                }
            default: result[name] = change
            }
        }
        return result
    }

    private static func merge(_ changes: [JSONValue], into elements: [JSONValue], by key: String) -> [JSONValue] {
        var result = elements
        for change in changes {
            guard case .object(let members) = change, let name = members[key] else { continue }
            let place = result.firstIndex { $0[key] == name }
            switch (place, members["$patch"]) {
            case (let place?, "delete"): result.remove(at: place)
            case (nil, "delete"): break
            case (let place?, _):
                result[place] = .object(apply(members, to: result[place].object ?? [:]))
            case (nil, _): result.append(.object(withoutDirectives(members)))
            }
        }
        return result
    }

    private static func withoutDirectives(_ object: JSONObject) -> JSONObject {
        JSONObject(object.filter { !$0.key.hasPrefix("$") }.map { ($0.key, $0.value) })
    }
}
