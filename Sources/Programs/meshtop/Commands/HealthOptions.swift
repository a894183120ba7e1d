import MeshConfig
import MeshModel
import SystemIO

/// `--health FILE`: by which rules nodes and edges are judged.
extension HealthRules {
    static let option = Option(
        name: "--health", value: "FILE", summary: "tolerances in Kiali's form, and latency objectives")

    /// The rules of the file that an invocation names, or Kiali's own.
    init(_ invocation: Invocation) throws(CommandFailure) {
        guard let path = invocation.value("--health") else {
            self = .standard
            return
        }
        do {
            self = try HealthConfiguration.parse(try Files.read(path, limit: 1 << 20), file: path)
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}
