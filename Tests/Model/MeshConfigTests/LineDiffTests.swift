import MeshConfig
import Testing

@Suite struct `A difference of lines` {
    private func marked(_ old: String, _ new: String, context: Int = 1) -> String {
        LineDiff(from: old.map { "\($0)" }, to: new.map { "\($0)" }, context: context).lines.map { line in
            switch line.kind {
            case .same: line.text
            case .removed: "-" + line.text
            case .added: "+" + line.text
            case .gap: "…"
            }
        }.joined(separator: " ")
    }

    @Test func `shows what was changed with what is around it`() {
        #expect(marked("abcdefg", "abcXefg") == "… c -d +X e …")
        #expect(marked("abc", "abcd") == "… c +d")
        #expect(marked("abc", "bc") == "-a b …")
        #expect(marked("abcdefghi", "aXcdefgYi") == "a -b +X c … g -h +Y i")
        #expect(marked("", "ab") == "+a +b")
        #expect(marked("ab", "") == "-a -b")
    }

    @Test func `is empty between equal texts`() {
        #expect(marked("abc", "abc") == "")
        #expect(LineDiff(from: ["a"], to: ["a"]).isEmpty)
        #expect(LineDiff(from: [], to: []).isEmpty)
    }

    @Test func `leads from the old text to the new one, whatever they are`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<400 {
            let old = (0..<Int.random(in: 0...12, using: &generator)).map { _ in "\(Int.random(in: 0...3))" }
            let new = (0..<Int.random(in: 0...12, using: &generator)).map { _ in "\(Int.random(in: 0...3))" }

            let diff = LineDiff(from: old, to: new, context: 100)

            guard old != new else {
                #expect(diff.isEmpty)
                continue
            }
            #expect(diff.lines.filter { $0.kind != .added }.map(\.text) == old, "\(old) \(new)")
            #expect(diff.lines.filter { $0.kind != .removed }.map(\.text) == new, "\(old) \(new)")
        }
    }

    @Test func `of long texts without anything in common tells the old one, then the new one`() {
        let old = (0..<3_000).map { "a\($0)" }
        let new = (0..<3_000).map { "b\($0)" }

        let diff = LineDiff(from: ["x"] + old, to: ["x"] + new)

        #expect(diff.removed == 3_000)
        #expect(diff.added == 3_000)
        #expect(diff.lines.first?.text == "x")
    }
}
