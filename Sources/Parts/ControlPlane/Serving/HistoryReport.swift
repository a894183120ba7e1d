import JSONWire
import MeshConfig
import Quantities

/// `/debug/history`: who changed what, when and why, newest first.
enum HistoryReport {
    static func json(_ changes: [Change]) -> JSONValue {
        .array(
            changes.map { change in
                var entry: JSONObject = [
                    "revision": .integer(change.revision.number), "time": .string(change.time.rfc3339),
                    "who": .string(change.author.who), "why": .string(change.author.why),
                    "kind": .string(change.key.kind.rawValue), "namespace": .string(change.key.namespace),
                    "name": .string(change.key.name),
                ]
                entry["old"] = change.old
                entry["new"] = change.new
                return .object(entry)
            })
    }
}
