extension WallTime {
    /// Reads RFC 3339 in UTC: `2026-11-22T09:05:01Z`, with up to nine digits after a point; nothing for anything else,
    /// nor for days that are in no calendar.
    package init?(rfc3339 text: String) {
        var digits = Digits(bytes: Array(text.utf8))
        guard let year = digits.number(4), digits.take("-"), let month = digits.number(2), digits.take("-"),
            let day = digits.number(2), digits.take("T"), let hour = digits.number(2), digits.take(":"),
            let minute = digits.number(2), digits.take(":"), let second = digits.number(2),
            let nanoseconds = digits.fraction(), digits.take("Z"), digits.isAtEnd,
            (1...12).contains(month), (1...daysOfMonth(month, of: year)).contains(day), hour < 24, minute < 60,
            second < 60
        else { return nil }
        let seconds = ((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
        self = WallTime(nanosecondsSinceEpoch: 0).advanced(by: .seconds(seconds)).advanced(
            by: .nanoseconds(nanoseconds))
    }
}

private struct Digits {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: wanted) else { return false }
        position += 1
        return true
    }

    mutating func number(_ count: Int) -> Int64? {
        guard position + count <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + count] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        position += count
        return value
    }

    /// Nanoseconds; 0 where there is no point.
    mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        var value: Int64 = 0
        var unit: Int64 = 1_000_000_000
        while unit > 1, let digit = number(1) {
            value = value * 10 + digit
            unit /= 10
        }
        return unit < 1_000_000_000 ? value * unit : nil
    }
}

private func isLeapYear(_ year: Int64) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

private func daysOfMonth(_ month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: isLeapYear(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
}

/// The day's number, by the days of whole years before it; the year has four digits.
private func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let before = year - 1
    let leapDays = before / 4 - before / 100 + before / 400
    let months = (1..<month).reduce(0) { $0 + daysOfMonth($1, of: year) }
    // 719,162 days lie before 1970 from the first of January of the year 1 on.
    return before * 365 + leapDays - 719_162 + months + day - 1
}
