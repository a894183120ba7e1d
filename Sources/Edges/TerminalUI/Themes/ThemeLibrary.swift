internal import Glibc

/// Themes by name or path: files of some folders, and the two that are built in.
///
/// A word with a slash or that ends in `.theme` is a path. Another is a name: `name.theme` is looked for in each
/// folder, first to last, and then among the built-in themes `harbor` and `daylight`. `inherits` is looked for the same
/// way; a relative path counts from the file that says it.
package struct ThemeLibrary: Hashable, Sendable {
    /// A theme, and the files that it was made of: itself first, then what it inherits. None when it is built in.
    package struct Loaded: Hashable, Sendable {
        package let theme: Theme
        package let files: [FileStamp]

        /// Whether a file of it has changed, come or gone. Costs one `stat` a file.
        package var isOutdated: Bool { files.contains { FileStamp($0.path) != $0 } }

        /// The same theme, as if read from its files as they are now.
        package func stampedNow() -> Loaded { Loaded(theme: theme, files: files.map { FileStamp($0.path) }) }
    }

    /// Longer files are refused: no theme is.
    private static var maximumLength: Int { 64 << 10 }
    /// A chain of `inherits` that is longer goes round in circles.
    private static var maximumDepth: Int { 8 }

    package let folders: [String]

    package init(folders: [String]) {
        self.folders = folders
    }

    /// The theme of that name or path.
    package func load(_ nameOrPath: String) throws(ThemeError) -> Loaded {
        var files: [FileStamp] = []
        guard let found = try source(of: nameOrPath, from: nil, depth: 0, &files) else {
            let places = (folders + ["built in"]).joined(separator: " or ")
            throw ThemeError(
                file: nameOrPath + ThemeLibrary.suffix, line: 0,
                message: nearest(nameOrPath, in: names(), what: "a theme in \(places)"))
        }
        let theme = try Theme(
            found.source, name: ThemeLibrary.name(of: nameOrPath), file: found.file
        ) { (wanted) throws(ThemeError) in
            try source(of: wanted, from: found.file, depth: 1, &files)?.source
        }
        return Loaded(theme: theme, files: files)
    }

    /// All names, sorted.
    package func names() -> [String] {
        var names: Set<String> = [Theme.dark.name, Theme.light.name]
        for folder in folders {
            guard let directory = opendir(folder) else { continue }
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let file = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if file.hasSuffix(ThemeLibrary.suffix), !file.hasPrefix(".") {
                    names.insert(String(file.dropLast(ThemeLibrary.suffix.count)))
                }
            }
        }
        return names.sorted()
    }

    /// What there is to choose from, the dark themes first. A file that does not parse is left out; asked for by name it
    /// says why.
    package func themes() -> [Theme] {
        names().compactMap { try? load($0).theme }
            .sorted { ($0.appearance == .light ? 1 : 0, $0.name) < ($1.appearance == .light ? 1 : 0, $1.name) }
    }

    // MARK: Files

    private static let suffix = ".theme"

    private static func isPath(_ word: String) -> Bool { word.contains("/") || word.hasSuffix(suffix) }

    /// `night` for `night` and for `/home/me/night.theme`.
    private static func name(of nameOrPath: String) -> String {
        let file = nameOrPath.split(separator: "/").last.map(String.init) ?? nameOrPath
        return file.hasSuffix(suffix) ? String(file.dropLast(suffix.count)) : file
    }

    /// The source of that name, over all it inherits below the first level, and where it stands.
    private func source(
        of nameOrPath: String, from heir: String?, depth: Int, _ files: inout [FileStamp]
    ) throws(ThemeError) -> (source: ThemeSource, file: String)? {
        guard depth < ThemeLibrary.maximumDepth else {
            throw ThemeError(file: heir ?? nameOrPath, line: 0, message: "inherits itself, by way of \"\(nameOrPath)\"")
        }
        var paths = folders.map { ($0.hasSuffix("/") ? $0 : $0 + "/") + nameOrPath + ThemeLibrary.suffix }
        if ThemeLibrary.isPath(nameOrPath) {
            let isRelative = !nameOrPath.hasPrefix("/")
            let folder = isRelative ? heir.flatMap { $0.lastIndex(of: "/").map { heir?[...$0] } ?? nil } : nil
            paths = [(folder.map(String.init) ?? "") + nameOrPath]
        }
        // A theme may inherit the one that it hides: a file `harbor.theme` of one's own inherits the next `harbor`.
        for path in paths where !files.contains(where: { $0.path == path }) {
            let stamp = FileStamp(path)
            guard let text = try ThemeLibrary.read(path) else { continue }
            files.append(stamp)
            let own = try ThemeSource(parsing: text, file: path)
            guard depth > 0 else { return (own, path) }
            let whole = try own.completed(file: path) { (wanted) throws(ThemeError) in
                try source(of: wanted, from: path, depth: depth + 1, &files)?.source
            }
            return (whole, path)
        }
        if ThemeLibrary.isPath(nameOrPath) {
            guard depth == 0 else { return nil }
            throw ThemeError(file: nameOrPath, line: 0, message: String(cString: strerror(ENOENT)))
        }
        return try Theme.builtInSource(nameOrPath).map { ($0, nameOrPath + ThemeLibrary.suffix) }
    }

    /// The text of a file, or nothing if it cannot be opened.
    private static func read(_ path: String) throws(ThemeError) -> String? {
        guard let file = fopen(path, "re") else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw ThemeError(file: path, line: 0, message: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: maximumLength + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard count <= maximumLength else {
            throw ThemeError(file: path, line: 0, message: "longer than 64 kB; that is no theme")
        }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

/// A file as it was at some moment, as far as `stat` tells.
package struct FileStamp: Hashable, Sendable {
    package let path: String
    /// Nothing when there is no such file.
    private let state: [Int64]?

    package init(_ path: String) {
        self.path = path
        var info = stat()
        guard stat(path, &info) == 0 else {
            state = nil
            return
        }
        state = [
            Int64(info.st_mtim.tv_sec), Int64(info.st_mtim.tv_nsec), Int64(info.st_size),
            Int64(truncatingIfNeeded: info.st_ino),
        ]
    }
}
