import SystemIO
import TerminalUI

/// Writes what is to be saved.
struct ScreenFile {
    let words: MeshWords?
    let home: String?

    /// Writes it to a file that is not there yet.
    ///
    /// - Returns: what to tell the person.
    func write(_ export: ScreenExport, _ model: Model, _ theme: Theme) -> Event {
        let text: String
        switch export.format {
        case .text: text = view(model, theme: theme).plainText
        case .ansi: text = view(model, theme: theme).ansiText
        case .svg: text = view(model, theme: theme).svg(title: "meshtop \(model.source)", base: theme[.canvas])
        case .graph(let format):
            guard let words, let mesh = model.mesh else { return failed(export.path, "there is no mesh to write yet") }
            text = words.graph(mesh.snapshot, format)
        }
        let path = expanded(export.path)
        // What a file held is somebody's.
        guard !Files.exists(path) else { return failed(path, "it is there already; choose another name") }
        do throws(SystemError) {
            try Files.writeAtomically(path, Array(text.utf8), mode: 0o644)
            return .saved(path, .success(text.utf8.count))
        } catch {
            return failed(path, error.reason)
        }
    }

    /// With a person's own directory for `~`, as in a shell.
    private func expanded(_ path: String) -> String {
        guard let home, path == "~" || path.hasPrefix("~/") else { return path }
        return home + path.dropFirst()
    }

    private func failed(_ path: String, _ reason: String) -> Event {
        .saved(path, .failure(ConsoleFailure(message: reason)))
    }
}
