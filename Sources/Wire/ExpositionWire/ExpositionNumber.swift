import ByteCursor

extension RawText {
    /// The number spelled in `start..<end`; nothing when it is none.
    @inline(__always)
    func number(_ start: Int, _ end: Int) -> Double? {
        // Counters are short integers; these are done before a general parser would be called.
        guard start < end else { return nil }
        if end - start <= 15 {
            var value: Int64 = 0
            var index = start
            while index < end, self[index].isDigit {
                value = value &* 10 &+ Int64(self[index] &- UInt8(ascii: "0"))
                index += 1
            }
            if index == end { return Double(value) }
        }
        return DecimalNumber.parse(slice(start, end)) ?? word(start, end)
    }

    /// `NaN`, `Inf`, `Infinity`, with or without a sign and in any case, as Go's `ParseFloat` takes them.
    private func word(_ start: Int, _ end: Int) -> Double? {
        guard end - start <= 9 else { return nil }
        switch String(decoding: slice(start, end), as: UTF8.self).lowercased() {
        case "nan", "+nan", "-nan": return .nan
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: return nil
        }
    }

    /// A whole number of milliseconds; nothing when it is none or does not fit.
    func milliseconds(_ start: Int, _ end: Int) -> Int64? {
        var index = start
        var isNegative = false
        if index < end, self[index] == UInt8(ascii: "-") || self[index] == UInt8(ascii: "+") {
            isNegative = self[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < end else { return nil }
        var value: Int64 = 0
        while index < end {
            guard self[index].isDigit else { return nil }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int64(self[index] &- UInt8(ascii: "0")))
            guard !tooLarge, !carried else { return nil }
            value = sum
            index += 1
        }
        return isNegative ? -value : value
    }
}
