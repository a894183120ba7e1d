import Quantities
import SystemIO
import TerminalUI

/// The theme on the screen: shows another, keeps a choice for the next start, and follows its files when they change.
/// Belongs to the loop's thread.
struct ThemeKeeper {
    /// No more often is a theme's file looked at, and only when the loop runs anyway.
    private static let lookInterval = Duration.seconds(1)

    /// What is drawn with: adapted to the terminal.
    private(set) var theme: Theme
    private let options: ThemeOptions
    private let depth: ColorDepth
    private var loaded: ThemeLibrary.Loaded
    /// What was asked for: a name or a path, which the theme's own name may have lost.
    private var wanted: String
    private var isAutomatic: Bool
    private var nextLook: MonotonicTime?

    init(_ options: ThemeOptions, depth: ColorDepth) {
        self.options = options
        self.depth = depth
        loaded = options.start
        wanted = options.start.files.first?.path ?? options.start.theme.name
        isAutomatic = options.isAutomatic
        theme = ThemeKeeper.adapted(options.start.theme, options, depth)
    }

    /// All there are to choose from.
    func list() -> Event { .themes(options.library.themes().map(ThemeEntry.init)) }

    /// Draws with the theme of that name or path from now on.
    mutating func show(_ name: String) -> Event {
        do throws(ThemeError) {
            // The start theme may be a path that no name leads to.
            let isStart = name == options.start.theme.name
            let isElsewhere = isStart && !options.library.names().contains(name)
            take(isElsewhere ? options.start : try options.library.load(name))
            isAutomatic = false
            return .themeShown(loaded.theme.name, isKept: false)
        } catch {
            return .themeFailed(error.description)
        }
    }

    /// Shows it, and the next time, too.
    mutating func keep(_ name: String) -> Event {
        let shown = show(name)
        guard case .themeShown(let title, _) = shown else { return shown }
        guard let memory = options.memory else { return .themeShown(title, isKept: false) }
        do throws(SystemError) {
            if let slash = memory.lastIndex(of: "/") { try Files.makeDirectory(String(memory[..<slash])) }
            try Files.writeAtomically(memory, Array((wanted + "\n").utf8))
            return .themeShown(title, isKept: true)
        } catch {
            return .themeFailed("\(title) is shown but could not be kept: \(error.reason)")
        }
    }

    /// Reads the theme again if a file of it has changed. A file that does not parse leaves the picture as it is.
    mutating func look(_ now: MonotonicTime) -> Event? {
        guard nextLook.map({ $0 <= now }) ?? true else { return nil }
        nextLook = now.advanced(by: ThemeKeeper.lookInterval)
        guard loaded.isOutdated else { return nil }
        do throws(ThemeError) {
            take(try options.library.load(wanted))
            return .themeShown(loaded.theme.name, isKept: false)
        } catch {
            // Said once, not every second.
            loaded = loaded.stampedNow()
            return .themeFailed(error.description)
        }
    }

    /// The terminal has told its background: while nobody has chosen, it decides between dark and light.
    mutating func suit(background: Color) -> Event? {
        guard isAutomatic, let appearance = Appearance(ofBackground: background),
            appearance != loaded.theme.appearance,
            let found = try? options.library.load(appearance == .dark ? "harbor" : "daylight")
        else { return nil }
        take(found)
        return .themeShown(found.theme.name, isKept: false)
    }

    private mutating func take(_ new: ThemeLibrary.Loaded) {
        loaded = new
        wanted = options.library.names().contains(new.theme.name) ? new.theme.name : new.files.first?.path ?? wanted
        theme = ThemeKeeper.adapted(new.theme, options, depth)
    }

    private static func adapted(_ theme: Theme, _ options: ThemeOptions, _ depth: ColorDepth) -> Theme {
        (options.isTransparent ? theme.onTerminalBackground() : theme).adapted(to: depth)
    }

    /// What was kept last time.
    static func remembered(_ memory: String?) -> String? {
        guard let memory, let bytes = try? Files.read(memory, limit: 4_096) else { return nil }
        let name = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init)
        return name.flatMap { $0.isEmpty ? nil : $0 }
    }
}
