import Quantities
import TraceModel

/// Whole traces of the list, as far as they were fetched: what is told about many traces at once is made of these.
///
/// Bounded: ``limit`` traces, and whoever answers sends no more spans than ``spanLimit``.
struct TraceShelf: Sendable {
    /// Traces that are asked for at once.
    static let limit = 200
    /// Spans that an answer may have; what would be beyond is left out.
    static let spanLimit = 50_000

    /// Which traces are here or under way, in the list's order.
    private(set) var wanted: [TraceID] = []
    private(set) var traces: [Trace] = []
    /// The question that is under way.
    private(set) var asked: Int?
    private(set) var problem: String?
    private var byOperation: [Operation: Peers] = [:]

    /// What spans must have in common to be compared.
    private struct Operation: Hashable {
        let service: String
        let name: String
        let kind: Span.Kind

        init(_ span: Span) {
            (service, name, kind) = (span.service, span.name, span.kind)
        }
    }

    /// How long all spans of one operation took.
    struct Peers: Sendable {
        /// Shortest first.
        fileprivate(set) var durations: [Duration] = []
        fileprivate(set) var traces = 0

        var count: Int { durations.count }

        /// The shortest duration that at least this share of the spans did not exceed.
        func quantile(_ share: Double) -> Duration {
            guard let last = durations.last else { return .zero }
            let rank = Int((Double(durations.count) * share).rounded(.up)) - 1
            return durations.indices.contains(max(0, rank)) ? durations[max(0, rank)] : last
        }

        /// How many of them took less.
        func share(below duration: Duration) -> Ratio {
            Ratio(Double(durations.count { $0 < duration }), of: Double(durations.count)) ?? .none
        }
    }

    /// Notes which traces are wanted now, and tells whether they have to be asked for.
    mutating func want(_ ids: [TraceID], question: Int) -> Bool {
        let ids = Array(ids.prefix(TraceShelf.limit))
        guard !ids.isEmpty, ids != wanted else { return false }
        wanted = ids
        asked = question
        problem = nil
        return true
    }

    mutating func take(question: Int, _ result: Result<[Trace], ConsoleFailure>) {
        guard question == asked else { return }
        asked = nil
        switch result {
        case .success(let list): traces = list
        case .failure(let failure):
            problem = failure.message
            // The next wish asks again.
            wanted = []
        }
        count()
    }

    func trace(_ id: TraceID) -> Trace? { traces.first { $0.id == id } }

    func peers(of span: Span) -> Peers? { byOperation[Operation(span)] }

    private mutating func count() {
        byOperation = [:]
        for trace in traces {
            var seen: Set<Operation> = []
            for span in trace.spans {
                let operation = Operation(span)
                byOperation[operation, default: Peers()].durations.append(span.duration)
                if seen.insert(operation).inserted { byOperation[operation]?.traces += 1 }
            }
        }
        for operation in byOperation.keys { byOperation[operation]?.durations.sort() }
    }
}
