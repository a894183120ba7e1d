import Glibc
import SystemIO
import TerminalUI

/// Where themes are: the person's own directory, beside the program, or the source tree it was built in; one dark and
/// one light are built in.
enum ThemeFiles {
    static var library: ThemeLibrary { ThemeLibrary(folders: directories()) }

    /// Where a person writes down what they want: `$XDG_CONFIG_HOME/meshtop`, else `~/.config/meshtop`.
    static func configurationDirectory() -> String? {
        (absolute("XDG_CONFIG_HOME") ?? variable("HOME").map { $0 + "/.config" }).map { $0 + "/meshtop" }
    }

    private static func directories() -> [String] {
        var directories: [String] = []
        if let configuration = configurationDirectory() { directories.append("\(configuration)/themes") }
        var parts = DemoPlaces.directoryOfThisProgram().split(separator: "/")
        while !parts.isEmpty {
            let candidate = "/" + parts.joined(separator: "/") + "/themes"
            if Files.isDirectory(candidate) { directories.append(candidate) }
            parts.removeLast()
        }
        return directories
    }

    /// The file that keeps which theme was chosen on the screen.
    static func memory() -> String? {
        stateDirectory().map { $0 + "/theme" }
    }

    /// Where the console keeps what it is to know the next time: `$XDG_STATE_HOME/meshtop`, else `~/.local/state/meshtop`.
    static func stateDirectory() -> String? {
        (absolute("XDG_STATE_HOME") ?? variable("HOME").map { $0 + "/.local/state" }).map { $0 + "/meshtop" }
    }

    /// A relative path does not count, says the XDG base directory specification.
    private static func absolute(_ name: String) -> String? {
        variable(name).flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }
}
