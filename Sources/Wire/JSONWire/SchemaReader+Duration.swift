extension SchemaReader {
    /// A length of time, not negative.
    ///
    /// Protobuf's mapping knows seconds only, `1.5s`; Istio also takes Go's form, a sequence of decimal numbers with the
    /// units `h`, `m`, `s`, `ms`, `us` (or `µs`) and `ns`: `1h30m`, `250ms`.
    package func duration() throws(SchemaError) -> Duration {
        let text = try string()
        guard let duration = Duration(configured: text, unitsAllowed: spelling == .exact) else {
            throw error(
                spelling == .exact
                    ? "\"\(text)\" is not a duration; write \"1.5s\", \"250ms\" or \"1h30m\""
                    : "\"\(text)\" is not a duration; write seconds, \"1.5s\" or \"0.250s\"")
        }
        return duration
    }
}

extension JSONValue {
    /// The duration as protobuf's JSON mapping writes it: `0.250s`, `10s`.
    package static func duration(_ duration: Duration) -> JSONValue {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = attoseconds / 1_000_000_000
        guard nanoseconds != 0 else { return .string("\(seconds)s") }
        let sign = nanoseconds < 0 && seconds == 0 ? "-" : ""
        let digits = String(nanoseconds.magnitude)
        let padded = String(repeating: "0", count: max(0, 9 - digits.count)) + digits
        // Protobuf writes 3, 6 or 9 digits, as few as are exact.
        let kept = padded.hasSuffix("000000") ? 3 : padded.hasSuffix("000") ? 6 : 9
        return .string("\(sign)\(seconds).\(padded.prefix(kept))s")
    }
}

extension Duration {
    /// Reads `1.5s`, or with all units `1h30m`; nothing when the text is not of that form, or beyond 292 years.
    fileprivate init?(configured text: String, unitsAllowed: Bool) {
        if unitsAllowed, text == "0" {
            self = .zero
            return
        }
        var rest = Array(text.utf8)[...]
        guard !rest.isEmpty else { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            guard let part = Self.nanoseconds(ofNext: &rest, unitsAllowed: unitsAllowed) else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(part)
            guard !overflow, unitsAllowed || rest.isEmpty else { return nil }
            total = sum
        }
        self = .nanoseconds(total)
    }

    /// Takes one number and its unit off the front.
    private static func nanoseconds(ofNext rest: inout ArraySlice<UInt8>, unitsAllowed: Bool) -> Int64? {
        func digits() -> ArraySlice<UInt8> {
            let taken = rest.prefix { $0 &- UInt8(ascii: "0") <= 9 }
            rest = rest.dropFirst(taken.count)
            return taken
        }
        let whole = digits()
        var fraction: ArraySlice<UInt8> = []
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = digits()
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }

        let unit = rest.prefix { $0 != UInt8(ascii: ".") && !($0 &- UInt8(ascii: "0") <= 9) }
        rest = rest.dropFirst(unit.count)
        let factor: Int64
        switch String(decoding: unit, as: UTF8.self) {
        case "s": factor = 1_000_000_000
        case "h" where unitsAllowed: factor = 3_600_000_000_000
        case "m" where unitsAllowed: factor = 60_000_000_000
        case "ms" where unitsAllowed: factor = 1_000_000
        case "us" where unitsAllowed, "µs" where unitsAllowed, "μs" where unitsAllowed: factor = 1_000
        case "ns" where unitsAllowed: factor = 1
        default: return nil
        }

        guard let count = whole.isEmpty ? 0 : Int64(String(decoding: whole, as: UTF8.self)) else { return nil }
        let (value, overflow) = count.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        // Digits below a nanosecond are cut: factor / 10^n, digit by digit.
        var part: Int64 = 0
        var place = factor
        for digit in fraction.prefix(18) {
            place /= 10
            part += Int64(digit &- UInt8(ascii: "0")) * place
        }
        let (sum, carried) = value.addingReportingOverflow(part)
        return carried ? nil : sum
    }
}
