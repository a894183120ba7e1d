import Glibc
import Testing

@testable import TerminalUI

@Suite("Themes")
struct ThemeTests {
    /// The folder of themes at the top of the package.
    private static let folder =
        String(#filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/"))
        + "/themes/"

    private func text(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    @Test
    func `the built-in themes are the files`() {
        #expect(text(ThemeTests.folder + "harbor.theme") == harborText)
        #expect(text(ThemeTests.folder + "daylight.theme") == daylightText)
    }

    private static let library = ThemeLibrary(folders: [folder])

    @Test
    func `there are themes for many tastes, dark and light, and each file is sound`() throws {
        let names = ThemeTests.library.names()

        #expect(names.count >= 24)
        for name in names {
            let theme = try ThemeTests.library.load(name).theme
            #expect(!theme.summary.isEmpty && theme.summary.count <= 76, "the summary of \(name)")
        }
        #expect(ThemeTests.library.themes().count { $0.appearance == .light } >= 8)
    }

    @Test(arguments: library.names())
    func `every text can be read on every ground it is drawn on`(name: String) throws {
        let theme = try ThemeTests.library.load(name).theme
        let lines: Set<Role> = [.canvas, .border, .focusedBorder, .edge, .ghost, .bar, .selection]

        for role in Role.allCases where !lines.contains(role) {
            for base in [Role.canvas, .bar, .selection] {
                let contrast = ThemeTests.contrast(theme, role, on: base)
                #expect(contrast >= 4.5, "\(role) on \(base) of \(name): \(contrast)")
                let reduced = ThemeTests.contrast(theme.adapted(to: .twoFiftySix), role, on: base)
                #expect(reduced >= 4.4, "\(role) on \(base) of \(name) in 256 colours: \(reduced)")
            }
        }
        #expect(ThemeTests.contrast(theme, .focusedBorder, on: .canvas) >= 4.5, "the focus of \(name)")
        #expect(ThemeTests.contrast(theme, .border, on: .canvas) >= 2, "the borders of \(name)")
    }

    @Test(arguments: library.names(), [ColorDepth.eight, .sixteen])
    func `in few colours no ink is its own ground`(name: String, depth: ColorDepth) throws {
        let theme = try ThemeTests.library.load(name).theme.adapted(to: depth)

        for role in Role.allCases where role != .canvas {
            for base in [Role.canvas, .bar, .selection] {
                let style = theme.style(role, on: base)
                #expect(style.foreground != style.background || style.foreground.isDefault, "\(role) on \(base)")
            }
        }
    }

    @Test(arguments: library.names(), ColorDepth.allCases)
    func `what matters looks different at every depth`(name: String, depth: ColorDepth) throws {
        let adapted = try ThemeTests.library.load(name).theme.adapted(to: depth)

        #expect(adapted[.failure] != adapted[.text])
        #expect(adapted[.degraded] != adapted[.failure])
        #expect(adapted[.selection] != adapted[.text])
        #expect(adapted[.dim] != adapted[.text])
        #expect(adapted[.focusedBorder] != adapted[.border])
        if depth == .mono {
            #expect(Role.allCases.allSatisfy { adapted[$0].foreground.isDefault && adapted[$0].background.isDefault })
        } else {
            #expect(adapted[.healthy] != adapted[.failure])
        }
    }

    @Test
    func `nothing is dim on a reversed ground`() {
        let mono = Theme.dark.adapted(to: .mono)

        #expect(mono.style(.dim, on: .canvas).attributes == .dim)
        #expect(mono.style(.dim, on: .bar).attributes == .reverse)
        #expect(mono.style(.key, on: .bar).attributes == [.bold, .reverse])
    }

    @Test
    func `a theme may leave the ground to the terminal`() {
        let theme = Theme.light.onTerminalBackground()

        #expect(theme[.canvas].background.isDefault)
        #expect(theme[.failure].background.isDefault)
        #expect(!theme[.selection].background.isDefault)
    }

    @Test(arguments: [
        ("text = fog", "t.theme:1: expected [theme], [palette] or [roles] before \"text\""),
        ("[roles]\ntext = fog", "t.theme:2: \"fog\" is not a colour of the palette, which has none yet"),
        (
            "[palette]\nfog = #12345",
            "t.theme:2: \"#12345\" is no colour; write #rrggbb, a number from 0 to 255, or a name like bright-blue"
        ),
        ("[palette]\nfog = #c5d0dc wite", "t.theme:2: \"wite\" is not one of the 16 colours; did you mean \"white\"?"),
        (
            "[palette]\nfog = 12\n[roles]\nhelthy = fog",
            "t.theme:4: \"helthy\" is not a role; did you mean \"healthy\"?"
        ),
        (
            "[palette]\nfog = 12\n[roles]\ntext = fgo",
            "t.theme:4: \"fgo\" is not a colour of the palette; did you mean \"fog\"?"
        ),
        ("[roles]\ntext = default blod", "t.theme:2: \"blod\" is not an attribute; did you mean \"bold\"?"),
        ("[roles]\ntext = default on", "t.theme:2: expected a colour after \"on\""),
        ("[colors]", "t.theme:1: section \"[colors]\" is not known; there are [theme], [palette] and [roles]"),
        ("[roles]\ntext fog", "t.theme:2: expected \"name = value\", with spaces around the equals sign"),
        ("[palette]\nbold = 1", "t.theme:2: \"bold\" has a meaning of its own and cannot name a colour"),
        (
            "[theme]\ninherit = harbor", "t.theme:2: \"inherit\" is not a line of [theme]; did you mean \"inherits\"?"
        ),
        ("[theme]\nappearance = drak", "t.theme:2: \"drak\" is not an appearance; did you mean \"dark\"?"),
        ("[theme]\nsummary =", "t.theme:2: expected a value after \"summary =\""),
        ("[theme]\ninherits = a b", "t.theme:2: expected one word after \"inherits =\""),
        (
            "[theme]\ninherits = nowhere",
            "t.theme:2: there is no theme \"nowhere\" to inherit; harbor and daylight are always there"
        ),
        ("[roles]\nhealthy = default", "t.theme: no role \"text\"; add a line like \"text = default\" under [roles]"),
    ])
    func `a wrong theme says where, what and what would be right`(text: String, message: String) {
        do throws(ThemeError) {
            _ = try Theme(parsing: text, name: "t", file: "t.theme")
            Issue.record("it was accepted")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test
    func `roles fall back to text, comments are skipped, and 16 colours are chosen by the file`() throws {
        let theme = try Theme(
            parsing: "# c\n[palette]\nfog = #c5d0dc bright-white # c\n[roles]\ntext = fog on fog bold # c\n", name: "t",
            file: "t")

        #expect(
            theme[.series3]
                == Style(foreground: .rgb(0xC5, 0xD0, 0xDC), background: .rgb(0xC5, 0xD0, 0xDC), attributes: .bold))
        #expect(theme.adapted(to: .sixteen)[.text].foreground == .indexed(15))
        #expect(theme.adapted(to: .twoFiftySix)[.text].foreground == .indexed(252))
    }

    @Test
    func `a theme is found by path, by name in folders, and else built in`() throws {
        let folder = ThemeTests.folder
        let nowhere = ThemeLibrary(folders: ["/nowhere"])

        #expect(try nowhere.load(folder + "daylight.theme").theme.name == "daylight")
        #expect(try ThemeLibrary(folders: ["/nowhere", folder]).load("daylight").theme == Theme.light)
        #expect(try nowhere.load("harbor") == ThemeLibrary.Loaded(theme: .dark, files: []))
        do throws(ThemeError) {
            _ = try nowhere.load("harbour")
            Issue.record("it was found")
        } catch {
            #expect(
                error.description
                    == "harbour.theme: \"harbour\" is not a theme in /nowhere or built in; did you mean \"harbor\"?")
        }
        #expect(throws: ThemeError(file: "/nowhere/a.theme", line: 0, message: "No such file or directory")) {
            try nowhere.load("/nowhere/a.theme")
        }
    }

    @Test
    func `an heir changes a colour of the palette, and the roles that use it follow`() throws {
        let theme = try Theme(
            parsing: "[theme]\ninherits = harbor\n[palette]\nbad = #ff0000\n[roles]\nnotice = good italic\n", name: "t",
            file: "t.theme")

        #expect(theme[.failure].foreground == .rgb(255, 0, 0))
        #expect(theme[.notice] == Style(foreground: Theme.dark[.healthy].foreground, attributes: .italic))
        #expect(theme[.text] == Theme.dark[.text])
    }

    @Test
    func `heirs are found beside each other, notice changes, and may not go round in circles`() throws {
        let folder = try TemporaryFolder()
        try folder.write("a.theme", "[theme]\ninherits = b\n[palette]\ngood = 2\n")
        try folder.write("b.theme", "[theme]\ninherits = harbor\nappearance = light\n")
        try folder.write("harbor.theme", "[theme]\ninherits = harbor\n[palette]\nbad = 9\n")
        try folder.write("x.theme", "[theme]\ninherits = y\n")
        try folder.write("y.theme", "[theme]\ninherits = x\n")
        let library = ThemeLibrary(folders: [folder.path])

        let loaded = try library.load("a")
        #expect(loaded.theme[.healthy].foreground == .indexed(2))
        #expect(loaded.theme[.failure].foreground == .indexed(9))
        #expect(loaded.theme.appearance == .light)
        #expect(loaded.files.count == 3)
        #expect(!loaded.isOutdated)
        try folder.write("b.theme", "[theme]\ninherits = harbor\nappearance = dark\n")
        #expect(loaded.isOutdated)
        #expect(throws: ThemeError.self) { try library.load("x") }
        #expect(library.names() == ["a", "b", "daylight", "harbor", "x", "y"])
        #expect(library.themes().map(\.name) == ["a", "b", "harbor", "daylight"])
    }

    @Test
    func `the terminal's background tells dark from light`() {
        #expect(Appearance(ofBackground: .rgb(0x1E, 0x1E, 0x1E)) == .dark)
        #expect(Appearance(ofBackground: .rgb(0xFD, 0xF6, 0xE3)) == .light)
        #expect(Appearance(ofBackground: .terminalDefault) == nil)
        #expect(Appearance(colorFGBG: "15;0") == .dark)
        #expect(Appearance(colorFGBG: "15;default;8") == .dark)
        #expect(Appearance(colorFGBG: "0;15") == .light)
        #expect(Appearance(colorFGBG: "0;7") == .light)
        for nonsense in ["", "15", "0;default", "0;99", ";;;"] { #expect(Appearance(colorFGBG: nonsense) == nil) }
    }

    @Test
    func `letters of roles are all different`() {
        #expect(Set(Role.allCases.map(\.letter)).count == Role.allCases.count)
    }

    /// The contrast of `role` on `base`. The terminal's own background is taken as the lightest that dark terminals
    /// usually have, and for numbered colours as xterm's black.
    private static func contrast(_ theme: Theme, _ role: Role, on base: Role) -> Double {
        var style = theme.style(role, on: base)
        let isDark = theme.appearance == .dark
        let isIndexed = if case .rgb = theme[.text].foreground.kind { false } else { true }
        if style.background.isDefault {
            style.background =
                isDark ? (isIndexed ? .rgb(0, 0, 0) : .rgb(0x1E, 0x1E, 0x1E)) : .rgb(0xFF, 0xFF, 0xFF)
        }
        if style.foreground.isDefault { style.foreground = isDark ? .rgb(0xC0, 0xC0, 0xC0) : .rgb(0, 0, 0) }
        return style.foreground.contrast(with: style.background) ?? 0
    }
}

/// A folder that goes away with the test.
private final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/meshtop-themes-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw ThemeError(file: "/tmp", line: 0, message: "no folder") }
        path = String(cString: made)
    }

    deinit {
        for name in names { unlink(path + "/" + name) }
        rmdir(path)
    }

    private var names: Set<String> = []

    func write(_ name: String, _ text: String) throws {
        names.insert(name)
        guard let file = fopen(path + "/" + name, "w") else {
            throw ThemeError(file: name, line: 0, message: "not written")
        }
        fputs(text, file)
        fclose(file)
    }
}
