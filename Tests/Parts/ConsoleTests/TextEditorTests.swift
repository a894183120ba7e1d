import JSONWire
import MeshConfig
import SystemIO
import Testing

@testable import Console

/// With scripts in the place of people.
@Suite struct `The person's editor` {
    private func draft(_ name: String = "payment") throws -> ConfigDraft {
        let resource = ConfigResource(.virtualService)
        let catalog = ConfigCatalog([
            (
                resource,
                [
                    "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
                    "metadata": ["name": .string(name), "namespace": "payments"], "spec": ["hosts": ["payment"]],
                ]
            )
        ])
        return ConfigDraft(try #require(catalog.entries.first))
    }

    private func editor(_ command: String) -> TextEditor {
        TextEditor { $0 == "EDITOR" ? command : nil }
    }

    private func folder(of path: String) -> String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }

    @Test func `is named by VISUAL, then EDITOR, and is vi otherwise`() {
        #expect(TextEditor { $0 == "VISUAL" ? "code --wait" : "nano" }.command == "code --wait")
        #expect(TextEditor { $0 == "VISUAL" ? " " : "nano" }.command == "nano")
        #expect(TextEditor { _ in nil }.command == "vi")
    }

    @Test func `gives back what was written, in a file for its owner alone`() throws {
        let edited = try editor(
            "stat -c '%a %n' > /dev/null; f() { sed -i 's/payments/shop/' \"$1\"; stat -c '# %a' \"$1\" >> \"$1\"; }; f"
        )
        .edit(try draft()).get()

        let path = try #require(edited.path)
        #expect(edited.text.contains("namespace: shop"))
        #expect(edited.text.hasSuffix("# 600\n"))
        #expect(edited.original.contains("namespace: payments"))
        #expect(path.hasSuffix("/payment.yaml"))
        #expect(Files.exists(path))
        TextEditor.discard(path)
        #expect(!Files.exists(folder(of: path)))
    }

    @Test func `leaves nothing behind when nothing was changed`() throws {
        let edited = try editor("true").edit(try draft()).get()

        #expect(edited.text == edited.original)
        #expect(!Files.exists(folder(of: try #require(edited.path))))
    }

    @Test func `takes up a text where it was left`() throws {
        let first = try editor("f() { echo '# one' >> \"$1\"; }; f").edit(try draft()).get()

        let second = try editor("f() { echo '# two' >> \"$1\"; }; f").edit(first).get()

        #expect(second.path == first.path)
        #expect(second.text.hasSuffix("# one\n# two\n"))
        TextEditor.discard(try #require(second.path))
    }

    @Test func `that fails or is missing is told, and no word is lost`() throws {
        func message(_ command: String) throws -> String {
            guard case .failure(let failure) = editor(command).edit(try draft()) else { return "" }
            return failure.message
        }

        #expect(try message("false") == "false ended with exit code 1")
        #expect(try message("no-such-editor") == "“no-such-editor” was not found; set EDITOR")
        let words = try message("f() { echo '# mine' >> \"$1\"; return 3; }; f")
        let path = try #require(words.split(separator: " ").last.map(String.init))
        #expect(words.contains("ended with exit code 3; your text is in /"))
        #expect(String(decoding: try Files.read(path), as: UTF8.self).hasSuffix("# mine\n"))
        TextEditor.discard(path)
    }

    @Test func `gets no path that a name made up`() throws {
        let name = "../../etc/" + String(repeating: "ü", count: 300)
        let edited = try editor("f() { echo '#' >> \"$1\"; }; f").edit(try draft(name)).get()

        let path = try #require(edited.path)
        let file = path.split(separator: "/").last ?? ""
        #expect(file.hasPrefix("______etc_"))
        #expect(file.utf8.count < 80)
        TextEditor.discard(path)
    }
}
