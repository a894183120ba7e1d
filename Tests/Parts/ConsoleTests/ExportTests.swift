import MeshModel
import SystemIO
import TerminalUI
import Testing

@testable import Console

@Suite("Saving and copying")
struct ExportTests {
    private static let words = MeshWords(
        graph: { snapshot, format in "\(format) of \(snapshot.nodes.count) nodes" },
        json: { selection, snapshot in snapshot.nodes.isEmpty ? nil : "{\"selection\": true}" })

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "meshtop-save-")
        defer {
            for name in (try? Files.list(folder)) ?? [] { try? Files.remove("\(folder)/\(name)") }
            try? Files.remove(folder)
        }
        try body(folder)
    }

    private func saved(_ driver: inout Driver, _ path: String) throws {
        driver.run("save \(path)")
        guard case .save(let export)? = driver.effects.last else {
            Issue.record("nothing is saved: \(driver.effects)")
            return
        }
        driver.send(ScreenFile(words: Self.words, home: nil).write(export, driver.model, driver.theme))
    }

    @Test(arguments: [
        ("a.txt", "graph"), ("a", "graph"), ("a.ansi", "\u{1B}["), ("a.SVG", "<svg"), ("a.json", "json of 10 nodes"),
        ("a.gv", "dot of 10 nodes"), ("a.mmd", "mermaid of 10 nodes"),
    ])
    func `the ending says what is written`(name: String, part: String) throws {
        try withFolder { folder in
            var driver = Driver()
            try saved(&driver, "\(folder)/\(name)")

            let text = String(decoding: try Files.read("\(folder)/\(name)"), as: UTF8.self)
            #expect(text.contains(part))
            #expect(driver.sees("saved as"), "\(driver.screen)")
        }
    }

    @Test func `no file that is there is written over`() throws {
        try withFolder { folder in
            try Files.writeAtomically("\(folder)/mine.txt", Array("mine".utf8))
            var driver = Driver()
            try saved(&driver, "\(folder)/mine.txt")

            #expect(try Files.read("\(folder)/mine.txt") == Array("mine".utf8))
            #expect(driver.sees("it is there already"), "\(driver.screen)")
        }
    }

    @Test func `a folder that is not there, and an ending that nobody knows, are told`() throws {
        var driver = Driver()
        try saved(&driver, "/nowhere/at/all.txt")
        #expect(driver.sees("was not written"), "\(driver.screen)")

        driver.run("save graph.png")
        #expect(driver.sees("“.png” is nothing that can be written"), "\(driver.screen)")
    }

    @Test func `without a name it is an image named by screen and time`() {
        var driver = Driver()
        driver.press("2")
        driver.run("save")

        guard case .save(let export)? = driver.effects.last else {
            Issue.record("nothing is saved")
            return
        }
        #expect(export.path.wholeMatch(of: /meshtop-services-\d{6}\.svg/) != nil, "\(export.path)")
        #expect(export.format == .svg)
    }

    @Test func `the name of what is selected is copied`() {
        var driver = Driver()
        driver.run("select payment-service v2")
        driver.press("y")
        #expect(driver.effects.last == .copy("payment-service v2"))

        driver.press("Y")
        guard case .copyJSON(.node)? = driver.effects.last else {
            Issue.record("\(driver.effects)")
            return
        }
        driver.send(.worded("{}"))
        #expect(driver.effects.last == .copy("{}"))
        driver.send(.worded(String(repeating: "x", count: 100_000)))
        #expect(driver.sees("too long for a clipboard"), "\(driver.screen)")
    }

    @Test func `a screen is drawn without a terminal`() throws {
        let environment = ConsoleEnvironment(
            findTraces: { _ in .success([]) }, loadTrace: { _ in .failure(ConsoleFailure(message: "none")) },
            changeWeights: { _, _ in .validated })
        let library = ThemeLibrary(folders: [])
        let options = ConsoleOptions(
            source: "shop demo",
            themes: try ThemeOptions(
                asked: nil, library: library, memory: nil, colorFGBG: nil, isTransparent: false))
        func frame(_ commands: [String]) throws -> Frame {
            try consoleFrame(
                options: options, environment: environment,
                snapshot: SampleMesh.snapshot(weights: (90, 10), secondsLater: 0, resourceVersion: "17"),
                commands: commands, size: Size(width: 100, height: 30), depth: .mono, glyphs: .ascii)
        }

        #expect(try frame(["graph"]).plainText.contains("payment v2"))
        #expect(try frame(["services", "sort p95"]).plainText.contains("p95"))
        #expect(throws: ConsoleFailure.self) { try frame(["nothing"]) }
    }
}
