/// Decimal text to `Double`, exactly as `strtod` in the C locale would round it, and without a `String` for the
/// numbers that telemetry is made of.
package enum DecimalNumber {
    /// The value of `[+-]digits[.digits][(e|E)[+-]digits]`, with at least one digit before or after the point.
    ///
    /// Nothing for any other text, the empty one included; words such as `NaN` and `Inf` are their reader's affair.
    /// What is too large becomes infinite and what is too small becomes zero, as IEEE 754 rounds.
    package static func parse(_ text: UnsafeRawBufferPointer) -> Double? {
        var index = 0
        let count = text.count
        var negative = false
        if index < count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            negative = text[index] == UInt8(ascii: "-")
            index += 1
        }

        // Nineteen digits always fit a UInt64; further ones are left to the slow way.
        var mantissa: UInt64 = 0
        var digits = 0
        var fractionDigits = 0
        var significant = 0
        var isInFraction = false
        while index < count {
            let digit = text[index] &- UInt8(ascii: "0")
            if digit <= 9 {
                digits += 1
                if isInFraction { fractionDigits += 1 }
                if significant > 0 || digit > 0 { significant += 1 }
                if significant <= 19 { mantissa = mantissa &* 10 &+ UInt64(digit) }
            } else if text[index] == UInt8(ascii: "."), !isInFraction {
                isInFraction = true
            } else {
                break
            }
            index += 1
        }
        guard digits > 0 else { return nil }

        var exponent = 0
        if index < count, text[index] | 0x20 == UInt8(ascii: "e") {
            guard let (value, end) = parseExponent(text, from: index + 1) else { return nil }
            exponent = value
            index = end
        }
        guard index == count else { return nil }

        // Clinger's fast path: an integer below 2^53 and a power of ten up to 22 are both exact in a Double, so one
        // multiplication or division rounds once, which is to say correctly.
        let scale = exponent - fractionDigits
        if significant <= 19, mantissa <= 1 << 53, scale >= -22, scale <= 22 {
            let magnitude =
                scale == 0
                ? Double(mantissa)
                : scale > 0 ? Double(mantissa) * powersOfTen[scale] : Double(mantissa) / powersOfTen[-scale]
            return negative ? -magnitude : magnitude
        }
        // The grammar is checked above, so the standard library is only asked to round.
        return Double(String(decoding: text, as: UTF8.self))
    }

    /// The exponent's value, clamped far outside what a Double can hold, and where its digits end.
    private static func parseExponent(_ text: UnsafeRawBufferPointer, from start: Int) -> (value: Int, end: Int)? {
        var index = start
        var negative = false
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+") {
            negative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        let firstDigit = index
        var value = 0
        while index < text.count {
            let digit = text[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = min(value * 10 + Int(digit), 1_000_000)
            index += 1
        }
        return index == firstDigit ? nil : (negative ? -value : value, index)
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
