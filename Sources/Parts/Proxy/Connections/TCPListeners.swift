import Glibc
import Quantities
import SystemIO

/// The addresses of one worker whose connections are passed on byte by byte.
final class TCPListeners {
    /// How often what moved on connections that stand gets into the metrics: Istio's `tcp_reporting_duration`.
    static let flushInterval: Duration = .seconds(5)

    private unowned let worker: Worker
    private let interval: Duration
    private var listeners: [SocketAddress: TCPListener] = [:]
    /// No longer in the configuration, but with connections that stand.
    private var leaving: [ObjectIdentifier: TCPListener] = [:]
    /// Ports that only root may listen on, each told once.
    private var refused: Set<SocketAddress> = []
    private var isFlushScheduled = false

    init(worker: Worker, flushInterval: Duration = TCPListeners.flushInterval) {
        self.worker = worker
        interval = flushInterval
    }

    /// Takes up the plans of a snapshot. What could not be done is returned in words.
    func apply(_ plans: [ConnectionListenerPlan]) -> [String] {
        var problems: [String] = []
        var remaining = listeners
        for plan in plans {
            if let known = remaining.removeValue(forKey: plan.address) {
                if known.redirection == plan.redirection {
                    known.update(plan)
                    continue
                }
                leave(known)
            }
            do throws(SystemError) {
                listeners[plan.address] = try TCPListener(worker: worker, plan: plan)
            } catch {
                // Without root there is no port below 1024, now or later: the rest must be served all the same.
                if error.code == EACCES, plan.reporter == .source {
                    refuse(plan, error)
                } else {
                    problems.append("listener \(plan.name): \(error)")
                }
            }
        }
        refused.formIntersection(plans.map(\.address))
        for (address, listener) in remaining {
            listeners[address] = nil
            leave(listener)
        }
        return problems
    }

    /// Connections that stand may go on for a while.
    private func leave(_ listener: TCPListener) {
        let key = ObjectIdentifier(listener)
        leaving[key] = listener
        listener.drain(deadline: DrainPlan.ending.deadline) { [weak self] in self?.leaving[key] = nil }
    }

    private func refuse(_ plan: ConnectionListenerPlan, _ error: SystemError) {
        guard refused.insert(plan.address).inserted else { return }
        Log(subsystem: "proxy").warning(
            "port not served; its connections do not reach the mesh",
            ["listener": plan.name, "address": "\(plan.address)", "reason": error.reason])
    }

    /// Those that are only given connections.
    var unbound: [TCPListener] { listeners.values.filter { !$0.redirection.isBound } }

    /// Every listener with its plan and its bound address.
    var reports: [WorkerReport.Listener] {
        listeners.values.map { WorkerReport.Listener(name: $0.plan.name, address: $0.boundAddress) }
    }

    /// Another descriptor of every socket that is listened on.
    func duplicateSockets() -> [Socket] { listeners.values.compactMap { $0.duplicateSocket() } }

    /// What connections hold that was read and not yet taken by the other side.
    var bufferedBytes: Int {
        (Array(listeners.values) + Array(leaving.values)).reduce(0) { $0 + $1.bufferedBytes }
    }

    /// Has the metrics be told soon, and again as long as there are connections.
    func scheduleFlush() {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        worker.loop.schedule(after: interval) { [weak self] in
            guard let self else { return }
            isFlushScheduled = false
            let all = Array(listeners.values) + Array(leaving.values)
            for listener in all { listener.flushCounts() }
            if all.contains(where: { $0.connectionCount > 0 }) { scheduleFlush() }
        }
    }

    /// Stops accepting, lets connections go on until `deadline` has passed, then resets what is left.
    func drain(deadline: Duration, completion: @escaping () -> Void) {
        var left = listeners.count
        guard left > 0 else { return completion() }
        for listener in listeners.values {
            listener.drain(deadline: deadline) {
                left -= 1
                if left == 0 { completion() }
            }
        }
    }
}
