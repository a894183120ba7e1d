import Quantities

/// One scrape of one target. Numbers are given from 1 without gaps, and only to scrapes that worked.
package struct ScrapeNumber: Hashable, Comparable, Sendable {
    let value: UInt32

    package static func < (left: ScrapeNumber, right: ScrapeNumber) -> Bool { left.value < right.value }
}

/// The time between two scrapes of a target, over which increases are counted.
package struct CountingWindow: Hashable, Sendable {
    /// What had been counted by this scrape is not in the window.
    package let start: ScrapeNumber
    /// From that scrape to the newest: not the length that was asked for, but what the samples cover.
    package let duration: Duration
}

/// When a target was read.
///
/// The older a scrape is, the coarser the steps at which a window may begin; ``CounterHistory`` keeps what was counted
/// in the same steps, so that a window that begins on a step is exact however old it is.
///
///     age in scrapes   0 … 63    64 … 1023    1024 …
///     step                  1           16       256
struct ScrapeClock: Sendable {
    /// Ascending; the first is scrape number `firstNumber`.
    private var times: [MonotonicTime] = []
    private var firstNumber: UInt32 = 1

    /// The newest scrape; nothing before the first.
    var newest: ScrapeNumber? {
        times.isEmpty ? nil : ScrapeNumber(value: firstNumber &+ UInt32(truncatingIfNeeded: times.count - 1))
    }

    /// The oldest scrape that is remembered.
    var oldest: ScrapeNumber? { times.isEmpty ? nil : ScrapeNumber(value: firstNumber) }

    /// Numbers a scrape. A clock that does not go forward is taken to stand still.
    mutating func append(_ time: MonotonicTime, keeping history: Duration) -> ScrapeNumber {
        times.append(max(time, times.last ?? time))
        let horizon = time.advanced(by: .zero - history)
        // In batches, so that most scrapes move nothing.
        if times.count > 64, times[times.count / 4] < horizon {
            let gone = times.count / 4
            times.removeFirst(gone)
            firstNumber &+= UInt32(truncatingIfNeeded: gone)
        }
        return ScrapeNumber(value: firstNumber &+ UInt32(truncatingIfNeeded: times.count - 1))
    }

    /// The window of `length` before `now`: from the newest scrape at or before its beginning – the oldest there is
    /// while the history is young – to the newest. Nothing when that is less than two scrapes.
    func window(of length: Duration, now: MonotonicTime) -> CountingWindow? {
        guard let newest, let last = times.last else { return nil }
        let wanted = now.advanced(by: .zero - length)
        var low = 0
        var high = times.count
        while low < high {
            let middle = (low + high) / 2
            if times[middle] <= wanted { low = middle + 1 } else { high = middle }
        }
        let number = aligned(firstNumber &+ UInt32(truncatingIfNeeded: max(0, low - 1)), newest: newest.value)
        guard number < newest.value else { return nil }
        let duration = times[Int(number &- firstNumber)].duration(to: last)
        return duration > .zero ? CountingWindow(start: ScrapeNumber(value: number), duration: duration) : nil
    }

    /// The nearest scrape at which a window may begin: before `number`, or after it where nothing is remembered before.
    private func aligned(_ number: UInt32, newest: UInt32) -> UInt32 {
        // Nothing was counted before the very first scrape, so that it needs no step.
        if number == 1 { return 1 }
        var candidate = number
        // Rounding down may reach the next coarser steps; twice is enough for three of them.
        for _ in 0..<3 {
            let step = Self.step(age: newest &- candidate)
            guard candidate % step != 0 else { return candidate }
            let down = candidate - candidate % step
            if down >= firstNumber, down > 0 { candidate = down } else { break }
        }
        guard firstNumber > 1 else { return 1 }
        let step = Self.step(age: newest &- firstNumber)
        let (up, overflow) = (firstNumber / step).addingReportingOverflow(1)
        return overflow ? newest : min(newest, firstNumber % step == 0 ? firstNumber : up * step)
    }

    /// How coarse counting is `age` scrapes ago: 1 s for the last minute of a scrape a second, then 16 s.
    static func step(age: UInt32) -> UInt32 {
        age < 64 ? 1 : age < 1024 ? 16 : 256
    }
}
