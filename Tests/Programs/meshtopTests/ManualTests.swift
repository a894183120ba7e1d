import Foundation
import Testing

@testable import meshtop

@Suite struct ManualTests {
    private static func isThere(_ program: String) -> Bool {
        ["/usr/bin", "/bin"].contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    /// Runs a program with a text on its standard input; its output and its words.
    private func run(_ program: String, _ arguments: [String], input: String) throws -> (output: String, errors: String)
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let folder = FileManager.default.temporaryDirectory
        let file = folder.appendingPathComponent("manual-\(UUID().uuidString)")
        try input.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        process.standardInput = try FileHandle(forReadingFrom: file)
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let written = output.fileHandleForReading.readDataToEndOfFile()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: written, as: UTF8.self), String(decoding: said, as: UTF8.self))
    }

    @Test(arguments: [
        (["meshtop", "tr"], "traces trace"), (["meshtop", "graph", "--fi"], "--find"),
        (["meshtop", "--rep"], "--replay"), (["meshtop", "weights", "--dry"], "--dry-run"),
    ])
    func `bash completes commands and their options`(words: [String], completions: String) throws {
        let script =
            Completion.bash.script(for: Command.all)
            + "COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1); _meshtop; echo ${COMPREPLY[@]}\n"

        let result = try run("bash", ["-s"], input: script)

        #expect(result.output == completions + "\n", "\(result.errors)")
    }

    @Test(.enabled(if: isThere("zsh"))) func `zsh takes its script`() throws {
        let result = try run("zsh", ["-n", "/dev/stdin"], input: Completion.zsh.script(for: Command.all))
        #expect(result.errors.isEmpty, "\(result.errors)")
    }

    @Test(.enabled(if: isThere("fish"))) func `fish takes its script`() throws {
        let result = try run("fish", ["--no-execute"], input: Completion.fish.script(for: Command.all))
        #expect(result.errors.isEmpty, "\(result.errors)")
    }

    @Test(arguments: Completion.allCases) func `every command and option is in every script`(shell: Completion) {
        let script = shell.script(for: Command.all)
        for command in Command.all {
            #expect(command.name.isEmpty || script.contains(command.name))
            for option in command.options {
                #expect(script.contains(shell == .fish ? String(option.name.drop { $0 == "-" }) : option.name))
            }
        }
    }

    @Test func `the manual page has every command, option and key`() {
        let page = ManPage.text(for: Command.all).replacing("\\-", with: "-")
        for command in Command.all where !command.name.isEmpty {
            #expect(page.contains(".SH MESHTOP \(command.name.uppercased())\n"))
            for option in command.options { #expect(page.contains(".B \(option.name)")) }
        }
        #expect(page.contains("ctrl+l    :repaint"))
    }

    @Test(.enabled(if: isThere("groff"))) func `groff has nothing to say about the manual page`() throws {
        let result = try run(
            "groff", ["-man", "-Tutf8", "-Kutf8", "-ww", "-z"], input: ManPage.text(for: Command.all))
        #expect(result.errors.isEmpty, "\(result.errors)")
    }
}
