package import MeshModel
package import Quantities

/// What the control planes said last, and when they were asked.
package struct ControlState: Sendable {
    /// From one question to the next, while somebody looks.
    static let interval = Duration.seconds(2)

    /// Nothing before the first answer; empty when no control plane was named.
    package internal(set) var reports: [ControlPlaneReport]?
    /// When the question that is open was asked, or the last one.
    var asked: WallTime?
    var isAsking = false

    /// Takes an answer over. What a control plane that is away said before still holds: its proxies run on.
    mutating func take(_ answer: [ControlPlaneReport]?) {
        isAsking = false
        guard let answer else { return }
        reports = answer.map { report in
            guard let trouble = report.trouble, var old = reports?.first(where: { $0.address == report.address }) else {
                return report
            }
            old.trouble = trouble
            return old
        }
    }

    func isDue(at now: WallTime, every interval: Duration = Self.interval) -> Bool {
        guard !isAsking else { return false }
        // A clock that was set back must not keep it silent.
        return asked.map { abs($0.duration(to: now).inSeconds) >= interval.inSeconds } ?? true
    }

    /// The newest revision that a control plane has told of.
    var revision: Int? { reports?.compactMap(\.revision).max() }
}

/// What this process uses.
package struct ConsoleCost: Hashable, Sendable {
    /// Over which time the shares and rates below are taken.
    package var span: Duration
    /// Processor time by time: 1 is a whole core.
    package var processor: Double
    /// In bytes, as it is in memory now; nothing when the system does not say.
    package var memory: Double?
    package var framesPerSecond: Double
    /// Of those frames that changed anything.
    package var bytesPerFrame: Double?
    package var bytesPerSecond: BytesPerSecond

    package init(
        span: Duration, processor: Double, memory: Double?, framesPerSecond: Double, bytesPerFrame: Double?,
        bytesPerSecond: BytesPerSecond
    ) {
        self.span = span
        self.processor = processor
        self.memory = memory
        self.framesPerSecond = framesPerSecond
        self.bytesPerFrame = bytesPerFrame
        self.bytesPerSecond = bytesPerSecond
    }
}
