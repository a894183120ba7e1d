import Quantities
import Testing

@Suite struct TimeTests {
    @Test func `a monotonic time stops at the ends of its range`() {
        let nearEnd = MonotonicTime(nanoseconds: .max - 5)
        let nearStart = MonotonicTime(nanoseconds: 5)

        #expect(nearEnd.advanced(by: .seconds(1)).nanoseconds == .max)
        #expect(nearStart.advanced(by: .seconds(-1)).nanoseconds == 0)
        #expect(nearStart.advanced(by: .nanoseconds(7)).nanoseconds == 12)
    }

    @Test func `a duration between monotonic times has a sign`() {
        let early = MonotonicTime(nanoseconds: 1_000)
        let late = MonotonicTime(nanoseconds: 3_500)

        #expect(early.duration(to: late) == .nanoseconds(2_500))
        #expect(late.duration(to: early) == .nanoseconds(-2_500))
        #expect(early.duration(to: MonotonicTime(nanoseconds: .max)).nanoseconds == .max)
    }

    @Test func `a wall time stops at the ends of its range`() {
        let late = WallTime(nanosecondsSinceEpoch: .max - 1)

        #expect(late.advanced(by: .seconds(1)).nanosecondsSinceEpoch == .max)
        #expect(WallTime(nanosecondsSinceEpoch: .min).advanced(by: .seconds(-1)).nanosecondsSinceEpoch == .min)
        #expect(WallTime(nanosecondsSinceEpoch: .min).duration(to: late).nanoseconds == .max)
    }

    @Test(arguments: [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (-0.001, "1969-12-31T23:59:59.999Z"),
        (951_782_400.0, "2000-02-29T00:00:00.000Z"),
        (1_763_853_872.25, "2025-11-22T23:24:32.250Z"),
        (4_102_444_800.0, "2100-01-01T00:00:00.000Z"),
    ])
    func `a wall time prints as RFC 3339`(seconds: Double, text: String) {
        #expect(WallTime(secondsSinceEpoch: seconds).rfc3339 == text)
    }

    @Test(arguments: [(Double.nan, Int64(0)), (1e30, .max), (-1e30, .min), (.infinity, .max), (1e10, .max)])
    func `seconds beyond the range stop at its ends`(seconds: Double, nanoseconds: Int64) {
        #expect(WallTime(secondsSinceEpoch: seconds).nanosecondsSinceEpoch == nanoseconds)
    }

    @Test func `every day from 1970 to 2101 has the date that counting gives`() {
        var (year, month, day) = (1970, 1, 1)
        for number in 0..<Int64(131 * 365) {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

            let text = WallTime(nanosecondsSinceEpoch: number * 86_400_000_000_000).rfc3339
            let date = "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
            #expect(text.hasPrefix(date + "T00:00:00"), "day \(number)")

            day += 1
            if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test func `a duration converts without overflow`() {
        #expect(Duration.milliseconds(1_500).nanoseconds == 1_500_000_000)
        #expect(Duration.milliseconds(1_500).inSeconds == 1.5)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
        #expect(Duration.nanoseconds(-1).milliseconds == -1e-6)
    }
}
