import ExpositionWire
import TestSupport
import Testing

/// Whatever is written is read, however it is spelled and however it is cut.
@Suite struct ExpositionPropertyTests {
    private static let formats: [ExpositionFormat] = [.prometheus, .openMetrics]

    @Test(arguments: SeededGenerator.seeds(100), formats)
    func `written, parsed and written again is the same`(seed: UInt64, format: ExpositionFormat) throws {
        var random = RandomExposition(seed: seed, format: format)
        let document = random.document()
        let written = document.written(format: format)

        let parsed = try ExpositionDocument.parse(written, format: format)

        #expect(parsed == document)
        #expect(parsed.written(format: format) == written)
    }

    @Test(arguments: SeededGenerator.seeds(100), formats)
    func `any lawful spelling says the same`(seed: UInt64, format: ExpositionFormat) throws {
        var random = RandomExposition(seed: seed, format: format)
        let document = random.document()
        var spelling = LooseSpelling(format: format, random: random.random)
        let text = spelling.text(document)

        #expect(try ExpositionDocument.parse(text, format: format) == document)
    }

    @Test(arguments: SeededGenerator.seeds(5), formats)
    func `every cut in two gives the same`(seed: UInt64, format: ExpositionFormat) throws {
        var random = RandomExposition(seed: seed, format: format)
        let document = random.document(families: 2)
        var spelling = LooseSpelling(format: format, random: random.random)
        let text = spelling.text(document)

        for cut in 0...text.count {
            #expect(try ExpositionDocument.parse(text, format: format, cuts: [cut]) == document, "cut at \(cut)")
        }
        #expect(try ExpositionDocument.parse(text, format: format, cuts: Array(text.indices)) == document)
    }

    @Test(arguments: SeededGenerator.seeds(20), formats)
    func `changed bytes in any pieces are read or refused alike`(seed: UInt64, format: ExpositionFormat) {
        var random = RandomExposition(seed: seed, format: format)
        let text = random.document().written(format: format)
        let marks = Array("{}\"\\#,= \t\n\r0123eE+-.NaInf:_".utf8) + [0x00, 0x80, 0xFF]
        for _ in 0..<50 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...4, using: &random.random) where !bytes.isEmpty {
                let place = Int.random(in: bytes.indices, using: &random.random)
                switch Int.random(in: 0..<3, using: &random.random) {
                case 0: bytes[place] = marks.randomElement(using: &random.random) ?? 0
                case 1: bytes.remove(at: place)
                default: bytes.insert(marks.randomElement(using: &random.random) ?? 0, at: place)
                }
            }
            let cuts = (0..<Int.random(in: 1...5, using: &random.random))
                .map { _ in Int.random(in: 0...bytes.count, using: &random.random) }.sorted()

            let whole = Outcome(bytes, format, cuts: [])
            let pieces = Outcome(bytes, format, cuts: cuts)

            #expect(whole == pieces)
            if let error = whole.error {
                let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
                #expect((1...lines.count + 1).contains(error.line ?? 0))
                #expect(error.column >= 1 && !error.message.isEmpty)
            }
        }
    }

    /// What was handed out until the end or the mistake.
    private struct Outcome: Equatable {
        var document = ExpositionDocument()
        var error: ExpositionError?

        init(_ bytes: [UInt8], _ format: ExpositionFormat, cuts: [Int]) {
            do {
                try document.read(bytes, format: format, cuts: cuts)
            } catch {
                self.error = error
            }
        }
    }
}
