internal import ExpositionWire
package import MeshModel
package import Quantities
package import SystemIO

/// The past of a mesh, from a server that remembers it. Calls wait for the network; any thread may make them.
package struct PrometheusHistory: Sendable {
    /// Why there is no history: a whole sentence for people.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package var description: String
    }

    private let configuration: PrometheusConfiguration
    private let dnsServer: SocketAddress?

    /// - Parameter dnsServer: nothing for what the machine uses.
    package init(_ configuration: PrometheusConfiguration, dnsServer: SocketAddress? = nil) {
        self.configuration = configuration
        self.dnsServer = dnsServer
    }

    /// The traffic of every edge from `start` to `end`, in at most three queries.
    ///
    /// Each point covers the step before it, or four of the server's scrapes when the step is shorter.
    ///
    /// - Parameters:
    ///   - step: at least a second, and not so short that there are more than ``PrometheusLimits/points``.
    ///   - grouping: what the ends of an edge stand for.
    package func range(
        from start: WallTime, to end: WallTime, step: Duration, grouping: GraphGrouping = .versionedApp
    ) throws(Failure) -> TrafficHistory {
        guard step >= .seconds(1), start <= end else {
            throw Failure(description: "a history has steps of a second or more, and begins before it ends")
        }
        let count = start.duration(to: end).nanoseconds / step.nanoseconds + 1
        guard count <= configuration.limits.points else {
            throw Failure(
                description: "a history has at most \(configuration.limits.points) points, not \(count); "
                    + "choose longer steps")
        }
        let window = configuration.rateWindow(for: step)
        let answers = try ask(from: start.secondsSinceEpoch, to: end.secondsSinceEpoch, step, window)
        return Self.history(
            answers, start: start, step: step, count: Int(count), window: window, grouping: grouping)
    }

    private func ask(
        from start: Double, to end: Double, _ step: Duration, _ window: Duration
    ) throws(Failure) -> [PrometheusAnswer] {
        let loop: EventLoop
        do throws(SystemError) {
            loop = try EventLoop()
        } catch {
            throw Failure(description: "no history: \(error)")
        }
        let client = PrometheusClient(configuration, loop: loop, dnsServer: dnsServer)
        var answers: [PrometheusAnswer] = []
        var failure: PrometheusFailure?
        func askNext() {
            guard answers.count < PrometheusQuery.history.count else { return }
            client.ask(PrometheusQuery.history[answers.count], window: window, from: start, to: end, step: step) {
                switch $0 {
                case .success(let answer):
                    answers.append(answer)
                    askNext()
                case .failure(let reason): failure = reason
                }
            }
        }
        loop.soon { client.start { askNext() } }
        // Each query has its own deadline; this one is for reading the keys and the answers as well.
        let deadline = loop.now.advanced(by: configuration.deadline * (PrometheusQuery.history.count + 2))
        let isDone = loop.run(until: deadline) { failure != nil || answers.count == PrometheusQuery.history.count }
        if let failure {
            throw Failure(description: "no history from Prometheus at \(configuration.url): \(failure.message)")
        }
        guard isDone else { throw Failure(description: "no history from Prometheus at \(configuration.url) in time") }
        return answers
    }

    private static func history(
        _ answers: [PrometheusAnswer], start: WallTime, step: Duration, count: Int, window: Duration,
        grouping: GraphGrouping
    ) -> TrafficHistory {
        let begin = start.secondsSinceEpoch
        let series = answers.flatMap(\.series).map { series in
            var values = [Double?](repeating: nil, count: count)
            for point in series.points {
                let place = ((point.time - begin) / step.inSeconds).rounded()
                if let index = Int(exactly: place), values.indices.contains(index) { values[index] = point.value }
            }
            return (key: series.key, perSecond: values)
        }
        var history = TrafficHistory(start: start, step: step, count: count)
        var notices: [String] = []
        for answer in answers {
            notices += answer.warnings.map { "partial answer: \($0)" }
            if answer.leftOut > 0 { notices.append("partial answer: \(answer.leftOut) series are left out") }
        }
        history.notices = notices.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        GraphBuilder().forEachStep(of: series, count: count, window: window, grouping: grouping) { index, edges in
            for edge in edges { history.set(edge.traffic, of: edge.id, at: index) }
        }
        return history
    }
}
