import Testing

@testable import meshtop

@Suite struct KeyFileTests {
    private func read(_ text: String) -> [String] { KeyFile.read(Array(text.utf8), file: "keys.yaml").complaints }

    @Test(arguments: ["", "# nothing\n", "weights: W\nnext-version: [tab, n]\npane: []\n", "services: 'f2'\n"])
    func `is fine`(text: String) {
        #expect(read(text) == [])
    }

    @Test(arguments: [
        ("weights: W\nkarma: x\n", "keys.yaml:2:1: karma: no command is called “karma”; ? lists them all"),
        ("weights: {a: b}\n", "keys.yaml:1:1: weights: write a key or a list of keys, not an object"),
        ("- weights\n", "keys.yaml: write commands and their keys, like weights: W"),
        ("\n\nquit: []", "keys.yaml:3:1: quit: without a key for it nobody gets on"),
    ])
    func `is wrong in a line that is told`(text: String, complaint: String) {
        #expect(read(text) == [complaint])
    }

    @Test func `that is no YAML is told, too`() {
        #expect(read("weights: [").first?.hasPrefix("keys.yaml:") == true)
    }
}
