/// A time as HTTP's `Date` writes it: `Sun, 06 Nov 1994 08:49:37 GMT`, IMF-fixdate of
/// [RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7). The two obsolete forms are not read.
package struct HTTPDate: Hashable, Sendable {
    package var secondsSinceEpoch: Int64

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Nothing when it is not of that form, or no day of the calendar.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 29, text.hasSuffix(" GMT") else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for byte in bytes[range] {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
            }
            return value
        }
        let name = String(decoding: bytes[8..<11], as: UTF8.self)
        let marks: [(Int, UInt8)] = [
            (3, UInt8(ascii: ",")), (4, 0x20), (7, 0x20), (11, 0x20), (16, 0x20), (19, UInt8(ascii: ":")),
            (22, UInt8(ascii: ":")),
        ]
        guard marks.allSatisfy({ bytes[$0.0] == $0.1 }), let month = Self.months.firstIndex(of: name),
            let day = number(5..<7), let year = number(12..<16), let hour = number(17..<19),
            let minute = number(20..<22), let second = number(23..<25), (1...31).contains(day), year >= 1970,
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let days = Self.days(year: year, month: Int64(month) + 1, day: day)
        secondsSinceEpoch = ((days * 24 + hour) * 60 + minute) * 60 + second
    }

    /// Days since 1970-01-01 in the Gregorian calendar: years begin in March, so that a leap day is the last of its year.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let leapDays = year / 4 - year / 100 + year / 400
        return year * 365 + leapDays + dayOfYear - 719_468
    }
}
