import Testing

@testable import TerminalUI

@Suite("Colours")
struct ColorTests {
    @Test
    func `true colours become the nearest of 256 and of 16`() {
        #expect(Color.rgb(255, 0, 0).reduced(to: .twoFiftySix) == .indexed(196))
        #expect(Color.rgb(128, 128, 128).reduced(to: .twoFiftySix) == .indexed(244))
        #expect(Color.rgb(250, 5, 5).reduced(to: .sixteen) == .indexed(9))
        #expect(Color.rgb(0, 0, 0).reduced(to: .twoFiftySix) == .indexed(16))
        #expect(Color.indexed(196).reduced(to: .sixteen) == .indexed(9))
        #expect(Color.rgb(250, 5, 5).reduced(to: .eight) == .indexed(1))
        #expect(Color.indexed(8).reduced(to: .eight) == .indexed(7))
        #expect(Color.indexed(3).reduced(to: .eight) == .indexed(3))
        #expect(Color.rgb(1, 2, 3).reduced(to: .mono) == .terminalDefault)
        #expect(Color.terminalDefault.reduced(to: .sixteen) == .terminalDefault)
    }

    @Test
    func `all colours of the cube and the greys are their own nearest`() {
        for index in UInt8(16)...255 {
            let parts = Color.components(of: index)
            let found = Color.rgb(parts.red, parts.green, parts.blue).reduced(to: .twoFiftySix)
            guard case .indexed(let nearest) = found.kind else { continue }
            let back = Color.components(of: nearest)
            #expect((back.red, back.green, back.blue) == (parts.red, parts.green, parts.blue))
        }
    }

    @Test
    func `a colour remembers what it is`() {
        #expect(Color.rgb(1, 2, 3).kind == .rgb(red: 1, green: 2, blue: 3))
        #expect(Color.indexed(200).kind == .indexed(200))
        #expect(Color.terminalDefault.kind == .terminalDefault)
    }
}
