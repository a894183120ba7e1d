import Testing

@testable import TerminalUI

@Suite("What the environment says of the terminal")
struct TerminalSettingsTests {
    private func settings(_ variables: [String: String]) throws(TerminalError) -> TerminalSettings {
        try TerminalSettings(variable: { variables[$0] })
    }

    @Test
    func `without a name there is an answer in words`() {
        #expect(throws: TerminalError.noTerminalName) { try settings([:]) }
        #expect(throws: TerminalError.noTerminalName) { try settings(["TERM": ""]) }
        #expect(TerminalError.noTerminalName.description.contains("TERM=xterm-256color"))
    }

    @Test(arguments: ["kitty", "xterm-kitty", "foot", "xterm-ghostty", "wezterm", "alacritty-direct"])
    func `relatives of xterm are tried under their own name first`(name: String) throws {
        #expect(try settings(["TERM": name]).names == [name, "xterm-256color"])
    }

    @Test
    func `strangers are not taken for xterm`() throws {
        #expect(try settings(["TERM": "vt52"]).names == ["vt52"])
        #expect(try settings(["TERM": "xterm-256color"]).names == ["xterm-256color"])
    }

    @Test
    func `colours come from the terminal, the promise of true colour, and NO_COLOR`() throws {
        #expect(try settings(["TERM": "xterm-256color"]).depth(colors: 256) == .twoFiftySix)
        #expect(try settings(["TERM": "xterm-256color", "COLORTERM": "truecolor"]).depth(colors: 256) == .trueColor)
        #expect(try settings(["TERM": "xterm-direct"]).depth(colors: 1 << 24) == .trueColor)
        #expect(try settings(["TERM": "linux"]).depth(colors: 8) == .eight)
        #expect(try settings(["TERM": "vt100"]).depth(colors: 0) == .mono)
        #expect(try settings(["TERM": "xterm", "COLORTERM": "24bit", "NO_COLOR": "1"]).depth(colors: 256) == .mono)
        #expect(try settings(["TERM": "xterm", "NO_COLOR": ""]).depth(colors: 16) == .sixteen)
    }

    @Test
    func `the glyphs are those that the terminal's font has`() throws {
        #expect(try settings(["TERM": "xterm"]).glyphs(isUTF8: true) == .braille)
        #expect(try settings(["TERM": "linux"]).glyphs(isUTF8: true) == .blocks)
        #expect(try settings(["TERM": "linux"]).glyphs(isUTF8: false) == .ascii)
    }

    @Test(arguments: [
        ([:], true, false, true), (["LANG": "C"], true, false, false), (["LC_ALL": "C.UTF-8"], true, true, false),
        (["LANG": "de_DE.UTF-8"], false, false, true), (["LANG": "de_DE.ISO-8859-1"], true, false, false),
        (["LC_ALL": "", "LANG": "sv_SE.utf8"], false, false, true),
    ])
    func `UTF-8 is assumed only where nobody said otherwise`(
        variables: [String: String], isInstalled: Bool, isUTF8: Bool, wanted: Bool
    ) {
        #expect(
            TerminalSettings.wantsUTF8Fallback(
                isInstalled: isInstalled, isUTF8: isUTF8, variable: { variables[$0] }) == wanted)
    }
}
