import MeshConfig
import SystemIO

/// A person's own editor, on a file of the text.
struct TextEditor: Sendable {
    /// Longer texts are no configuration; an editor left open on a log must not fill our memory.
    private static let limit = 4 << 20

    /// What the shell runs, as `vim` or `code --wait`.
    let command: String

    /// The editor that an environment names: `VISUAL`, else `EDITOR`, else `vi`, as everywhere.
    init(variable: (String) -> String?) {
        let named = ["VISUAL", "EDITOR"].lazy.compactMap(variable).first { !$0.trimmingSpaces().isEmpty }
        command = named ?? "vi"
    }

    /// Opens the draft's text and answers with what it has become. Blocks until the person is done.
    ///
    /// The file is for its owner alone. It stays where it is, in the answer's `path`, unless nothing was changed: what
    /// somebody wrote is theirs until the mesh has it.
    func edit(_ draft: ConfigDraft) -> Result<ConfigDraft, ConsoleFailure> {
        var edited = draft
        do throws(SystemError) {
            let path: String
            if let before = draft.path { path = before } else { path = try makeFile(draft) }
            edited.path = path
            // By the shell, so that the variable may hold arguments and quotes; the path is no part of its text.
            let exit = try ForegroundProgram.run(
                ChildCommand("/bin/sh", ["-c", script, command, path], diesWithParent: false))
            edited.text = String(decoding: try Files.read(path, limit: Self.limit), as: UTF8.self)
            let isChanged = edited.text != draft.original
            if !isChanged { Self.discard(path) }
            guard exit != .code(0) else { return .success(edited) }
            let reason =
                exit == .code(127) ? "“\(command)” was not found; set EDITOR" : "\(command) ended with \(exit)"
            return .failure(ConsoleFailure(message: reason + (isChanged ? "; your text is in \(path)" : "")))
        } catch {
            return .failure(ConsoleFailure(message: "the text cannot be edited: \(error)"))
        }
    }

    /// What the shell is told. A plain command takes the shell's place: when an editor stops itself, as on Ctrl-Z, no
    /// shell must be left in between that does not.
    private var script: String {
        let isPlain = command.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || " /._-+:,@%".unicodeScalars.contains(scalar)
        }
        return (isPlain ? "exec " : "") + command + " \"$1\""
    }

    /// A file of the draft's text in a directory of its own, both for their owner alone.
    private func makeFile(_ draft: ConfigDraft) throws(SystemError) -> String {
        let folder = try Files.makeTemporaryDirectory(prefix: "meshtop")
        // Names come from the mesh: nothing in them may lead elsewhere, or be too long for a file.
        let name = draft.key.name.unicodeScalars.prefix(60).map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "-")
                ? String(scalar) : "_"
        }
        let path = "\(folder)/\(name.joined()).yaml"
        try Files.writeAtomically(path, Array(draft.text.utf8))
        return path
    }

    /// Removes a draft's file and the directory that was made for it.
    static func discard(_ path: String) {
        guard let slash = path.lastIndex(of: "/") else { return }
        // What cannot be removed is left to the system's own sweeping.
        try? Files.remove(path)
        try? Files.remove(String(path[..<slash]))
    }
}
