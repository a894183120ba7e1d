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

    @Test(arguments: [Theme.dark, Theme.light])
    func `text can be read on its ground`(theme: Theme) {
        let lines: Set<Role> = [.canvas, .border, .focusedBorder, .edge, .ghost]
        for role in Role.allCases where !lines.contains(role) {
            let contrast = contrast(theme[role].foreground, theme[role].background)
            #expect(contrast >= 4.5, "\(role) of \(theme.name) has a contrast of \(contrast)")
            let selected = theme.style(role, on: .selection)
            #expect(
                self.contrast(selected.foreground, selected.background) >= 3,
                "\(role) of \(theme.name) on the selection")
        }
    }

    @Test(arguments: [Theme.dark, Theme.light], ColorDepth.allCases)
    func `what matters looks different at every depth`(theme: Theme, depth: ColorDepth) {
        let adapted = theme.adapted(to: depth)

        #expect(adapted[.failure] != adapted[.text])
        #expect(adapted[.degraded] != adapted[.failure])
        #expect(adapted[.selection] != adapted[.text])
        #expect(adapted[.dim] != adapted[.text])
        if depth == .mono {
            #expect(Role.allCases.allSatisfy { adapted[$0].foreground.isDefault && adapted[$0].background.isDefault })
        } else {
            #expect(adapted[.healthy] != adapted[.failure])
        }
    }

    @Test(arguments: [
        ("text = fog", "t.theme:1: expected [palette] or [roles] before \"text\""),
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
        ("[colors]", "t.theme:1: section \"[colors]\" is not known; there are [palette] and [roles]"),
        ("[roles]\ntext fog", "t.theme:2: expected \"name = value\", with spaces around the equals sign"),
        ("[palette]\nbold = 1", "t.theme:2: \"bold\" has a meaning of its own and cannot name a colour"),
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

        #expect(try Theme.load(folder + "daylight.theme", folders: []).name == "daylight")
        #expect(try Theme.load("daylight", folders: ["/nowhere", folder]) == Theme.light)
        #expect(try Theme.load("harbor", folders: ["/nowhere"]) == Theme.dark)
        do throws(ThemeError) {
            _ = try Theme.load("harbour", folders: ["/nowhere"])
            Issue.record("it was found")
        } catch {
            #expect(
                error.description
                    == "harbour.theme: \"harbour\" is not a theme in /nowhere or built in; did you mean \"harbor\"?")
        }
    }

    @Test
    func `letters of roles are all different`() {
        #expect(Set(Role.allCases.map(\.letter)).count == Role.allCases.count)
    }

    /// WCAG 2's contrast ratio; the terminal's own background is taken as a dark grey.
    private func contrast(_ ink: Color, _ ground: Color) -> Double {
        func luminance(_ color: Color) -> Double {
            guard case .rgb(let red, let green, let blue) = color.kind else { return color.isDefault ? 0.012 : 0 }
            func linear(_ value: UInt8) -> Double {
                let share = Double(value) / 255
                return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
            }
            return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        }
        let (a, b) = (luminance(ink), luminance(ground))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }
}
