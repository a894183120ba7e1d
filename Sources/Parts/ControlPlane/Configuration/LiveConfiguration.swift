package import MeshConfig
package import Storage

/// Why a change was not made.
package enum ChangeRefusal: Error, Sendable {
    /// It would make the configuration wrong in these ways.
    case invalid([ConfigProblem])
    case storage(StorageError)
}

/// The configuration that is in force: what the store holds, read as a mesh.
///
/// Every change passes here. It is judged on the whole configuration as it would be; when it brings an error that was
/// not there before, nothing is stored and the configuration in force stays. Belongs to one thread.
package final class LiveConfiguration {
    package let store: ConfigurationStore
    /// What is in force, always of the store's newest revision.
    package private(set) var mesh: MeshConfiguration
    /// What is wrong with the configuration in force: warnings, and errors from before a rule was known.
    package private(set) var problems: [ConfigProblem]
    private var observers: [([Change]) -> Void] = []

    package init(_ store: ConfigurationStore, settings: MeshSettings = MeshSettings()) {
        self.store = store
        (mesh, problems) = Self.read(store.objects, settings: settings)
    }

    /// Asks to be called after every change, with what was changed, oldest first.
    package func observe(_ observer: @escaping ([Change]) -> Void) {
        observers.append(observer)
    }

    /// Makes all edits or none.
    ///
    /// - Parameters:
    ///   - files: Files of the configuration directory that are applied with this change.
    ///   - isTrial: Judge the edits, and store nothing.
    /// - Returns: what was changed; nothing in a trial.
    @discardableResult
    package func change(
        _ edits: [Edit], by author: Author, files: [AppliedFile] = [], isTrial: Bool = false
    ) throws(ChangeRefusal) -> [Change] {
        var objects: [ObjectKey: StoredObject] = [:]
        for object in store.objects { objects[object.key] = object }
        for edit in edits {
            switch edit {
            case .put(let key, let body):
                objects[key] = StoredObject(key: key, revision: store.revision.next, body: body)
            case .delete(let key): objects[key] = nil
            }
        }
        let (_, found) = Self.read(objects.values.sorted { $0.key < $1.key }, settings: mesh.settings)
        let known = Set(problems)
        let fresh = found.filter { $0.severity == .error && !known.contains($0) }
        guard fresh.isEmpty else { throw .invalid(fresh) }
        guard !isTrial else { return [] }
        let changes: [Change]
        do {
            changes = try store.commit(edits, by: author, files: files)
        } catch {
            throw .storage(error)
        }
        guard !changes.isEmpty else { return [] }
        (mesh, problems) = Self.read(store.objects, settings: mesh.settings)
        for observer in observers { observer(changes) }
        return changes
    }
}
