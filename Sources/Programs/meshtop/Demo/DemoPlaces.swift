import Glibc
import SystemIO

/// Where the demo's programs, its mesh files and its state are.
struct DemoPlaces {
    var programs: String
    var mesh: String
    var state: String
    /// Whether the state goes when the demo does.
    var isStateTemporary: Bool

    init(mesh: String?, state: String?) throws(CommandFailure) {
        let programs = Self.directoryOfThisProgram()
        self.programs = programs
        for name in ["meshtop-control", "meshtop-proxy", "shop"] where !Files.exists("\(programs)/\(name)") {
            throw CommandFailure("\(programs)/\(name) is missing; build it with: swift build -c release")
        }
        if let mesh { self.mesh = Self.absolute(mesh) } else { self.mesh = try Self.findMesh(above: programs) }
        guard Files.isDirectory(self.mesh) else { throw CommandFailure("\(self.mesh) is not a directory") }
        isStateTemporary = state == nil
        do throws(SystemError) {
            if let state {
                try Files.makeDirectory(state)
                self.state = Self.absolute(state)
            } else {
                self.state = try Files.makeTemporaryDirectory(prefix: "meshtop-demo-")
            }
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    /// The processes of the demo work in another directory than the person who starts it.
    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return "\(String(cString: here))/\(path)"
    }

    func removeTemporaryState() {
        guard isStateTemporary else { return }
        // What cannot be removed lies under /tmp and goes with it.
        try? Files.remove(state)
    }

    static func directoryOfThisProgram() -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let path = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    }

    /// The mesh files lie in the source tree that the programs were built in.
    private static func findMesh(above directory: String) throws(CommandFailure) -> String {
        var parts = directory.split(separator: "/")
        while !parts.isEmpty {
            let candidate = "/" + parts.joined(separator: "/") + "/demo/mesh"
            if Files.isDirectory(candidate) { return candidate }
            parts.removeLast()
        }
        throw CommandFailure("no directory demo/mesh was found above \(directory); name one with --mesh")
    }
}
