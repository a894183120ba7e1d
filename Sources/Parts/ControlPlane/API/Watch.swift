package import JSONWire
package import MeshConfig
import Storage

/// A request for the changes of a collection, and how changes become its events.
package struct Watch: Sendable {
    package let resource: ResourceKind
    /// The version the objects are sent in.
    package let version: String
    package let namespace: String?
    package let selector: ObjectSelector
    /// Changes after this revision are sent; nothing to begin with the objects as they are.
    package let since: Revision?
    /// Whether the objects as they are come first, ended by a marked bookmark: `sendInitialEvents`.
    package let marksInitialEvents: Bool
    package let allowsBookmarks: Bool
    /// After how long the stream ends; the client then watches again from where it was.
    package let timeout: Duration

    /// The events a watcher gets at once, and the revision that they lead up to.
    ///
    /// 410 when the history no longer reaches back to ``since``: the client must list again.
    package func begin(_ store: ConfigurationStore) throws(APIFailure) -> [JSONValue] {
        guard let since else {
            var events = store.objects(of: resource, namespace: namespace)
                .filter { selector.matches($0.body) }
                .map { event("ADDED", $0.body) }
            if marksInitialEvents { events.append(bookmark(store.revision, endsInitialEvents: true)) }
            return events
        }
        let changes: [Change]?
        do {
            changes = try store.changes(after: since)
        } catch {
            throw APIFailure(.internalError, "the history cannot be read: \(error)")
        }
        guard let changes else {
            throw APIFailure(
                .expired, "too old resource version: \(since) (\(store.revision)); list again and watch from there")
        }
        return events(for: changes)
    }

    /// The events that tell of these changes. A change that takes an object out of the selection is its deletion.
    package func events(for changes: [Change]) -> [JSONValue] {
        changes.compactMap { change in
            guard change.key.kind == resource, namespace == nil || change.key.namespace == namespace else {
                return nil
            }
            let wasSelected = change.old.map(selector.matches) ?? false
            if let new = change.new, selector.matches(new) { return event(wasSelected ? "MODIFIED" : "ADDED", new) }
            guard wasSelected, var last = change.new ?? change.old else { return nil }
            // The last body, at the revision of its end.
            last["metadata"]?["resourceVersion"] = .string(change.revision.description)
            return event("DELETED", last)
        }
    }

    /// Tells that nothing before `revision` is outstanding.
    package func bookmark(_ revision: Revision, endsInitialEvents: Bool = false) -> JSONValue {
        var metadata: JSONObject = ["resourceVersion": .string(revision.description), "creationTimestamp": .null]
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        return [
            "type": "BOOKMARK",
            "object": [
                "kind": .string(resource.rawValue), "apiVersion": .string(resource.apiVersion(version)),
                "metadata": .object(metadata), "spec": [:],
            ],
        ]
    }

    private func event(_ type: String, _ body: JSONValue) -> JSONValue {
        ["type": .string(type), "object": body.served(as: resource.apiVersion(version))]
    }
}

extension JSONValue {
    /// An object in the version that was asked for; the kinds we serve have one schema in all of theirs.
    func served(as apiVersion: String) -> JSONValue {
        var object = self
        object["apiVersion"] = .string(apiVersion)
        return object
    }
}
