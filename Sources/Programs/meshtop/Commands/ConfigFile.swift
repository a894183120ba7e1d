import Collector
import Glibc
import SystemIO

/// The person's configuration file: `--config`, else `config.yaml` in `$XDG_CONFIG_HOME/meshtop` or `~/.config/meshtop`.
enum ConfigFile {
    private static let limit = 1 << 20

    /// The context that `--context` names, or the file's own choice; nothing when there is none and nobody asked for one.
    static func context(_ invocation: Invocation) throws -> MeshtopContext? {
        let wanted = invocation.value("--context")
        guard let path = invocation.value("--config") ?? usual() else {
            guard wanted != nil else { return nil }
            throw CommandFailure(
                "--context names a context of a configuration file, and there is no home to find it in")
        }
        guard invocation.has("--config") || wanted != nil || Files.exists(path) else { return nil }
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, limit: limit)
        } catch {
            throw CommandFailure("the configuration \(path) cannot be read: \(error.reason)")
        }
        do throws(MeshtopConfig.Failure) {
            return try MeshtopConfig.parse(bytes, file: path, home: variable("HOME")).context(named: wanted, file: path)
        } catch {
            throw CommandFailure(error.description)
        }
    }

    /// A relative `XDG_CONFIG_HOME` does not count, says the XDG base directory specification.
    private static func usual() -> String? {
        let given = variable("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (given ?? variable("HOME").map { "\($0)/.config" }).map { "\($0)/meshtop/config.yaml" }
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
