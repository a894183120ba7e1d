import ByteCursor
import TestSupport
import Testing

@Suite struct DecimalNumberTests {
    @Test(arguments: [
        "0", "-0", "1", "+1", "12.5", ".5", "5.", "1e3", "1E-3", "123456789012345678", "1234567890123456789012",
        "0.1", "0.30000000000000004", "9007199254740993", "1.7976931348623157e308", "5e-324", "2.2250738585072011e-308",
        "1e22", "1e23", "8.5e-23", "00012.50", "0.000000000000000000000000000001", "1e400", "-1e400", "1e-400",
        "1e99999999999999999999", "3.14159265358979323846264338327950288",
    ])
    func `a number is rounded as the standard library rounds it`(text: String) throws {
        let expected = try #require(Double(text))
        let parsed = try #require(parse(text))

        #expect(parsed.bitPattern == expected.bitPattern)
    }

    @Test(arguments: [
        "", "-", "+", ".", "e3", "1e", "1e+", "1.2.3", "1 ", " 1", "0x10", "nan", "inf", "1_000", "--1", "1-", "١",
    ])
    func `what is no number is nothing`(text: String) {
        #expect(parse(text) == nil)
    }

    @Test(arguments: SeededGenerator.seeds(20))
    func `random numbers and digits agree with the standard library`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let number = Double(bitPattern: random.next())
            if number.isFinite { #expect(parse(number.description) == number) }

            let digits = (0..<Int.random(in: 1...25, using: &random))
                .map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
            let text = "\(digits).\(digits)e\(Int.random(in: -30...30, using: &random))"
            #expect(parse(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }

    private func parse(_ text: String) -> Double? {
        Array(text.utf8).withUnsafeBytes { DecimalNumber.parse($0) }
    }
}
