package import JSONWire
package import MeshModel
import YAMLWire

/// What a weight change will do, for a person to read before saying yes.
package struct WeightPreview: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            case same, removed, added
            /// Lines that do not change were left out here.
            case gap
        }

        package let kind: Kind
        /// The YAML line without a mark.
        package let text: String

        package init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = text
        }

        /// The line with its mark, as `diff -u` prints it.
        package var marked: String {
            switch kind {
            case .same: "  \(text)"
            case .removed: "- \(text)"
            case .added: "+ \(text)"
            case .gap: "  …"
            }
        }
    }

    /// What is changed: `VirtualService payments/payment-service`.
    package let object: String
    /// The change in the object's YAML, with three lines around it. Empty when nothing changes.
    package let lines: [Line]
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
        lines = Self.difference(Self.yaml(route), Self.yaml(changed))
    }

    /// The part that people write.
    private static func yaml(_ route: JSONValue) -> [String] {
        YAMLEmitter.emit(["spec": route["spec"] ?? .null]).split(separator: "\n").map(String.init)
    }

    /// Weights change single lines and never their order: what is the same at both ends is kept, and between them
    /// equal lines are paired from the front.
    static func difference(_ old: [String], _ new: [String]) -> [Line] {
        var lines: [Line] = []
        var (left, right) = (old[...], new[...])
        while let first = left.first, let other = right.first {
            if first == other {
                lines.append(Line(.same, first))
                left.removeFirst()
                right.removeFirst()
                continue
            }
            // An added weight is a line more; otherwise one line takes the place of another.
            if left.count < right.count, right.dropFirst().first == first {
                lines.append(Line(.added, other))
                right.removeFirst()
            } else {
                lines.append(Line(.removed, first))
                lines.append(Line(.added, other))
                left.removeFirst()
                right.removeFirst()
            }
        }
        lines += left.map { Line(.removed, $0) } + right.map { Line(.added, $0) }
        return trimmed(lines, context: 3)
    }

    private static func trimmed(_ lines: [Line], context: Int) -> [Line] {
        var isKept = [Bool](repeating: false, count: lines.count)
        for (index, line) in lines.enumerated() where line.kind != .same {
            for near in max(0, index - context)...min(lines.count - 1, index + context) { isKept[near] = true }
        }
        guard isKept.contains(true) else { return [] }
        var result: [Line] = []
        for (line, keeps) in zip(lines, isKept) {
            if keeps {
                result.append(line)
            } else if result.last?.kind != .gap {
                result.append(Line(.gap, ""))
            }
        }
        return result
    }
}
