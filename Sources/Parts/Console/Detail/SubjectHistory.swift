package import MeshModel
package import Quantities

/// What one subject's traffic was at each of the last moments.
///
/// Bounded: ``count`` moments, each with at most some dozens of buckets. Moments lie on whole steps of the clock, so that
/// what is known stays known when time goes on, and only what is new is asked for.
package struct SubjectHistory: Sendable {
    /// How far back the charts reach.
    package enum Span: Int, Hashable, Sendable, CaseIterable {
        case minutes5, minutes15, hour, hours6

        var step: Duration {
            switch self {
            case .minutes5: .seconds(5)
            case .minutes15: .seconds(15)
            case .hour: .seconds(60)
            case .hours6: .seconds(360)
            }
        }

        var title: String {
            switch self {
            case .minutes5: "5 min"
            case .minutes15: "15 min"
            case .hour: "1 h"
            case .hours6: "6 h"
            }
        }

        var next: Span { Span(rawValue: rawValue + 1) ?? .minutes5 }
    }

    static let count = 60
    /// How many moments are asked for at once: the newest come first, and leaving the page ends the asking.
    static let portion = 12

    package let subject: MeshSubject
    package let span: Span
    private var slots: [Int64: TrafficSummary?] = [:]
    /// The question that is under way.
    var asked: Int?
    /// Why nothing can be asked; live snapshots then fill what they can.
    package internal(set) var problem: String?

    init(_ subject: MeshSubject, _ span: Span) {
        self.subject = subject
        self.span = span
    }

    private var step: Int64 { span.step.nanoseconds }

    /// The moments that end at or before `time`, oldest first.
    private func numbers(until time: WallTime) -> [Int64] {
        let last = time.nanosecondsSinceEpoch / step
        return (0..<Int64(SubjectHistory.count)).map { last - Int64(SubjectHistory.count) + 1 + $0 }
    }

    private func end(of number: Int64) -> WallTime { WallTime(nanosecondsSinceEpoch: number * step) }

    /// What is not known yet, newest first.
    func missing(until time: WallTime) -> [WallTime] {
        numbers(until: time).reversed().filter { slots[$0] == nil }.prefix(SubjectHistory.portion).map(end)
    }

    mutating func set(_ traffic: [TrafficSummary?], at ends: [WallTime], until time: WallTime) {
        for (end, traffic) in zip(ends, traffic) { slots[end.nanosecondsSinceEpoch / step] = .some(traffic) }
        let kept = numbers(until: time)
        guard let first = kept.first, let last = kept.last else { return }
        slots = slots.filter { (first...last).contains($0.key) }
    }

    /// Takes a live snapshot for the moment it lies in, where nobody can be asked.
    mutating func see(_ traffic: TrafficSummary?, at time: WallTime) {
        set([traffic], at: [time], until: time)
    }

    /// What is known, oldest first.
    package func points(until time: WallTime) -> [TrafficSummary?] {
        numbers(until: time).map { slots[$0] ?? nil }
    }

    /// When the moment of a point of ``points(until:)`` ended.
    func end(ofPoint position: Int, until time: WallTime) -> WallTime? {
        let numbers = numbers(until: time)
        return numbers.indices.contains(position) ? end(of: numbers[position]) : nil
    }

    func start(until time: WallTime) -> WallTime { end(of: numbers(until: time).first ?? 0) }
}

/// Asks what a subject's traffic was.
package struct HistoryQuestion: Hashable, Sendable {
    package var number: Int
    package var subject: MeshSubject
    /// The ends of the moments.
    package var ends: [WallTime]
    /// What each covers.
    package var step: Duration
}

/// The page of one subject.
package struct DetailState: Sendable {
    package let subject: MeshSubject
    /// Which of the page's links is marked; none at first, so that the page is read from its top.
    package internal(set) var cursor: Int?
    package internal(set) var offset = 0
    /// The cell of the heatmap whose traces Enter opens, while the person is in there.
    package internal(set) var cell: HeatmapCell?
    package internal(set) var history: SubjectHistory

    init(_ subject: MeshSubject, _ span: SubjectHistory.Span) {
        self.subject = subject
        history = SubjectHistory(subject, span)
    }
}
