import Glibc
import SystemIO
import TerminalUI

/// Themes by name: from the person's own directory, beside the program, or from the source tree it was built in; one
/// dark and one light are built in.
enum ThemeFiles {
    static func theme(named name: String?) throws(CommandFailure) -> Theme {
        guard let name else { return .dark }
        let path = name.contains("/") ? name : find(name)
        guard let path else {
            if let builtIn = [Theme.dark, .light].first(where: { $0.name == name }) { return builtIn }
            throw CommandFailure(
                "there is no theme “\(name)”; these were found: \(names().joined(separator: ", "))")
        }
        do {
            let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
            return try Theme(parsing: text, name: name, file: path)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    private static func find(_ name: String) -> String? {
        directories().map { "\($0)/\(name).theme" }.first { Files.exists($0) }
    }

    private static func names() -> [String] {
        let found = directories().flatMap { (try? Files.list($0)) ?? [] }.filter { $0.hasSuffix(".theme") }
            .map { String($0.dropLast(".theme".count)) }
        return Set(found + [Theme.dark.name, Theme.light.name]).sorted()
    }

    private static func directories() -> [String] {
        var directories: [String] = []
        if let configuration = variable("XDG_CONFIG_HOME") ?? variable("HOME").map({ $0 + "/.config" }) {
            directories.append("\(configuration)/meshtop/themes")
        }
        var parts = DemoPlaces.directoryOfThisProgram().split(separator: "/")
        while !parts.isEmpty {
            let candidate = "/" + parts.joined(separator: "/") + "/themes"
            if Files.isDirectory(candidate) { directories.append(candidate) }
            parts.removeLast()
        }
        return directories
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
