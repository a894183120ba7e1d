package import JSONWire
package import MeshModel

/// A weight change as one JSON patch ([RFC 6902](https://www.rfc-editor.org/rfc/rfc6902)): all weights move together
/// or none does.
package enum WeightPatch {
    /// The largest weight that Istio's API holds (`int32`).
    package static let maximumWeight = Int(Int32.max)

    /// The patch. It tests that the route is the one the weights were read from – its version, and the name at every
    /// place it writes to – and then sets every weight. `add` also replaces, so it does not matter whether a weight is
    /// written out: 0 and 100 often are not.
    package static func make(_ change: WeightChange) throws(SteeringError) -> JSONValue {
        let weights = try weights(after: change)
        var operations: [JSONValue] = [
            operation("test", "/metadata/resourceVersion", .string(change.split.resourceVersion))
        ]
        let root = "/spec/http/\(change.split.routeIndex)/route"
        for (index, share) in change.split.shares.enumerated() {
            operations.append(operation("test", "\(root)/\(index)/destination/subset", .string(share.subset)))
        }
        for (index, weight) in weights.enumerated() {
            operations.append(operation("add", "\(root)/\(index)/weight", .integer(Int64(weight))))
        }
        return .array(operations)
    }

    /// The weights in the order of the split's shares, after the change.
    package static func weights(after change: WeightChange) throws(SteeringError) -> [Int] {
        let known = change.split.shares.map(\.subset)
        for subset in change.weights.keys.sorted() where !known.contains(subset) {
            throw .invalid(
                "\(change.split.service.name) has no subset \"\(subset)\"; it has " + known.joined(separator: ", "))
        }
        var weights: [Int] = []
        var total = 0
        for share in change.split.shares {
            let weight = change.weights[share.subset] ?? share.weight
            let (sum, overflow) = total.addingReportingOverflow(weight)
            guard weight >= 0, !overflow, sum <= maximumWeight else {
                throw .invalid(
                    "the weight of \(share.subset) is \(weight); weights are whole numbers from 0, and their sum is at "
                        + "most \(maximumWeight)")
            }
            total = sum
            weights.append(weight)
        }
        guard total > 0 else {
            throw .invalid("all weights of \(change.split.service.name) would be 0; give at least one subset a weight")
        }
        return weights
    }

    private static func operation(_ name: String, _ path: String, _ value: JSONValue) -> JSONValue {
        ["op": .string(name), "path": .string(path), "value": value]
    }
}
