package import JSONWire
package import MeshConfig
package import MeshModel
import YAMLWire

/// What a weight change will do, for a person to read before saying yes.
package struct WeightPreview: Hashable, Sendable {
    /// What is changed: `VirtualService payments/payment-service`.
    package let object: String
    /// The change in the object's YAML, with three lines around it. Empty when nothing changes.
    package let lines: [LineDiff.Line]
    /// Who may undo the change.
    package let notes: [String]

    /// The preview of a change against the route as it is now.
    package init(_ change: WeightChange, route: JSONValue) throws(SteeringError) {
        let weights = try WeightPatch.weights(after: change)
        var operations: [JSONValue] = []
        for (index, weight) in weights.enumerated() {
            let path = "/spec/http/\(change.split.routeIndex)/route/\(index)/weight"
            operations.append(["op": "add", "path": .string(path), "value": .integer(Int64(weight))])
        }
        let changed: JSONValue
        do {
            changed = try JSONPatch(.array(operations)).apply(to: route)
        } catch {
            throw .invalid("the route has changed its shape since it was read: \(error)")
        }
        object = "VirtualService \(change.split.owner)"
        notes = Ownership.notes(on: route)
        lines = LineDiff(from: Self.yaml(route), to: Self.yaml(changed)).lines
    }

    /// The part that people write.
    private static func yaml(_ route: JSONValue) -> [String] {
        YAMLEmitter.emit(["spec": route["spec"] ?? .null]).split(separator: "\n").map(String.init)
    }
}
