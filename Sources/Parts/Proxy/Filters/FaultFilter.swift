import HTTPWire
import TrafficPolicy

/// Injects the faults that a route asks for: first the delay, then the answer.
struct FaultFilter: RequestFilter {
    /// For routes that ask for nothing.
    let general: FaultRules

    func inspect(_ exchange: Exchange) -> FilterVerdict {
        let rules = exchange.rule?.filters.faults ?? general
        guard !rules.isEmpty else { return .pass }
        guard let delay = rules.delay(draw: exchange.worker.random.next()) else {
            return abort(exchange, rules, after: .none) ? .answered : .pass
        }
        exchange.filterFlag = .delayInjected
        exchange.afterFilterDelay(delay) {
            if !abort(exchange, rules, after: .delayInjected) { exchange.filterPassed() }
        }
        return .wait
    }

    private func abort(_ exchange: Exchange, _ rules: FaultRules, after flag: ResponseFlag) -> Bool {
        guard let answer = rules.answer(draw: exchange.worker.random.next()) else { return false }
        let flag: ResponseFlag = flag == .none ? .faultInjected : .delayAndFaultInjected
        switch answer {
        case .http(let status): exchange.reply(.faultInjected(status: status, flag: flag))
        case .grpc(let status):
            exchange.replyGRPC(status, "fault filter abort", flag: flag, details: "fault_filter_abort")
        }
        return true
    }
}
