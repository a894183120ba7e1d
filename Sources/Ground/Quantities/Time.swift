/// A reading of a clock that only runs forward (`CLOCK_MONOTONIC`), in nanoseconds since an arbitrary start.
///
/// Durations come from two of these and never from two ``WallTime``s: the wall clock may be set back.
package struct MonotonicTime: Hashable, Comparable, Sendable {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// This time moved by `duration`, stopping at the ends of the clock's range.
    package func advanced(by duration: Duration) -> MonotonicTime {
        let delta = duration.nanoseconds
        if delta >= 0 {
            let (sum, overflow) = nanoseconds.addingReportingOverflow(UInt64(delta))
            return MonotonicTime(nanoseconds: overflow ? .max : sum)
        }
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(delta.magnitude)
        return MonotonicTime(nanoseconds: overflow ? 0 : difference)
    }

    /// The time from this reading to `other`; negative when `other` is earlier.
    package func duration(to other: MonotonicTime) -> Duration {
        other >= self
            ? .nanoseconds(Int64(clamping: other.nanoseconds - nanoseconds))
            : .nanoseconds(-Int64(clamping: nanoseconds - other.nanoseconds))
    }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

/// A reading of the wall clock (`CLOCK_REALTIME`), in nanoseconds since 1970-01-01 UTC.
package struct WallTime: Hashable, Comparable, Sendable {
    package var nanosecondsSinceEpoch: Int64

    package init(nanosecondsSinceEpoch: Int64) {
        self.nanosecondsSinceEpoch = nanosecondsSinceEpoch
    }

    /// The nearest time to `secondsSinceEpoch`, stopping at the ends of the range; what is not a number becomes 1970.
    package init(secondsSinceEpoch: Double) {
        // Whole seconds apart: as a Double, today's nanoseconds are only good to 256 of them.
        let whole = secondsSinceEpoch.rounded(.down)
        guard let seconds = Int64(exactly: whole) else {
            self.nanosecondsSinceEpoch = secondsSinceEpoch.isNaN ? 0 : (secondsSinceEpoch > 0 ? .max : .min)
            return
        }
        let fraction = Int64(((secondsSinceEpoch - whole) * 1e9).rounded())
        self = WallTime(nanosecondsSinceEpoch: 0).advanced(by: .seconds(seconds)).advanced(by: .nanoseconds(fraction))
    }

    package var secondsSinceEpoch: Double { Double(nanosecondsSinceEpoch) / 1e9 }

    package static func < (left: WallTime, right: WallTime) -> Bool {
        left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
    }

    /// This time moved by `duration`, stopping at the ends of the range.
    package func advanced(by duration: Duration) -> WallTime {
        let (sum, overflow) = nanosecondsSinceEpoch.addingReportingOverflow(duration.nanoseconds)
        return WallTime(nanosecondsSinceEpoch: overflow ? (duration.nanoseconds > 0 ? .max : .min) : sum)
    }

    /// The time from this reading to `other`; negative when `other` is earlier.
    package func duration(to other: WallTime) -> Duration {
        let (difference, overflow) = other.nanosecondsSinceEpoch.subtractingReportingOverflow(nanosecondsSinceEpoch)
        return .nanoseconds(overflow ? (other > self ? .max : .min) : difference)
    }

    /// RFC 3339 in UTC with milliseconds: `2026-11-22T09:05:01.250Z`.
    package var rfc3339: String {
        let (seconds, milliseconds) = flooredDivision(nanosecondsSinceEpoch / 1_000_000, by: 1_000)
        let (days, secondOfDay) = flooredDivision(seconds, by: 86_400)
        let date = civilDate(daysSinceEpoch: days)
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
            + "T\(padded(secondOfDay / 3600, 2)):\(padded(secondOfDay / 60 % 60, 2)):\(padded(secondOfDay % 60, 2))"
            + ".\(padded(milliseconds, 3))Z"
    }
}

extension Duration {
    /// The whole duration in nanoseconds, stopping at the ends of `Int64` (292 years).
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds > 0 ? .max : .min }
        let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds > 0 ? .max : .min) : sum
    }

    /// The whole duration in milliseconds.
    package var milliseconds: Double { Double(nanoseconds) / 1e6 }

    /// The whole duration in seconds.
    package var inSeconds: Double { Double(nanoseconds) / 1e9 }
}

private func flooredDivision(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

/// The proleptic Gregorian date of a day number. Years are counted from March so that the leap day comes last, and
/// days within 400-year eras of 146,097 days.
private func civilDate(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = flooredDivision(daysSinceEpoch + 719_468, by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}
