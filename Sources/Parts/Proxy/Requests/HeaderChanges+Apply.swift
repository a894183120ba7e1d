import HTTPWire
import TrafficPolicy

extension HeaderChanges {
    /// First what is removed, then what is replaced or added.
    func applyToRequest(_ head: inout RequestHead) {
        Self.apply(requestRemovals, requestAdditions, to: &head)
    }

    func applyToResponse(_ head: inout ResponseHead) {
        Self.apply(responseRemovals, responseAdditions, to: &head)
    }

    private static func apply(_ removals: [String], _ additions: [Addition], to head: inout some MessageHead) {
        for name in removals { head.remove(name) }
        for addition in additions {
            if !addition.appends { head.remove(addition.name) }
            head.add(addition.name, addition.value)
        }
    }
}
