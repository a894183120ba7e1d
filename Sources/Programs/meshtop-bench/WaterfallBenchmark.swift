import Console
import Quantities
import SystemIO
import TerminalUI
import TraceModel

/// A large trace on the console's screen: opened, and then drawn anew after every key.
struct WaterfallBenchmark {
    private static let size = Size(width: 200, height: 50)
    private static let spans: UInt64 = 10_000
    /// Through the trace, into it, and where only few rows are left.
    private static let keys: [Key.Code] = [
        .down, .pageDown, .end, .home, .character("s"), .character("c"), .character("x"), .character("+"),
        .character(">"), .character("-"), .character("0"), .character("F"), .down, .character("F"), .pageDown,
    ]

    func run() throws {
        let spans = TraceFarm.largeTrace(spans: Self.spans)
        guard let id = spans.first?.trace, let trace = Trace(id: id, spans: spans) else {
            throw BenchmarkFailure("there are no spans")
        }
        var model = Model(source: "bench", size: Self.size, now: trace.start)
        press(.character("6"), &model, trace)
        let start = SystemClock.monotonic()
        press(.enter, &model, trace)
        _ = view(model, theme: .dark)
        let opened = start.duration(to: SystemClock.monotonic()).milliseconds
        guard model.waterfall?.waterfall != nil else { throw BenchmarkFailure("the trace did not open") }

        var frames: [Double] = []
        var updates: [Double] = []
        for round in 0..<40 {
            for key in Self.keys {
                let before = SystemClock.monotonic()
                press(key, &model, trace)
                let between = SystemClock.monotonic()
                let frame = view(model, theme: .dark)
                guard frame.size == Self.size else { throw BenchmarkFailure("the frame has another size") }
                // The first round fills caches.
                guard round > 0 else { continue }
                updates.append(before.duration(to: between).milliseconds)
                frames.append(between.duration(to: SystemClock.monotonic()).milliseconds)
            }
        }
        frames.sort()
        updates.sort()
        func words(_ times: [Double]) -> String {
            "p50 \(Humane.fixed(times[times.count / 2], decimals: 2)) ms, "
                + "p99 \(Humane.fixed(times[times.count * 99 / 100], decimals: 2)) ms"
        }
        print(
            "  the waterfall at \(Self.size.width)×\(Self.size.height) is there after "
                + "\(Humane.fixed(opened, decimals: 0)) ms; a frame \(words(frames)), a key \(words(updates))")
    }

    /// Sends a key and answers what the console then asks for.
    private func press(_ code: Key.Code, _ model: inout Model, _ trace: Trace) {
        var events = [Event.input(.key(Key(code)))]
        while !events.isEmpty {
            for effect in update(&model, events.removeFirst()) {
                switch effect {
                case .findTraces(_, let question):
                    events.append(.tracesFound(question: question, .success([trace.summary])))
                case .loadTrace(let id): events.append(.traceLoaded(id, .success(trace)))
                case .loadTraces(_, let question): events.append(.tracesLoaded(question: question, .success([trace])))
                default: break
                }
            }
        }
    }
}
