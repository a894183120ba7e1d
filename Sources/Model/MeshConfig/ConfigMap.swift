import JSONWire
import YAMLWire

/// Texts by name: Kubernetes' `ConfigMap`. The one called `istio` of the root namespace holds the mesh's options; others
/// are kept and mean nothing here.
package struct ConfigMap: Hashable, Sendable {
    package var data: [String: String]
    /// What the text `mesh` says, where this is the map that may hold it.
    package var options: MeshOptions?

    package init(data: [String: String], options: MeshOptions? = nil) {
        self.data = data
        self.options = options
    }

    /// - Parameters:
    ///   - reader: of the map's `data`.
    ///   - name: the map's; only `istio` is looked into.
    init(_ reader: SchemaReader?, name: String) throws(SchemaError) {
        data = try reader?.stringMap() ?? [:]
        guard name == MeshOptions.mapName, let text = data[MeshOptions.key], let reader else { return }
        options = try Self.options(text, at: reader.pointer.appending(MeshOptions.key))
    }

    private static func options(_ text: String, at place: JSONPointer) throws(SchemaError) -> MeshOptions {
        let documents: [YAMLDocument]
        do throws(YAMLError) {
            documents = try YAMLParser.parse(Array(text.utf8), file: MeshOptions.key)
        } catch {
            throw SchemaError(at: place, "line \(error.line): \(error.message)")
        }
        guard let document = documents.first, !document.value.isNull else { return MeshOptions() }
        guard documents.count == 1 else { throw SchemaError(at: place, "holds more than one document") }
        do throws(SchemaError) {
            return try MeshOptions(SchemaReader(document.value))
        } catch {
            throw SchemaError(at: place, "line \(document.position(of: error.pointer).line): \(error)")
        }
    }
}
