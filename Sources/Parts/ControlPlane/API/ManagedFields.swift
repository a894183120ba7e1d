import JSONWire
import Quantities

/// Who owns which field: Kubernetes' `metadata.managedFields`, kept by comparing bodies.
///
/// A manager owns the fields it set to another value last. Lists are owned whole, as for any kind whose schema names
/// no list keys. A field that changes hands leaves its former manager's entry.
enum ManagedFields {
    /// The entries after `manager` turned `old` into `new`, newest entry last.
    static func updated(
        from old: JSONValue?, to new: JSONValue, entries: [JSONValue], manager: String, apiVersion: String,
        time: String
    ) -> [JSONValue] {
        guard let changed = difference(from: old.map(owned), to: owned(new)), !changed.isEmpty else { return entries }
        var mine = changed
        var result: [JSONValue] = []
        for entry in entries {
            let fields = entry["fieldsV1"]?.object ?? [:]
            if entry["manager"]?.string == manager {
                mine = union(fields, mine)
                continue
            }
            let rest = subtracting(changed, from: fields)
            guard !rest.isEmpty else { continue }
            var entry = entry
            entry["fieldsV1"] = .object(rest)
            result.append(entry)
        }
        result.append([
            "manager": .string(manager), "operation": "Update", "apiVersion": .string(apiVersion),
            "time": .string(time), "fieldsType": "FieldsV1", "fieldsV1": .object(mine),
        ])
        return result
    }

    /// The part of a body that people own: labels, annotations, and everything but the server's own metadata.
    private static func owned(_ body: JSONValue) -> JSONValue {
        var result: JSONObject = [:]
        for (key, value) in body.object ?? [:] {
            switch key {
            case "apiVersion", "kind", "status": continue
            case "metadata":
                var metadata: JSONObject = [:]
                for name in ["annotations", "labels", "ownerReferences", "finalizers"] {
                    metadata[name] = value[name]
                }
                if !metadata.isEmpty { result[key] = .object(metadata) }
            default: result[key] = value
            }
        }
        return .object(result)
    }

    /// The set of changed fields, nested as `f:<name>`; nothing when the values are the same.
    private static func difference(from old: JSONValue?, to new: JSONValue) -> JSONObject? {
        guard old != new else { return nil }
        guard case .object(let members) = new else { return [:] }
        var result: JSONObject = [:]
        for (key, value) in members {
            if let inner = difference(from: old?[key], to: value) { result["f:\(key)"] = .object(inner) }
        }
        return result
    }

    private static func union(_ left: JSONObject, _ right: JSONObject) -> JSONObject {
        var result = left
        for (key, value) in right {
            result[key] = .object(union(left[key]?.object ?? [:], value.object ?? [:]))
        }
        return result
    }

    private static func subtracting(_ taken: JSONObject, from fields: JSONObject) -> JSONObject {
        var result: JSONObject = [:]
        for (key, value) in fields {
            guard let lost = taken[key]?.object else {
                result[key] = value
                continue
            }
            // A leaf that was taken is gone; of a branch, what is left of it stays.
            let rest = subtracting(lost, from: value.object ?? [:])
            if !rest.isEmpty { result[key] = .object(rest) }
        }
        return result
    }
}
