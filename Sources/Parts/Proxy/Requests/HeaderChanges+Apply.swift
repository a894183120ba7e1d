import HTTPWire
import Patterns
import TrafficPolicy

extension HeaderChanges {
    /// First what is removed, then what is replaced or added. All values are made before the first is added.
    func applyToRequest(_ head: inout RequestHead, _ value: (FormatString.Command, RequestHead) -> String?) {
        Self.apply(requestRemovals, requestAdditions, to: &head, value)
    }

    func applyToResponse(_ head: inout ResponseHead, _ value: (FormatString.Command, ResponseHead) -> String?) {
        Self.apply(responseRemovals, responseAdditions, to: &head, value)
    }

    private static func apply<Head: MessageHead>(
        _ removals: [String], _ additions: [Addition], to head: inout Head,
        _ value: (FormatString.Command, Head) -> String?
    ) {
        for name in removals { head.remove(name) }
        let before = head
        for addition in additions {
            let text = addition.literal ?? addition.template.text { value($0, before) }
            guard !text.isEmpty else { continue }
            if !addition.appends { head.remove(addition.name) }
            head.add(addition.name, text)
        }
    }
}
