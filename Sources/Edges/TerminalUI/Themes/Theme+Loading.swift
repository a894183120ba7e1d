internal import Glibc

extension Theme {
    /// The theme files that may be: longer ones are refused.
    private static var maximumLength: Int { 64 << 10 }

    /// The theme of that name or path.
    ///
    /// A word with a slash or that ends in `.theme` is a path. Another is a name: `name.theme` is looked for in each of
    /// `folders`, first to last, and then among the built-in themes `harbor` and `daylight`.
    package static func load(_ nameOrPath: String, folders: [String]) throws(ThemeError) -> Theme {
        let suffix = ".theme"
        if nameOrPath.contains("/") || nameOrPath.hasSuffix(suffix) {
            guard let text = try read(nameOrPath) else {
                throw ThemeError(file: nameOrPath, line: 0, message: String(cString: strerror(errno)))
            }
            let file = nameOrPath.split(separator: "/").last ?? ""
            let name = file.hasSuffix(suffix) ? file.dropLast(suffix.count) : file
            return try Theme(parsing: text, name: String(name), file: nameOrPath)
        }
        for folder in folders {
            let path = (folder.hasSuffix("/") ? folder : folder + "/") + nameOrPath + suffix
            if let text = try read(path) { return try Theme(parsing: text, name: nameOrPath, file: path) }
        }
        let builtIn = [dark, light]
        if let theme = builtIn.first(where: { $0.name == nameOrPath }) { return theme }
        let places = (folders + ["built in"]).joined(separator: " or ")
        throw ThemeError(
            file: nameOrPath + suffix, line: 0,
            message: nearest(nameOrPath, in: builtIn.map(\.name), what: "a theme in \(places)"))
    }

    /// The text of a file, or nothing if it cannot be opened.
    private static func read(_ path: String) throws(ThemeError) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: maximumLength + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard count <= maximumLength else {
            throw ThemeError(file: path, line: 0, message: "longer than 64 kB; that is no theme")
        }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
