import Console
import GraphLayout
import JSONWire
import MeshModel
import SystemIO

/// What the console keeps from one run to the next, mesh by mesh: `$XDG_STATE_HOME/meshtop/state.json`.
///
/// Nothing in it is needed. A file that cannot be read, or says what cannot be, is as good as none; one of a newer
/// meshtop is left alone.
struct StateFile {
    struct Mesh {
        /// What the header calls the mesh.
        var source: String
        var console: KeptConsole
    }

    static let version = 1
    private static let sizeLimit = 8 << 20
    private static let mostMeshes = 16

    /// The one used last comes first.
    var meshes: [Mesh] = []

    static func usual() -> String? { ThemeFiles.stateDirectory().map { $0 + "/state.json" } }

    static func read(_ path: String) -> StateFile {
        guard let bytes = try? Files.read(path, limit: sizeLimit), let value = try? JSONValue.parse(bytes) else {
            return StateFile()
        }
        return StateFile(value)
    }

    /// Puts one mesh's state first, beside those of others as they are in the file now.
    static func keep(_ console: KeptConsole, of source: String, in path: String) {
        if let bytes = try? Files.read(path, limit: sizeLimit),
            let version = (try? JSONValue.parse(bytes))?["version"]?.int, version > StateFile.version
        {
            return
        }
        var file = read(path)
        file.meshes.removeAll { $0.source == source }
        file.meshes.insert(Mesh(source: source, console: console), at: 0)
        file.meshes.removeLast(max(0, file.meshes.count - mostMeshes))
        // Who cannot keep it, for want of a home or of room, has had the console all the same.
        do throws(SystemError) {
            if let slash = path.lastIndex(of: "/") { try Files.makeDirectory(String(path[..<slash])) }
            try Files.writeAtomically(path, Array((file.json.text + "\n").utf8))
        } catch {}
    }
}
