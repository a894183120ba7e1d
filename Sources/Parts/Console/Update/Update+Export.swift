import MeshConfig
import MeshModel
import Quantities
import TerminalUI
import TraceModel

// What leaves the console: files, and the clipboard.
extension Model {
    /// - Parameter path: empty for an image in the working directory, named by screen and time.
    mutating func save(to path: String, _ effects: inout [Effect]) {
        do throws(ConsoleFailure) {
            effects.append(.save(try ScreenExport(path: path.isEmpty ? ownFileName : path)))
        } catch {
            say(.failure, error.message)
        }
    }

    private var ownFileName: String {
        let clock = Field.timeOfDay(mesh?.snapshot.time ?? now, utcOffset).filter(\.isNumber)
        return "meshtop-\(context.rawValue)-\(clock).svg"
    }

    mutating func takeSaved(_ path: String, _ result: Result<Int, ConsoleFailure>) {
        switch result {
        case .success(let bytes): say(.success, "saved as \(path), \(Humane.bytes(Double(bytes)))")
        case .failure(let failure): say(.failure, "\(path) was not written: \(failure.message)")
        }
    }

    /// The name of what is selected, to the clipboard.
    mutating func copyName(_ effects: inout [Effect]) {
        guard let name = nameToCopy else { return say(.info, "nothing is selected") }
        copy(name, as: name, &effects)
    }

    private var nameToCopy: String? {
        if screen.isWaterfall { return waterfall?.id.description }
        if screen == .traces { return traces?.selected?.id.description }
        if screen.configPlace != nil { return openEntry?.key.description }
        if let selectedEdge {
            return "\(mesh?.title(selectedEdge.source) ?? "") \(mesh?.title(selectedEdge.target) ?? "")"
        }
        return selectedNode?.title
    }

    /// The node or edge that is selected, with all its numbers, to the clipboard.
    mutating func copyJSON(_ effects: inout [Effect]) {
        // An object is kept and read as YAML.
        if screen.configPlace != nil, let entry = openEntry {
            return copy(ConfigSheet.text(of: entry.body), as: "\(entry.key) as YAML", &effects)
        }
        guard let selection else { return say(.info, "nothing is selected") }
        effects.append(.copyJSON(selection))
    }

    mutating func copy(_ text: String, as name: String, _ effects: inout [Effect]) {
        guard Clipboard.sequence(text) != nil else {
            return say(.failure, "that is too long for a clipboard; :save FILE.json writes it")
        }
        effects.append(.copy(text))
        say(.info, "copied: \(name) (where the terminal allows it)")
    }
}
