import MeshConfig
import MeshModel
import Quantities
import SystemIO
import TraceModel

/// Runs questions to the world, each on a thread of its own, so that a slow one holds up neither the screen nor another
/// question. Belongs to the loop's thread.
final class EffectRunner {
    /// How many questions may be under way. A person who leans on a key gets a refusal, not a thousand threads.
    private static let limit = 8

    private let environment: ConsoleEnvironment
    private let feed: ConsoleFeed
    private var running: [ThreadHandle] = []
    private let finished = FinishedCount()

    init(environment: ConsoleEnvironment, feed: ConsoleFeed) {
        self.environment = environment
        self.feed = feed
    }

    /// Starts the question of `effect`; its answer comes through the feed.
    func start(_ effect: Effect) {
        collect()
        guard running.count < EffectRunner.limit else { return refuse(effect, "too many questions are open already") }
        let (environment, feed, finished) = (environment, feed, finished)
        do throws(SystemError) {
            let thread = try Threads.spawn(name: "console-effect") {
                if let event = EffectRunner.answer(to: effect, environment) { feed.answer(event) }
                finished.add()
            }
            running.append(thread)
        } catch {
            refuse(effect, "\(error)")
        }
    }

    /// Threads that have ended are joined once all have: their stacks are given back, and nobody waits.
    private func collect() {
        guard finished.value == running.count else { return }
        for thread in running { thread.join() }
        running = []
        finished.reset()
    }

    static func answer(to effect: Effect, _ environment: ConsoleEnvironment) -> Event? {
        switch effect {
        case .findTraces(let query, let question):
            return .tracesFound(question: question, environment.findTraces(query))
        case .loadTrace(let id): return .traceLoaded(id, environment.loadTrace(id))
        case .loadTraces(let ids, let question):
            return .tracesLoaded(question: question, traces(ids, environment))
        case .changeWeights(let change, let dryRun):
            return .weightsAnswered(change, dryRun: dryRun, environment.changeWeights(change, dryRun))
        case .seePast(let time, let question): return .pastSeen(question: question, past(time, environment))
        case .askHistory(let question): return .historyFound(question, history(question, environment))
        case .readConfig(let known):
            return .configRead(result { () throws(ConsoleFailure) in try environment.config.catalog(unless: known) })
        case .readConfigHistory(let key):
            return .configHistoryRead(
                key, result { () throws(ConsoleFailure) in try environment.config.history(of: key) })
        case .writeConfig(let write, let dryRun):
            return .configAnswered(write, dryRun: dryRun, environment.config.write(write, dryRun: dryRun))
        case .discardDraft(let path):
            TextEditor.discard(path)
            return nil
        case .askControl: return .controlAnswered(environment.askControl())
        case .showGraph(let type):
            environment.showGraph(type)
            return nil
        case .save, .copy, .copyJSON, .editConfig, .listThemes, .showTheme, .keepTheme, .repaint, .ring, .suspend,
            .quit:
            return nil
        }
    }

    private static func result<Value>(
        _ body: () throws(ConsoleFailure) -> Value
    ) -> Result<Value, ConsoleFailure> {
        do throws(ConsoleFailure) {
            return .success(try body())
        } catch {
            return .failure(error)
        }
    }

    /// As many as may be kept. One that is gone is left out; only when none can be had it fails.
    private static func traces(_ ids: [TraceID], _ environment: ConsoleEnvironment) -> Result<[Trace], ConsoleFailure> {
        var traces: [Trace] = []
        var spans = 0
        var problem: ConsoleFailure?
        for id in ids.prefix(TraceShelf.limit) {
            switch environment.loadTrace(id) {
            case .success(let trace):
                spans += trace.spans.count
                guard spans <= TraceShelf.spanLimit || traces.isEmpty else { return .success(traces) }
                traces.append(trace)
            case .failure(let failure): problem = problem ?? failure
            }
        }
        if traces.isEmpty, let problem { return .failure(problem) }
        return .success(traces)
    }

    private static func past(
        _ time: WallTime, _ environment: ConsoleEnvironment
    ) -> Result<MeshSnapshot, MeshPastFailure> {
        guard let past = environment.past else {
            return .failure(MeshPastFailure("this source does not remember what was"))
        }
        do throws(MeshPastFailure) {
            return .success(try past.snapshot(ending: time, window: nil))
        } catch {
            return .failure(error)
        }
    }

    /// What was at each of the moments; nothing where nobody remembers. Only when nobody can be asked at all it fails.
    private static func history(
        _ question: HistoryQuestion, _ environment: ConsoleEnvironment
    ) -> Result<[TrafficSummary?], MeshPastFailure> {
        guard let past = environment.past else {
            return .failure(MeshPastFailure("from when the page was opened"))
        }
        return .success(
            question.ends.map { end in
                let snapshot = try? past.snapshot(ending: end, window: question.step)
                return snapshot.flatMap { question.subject.traffic(in: $0) }
            })
    }

    private func refuse(_ effect: Effect, _ reason: String) {
        let failure = ConsoleFailure(message: reason)
        switch effect {
        case .findTraces(_, let question): feed.answer(.tracesFound(question: question, .failure(failure)))
        case .loadTrace(let id): feed.answer(.traceLoaded(id, .failure(failure)))
        case .loadTraces(_, let question): feed.answer(.tracesLoaded(question: question, .failure(failure)))
        case .changeWeights(let change, let dryRun):
            feed.answer(.weightsAnswered(change, dryRun: dryRun, .unreachable(reason: reason)))
        case .seePast(_, let question): feed.answer(.pastSeen(question: question, .failure(MeshPastFailure(reason))))
        case .askHistory(let question): feed.answer(.historyFound(question, .failure(MeshPastFailure(reason))))
        case .askControl: feed.answer(.controlAnswered(nil))
        case .readConfig: feed.answer(.configRead(.failure(failure)))
        case .readConfigHistory(let key): feed.answer(.configHistoryRead(key, .failure(failure)))
        case .writeConfig(let write, let dryRun):
            feed.answer(.configAnswered(write, dryRun: dryRun, .unreachable(reason: reason)))
        case .editConfig, .discardDraft, .showGraph, .listThemes, .showTheme, .keepTheme, .save, .copy, .copyJSON,
            .repaint, .ring, .suspend, .quit:
            break
        }
    }
}
