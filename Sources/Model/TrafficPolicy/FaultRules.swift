/// Faults that are injected into a rule's requests: a delay, an answer, or one after the other. Envoy draws for each by
/// itself.
package struct FaultRules: Sendable, Hashable {
    package struct Delay: Sendable, Hashable {
        package var duration: Duration
        package var share: RequestShare

        package init(duration: Duration, share: RequestShare) {
            self.duration = duration
            self.share = share
        }
    }

    package struct Abort: Sendable, Hashable {
        /// The HTTP status, or gRPC's in a response with status 200.
        package enum Answer: Sendable, Hashable {
            case http(status: Int)
            case grpc(status: Int)
        }

        package var answer: Answer
        package var share: RequestShare

        package init(_ answer: Answer, share: RequestShare) {
            self.answer = answer
            self.share = share
        }
    }

    package var delay: Delay?
    package var abort: Abort?

    package init(delay: Delay? = nil, abort: Abort? = nil) {
        self.delay = delay
        self.abort = abort
    }

    package var isEmpty: Bool { delay == nil && abort == nil }

    /// How long a request with this draw is held up; `nil` for not at all.
    package func delay(draw: UInt64) -> Duration? {
        delay.flatMap { $0.share.takes(draw: draw) && $0.duration > .zero ? $0.duration : nil }
    }

    /// What a request with this draw is answered; `nil` when it goes on.
    package func answer(draw: UInt64) -> Abort.Answer? {
        abort.flatMap { $0.share.takes(draw: draw) ? $0.answer : nil }
    }
}
