import Quantities

/// A moment in a recording as people write it: `+90s` after its beginning, `-30s` before its end, or a time of day with
/// its date in UTC, `2026-11-22T09:05:01Z`.
enum Moment: Equatable {
    case afterBeginning(Duration)
    case beforeEnd(Duration)
    case at(WallTime)

    init?(text: String) {
        if text.hasPrefix("+") || text.hasPrefix("-") {
            let rest = String(text.dropFirst())
            guard let duration = rest == "0s" ? .zero : Duration(text: rest) else { return nil }
            self = text.hasPrefix("+") ? .afterBeginning(duration) : .beforeEnd(duration)
        } else if let time = WallTime(rfc3339: text) {
            self = .at(time)
        } else {
            return nil
        }
    }

    /// The time itself; nothing when it is outside of `span`.
    func time(in span: ClosedRange<WallTime>) -> WallTime? {
        let time =
            switch self {
            case .afterBeginning(let duration): span.lowerBound.advanced(by: duration)
            case .beforeEnd(let duration): span.upperBound.advanced(by: .zero - duration)
            case .at(let time): time
            }
        return span.contains(time) ? time : nil
    }
}
