import Quantities

/// What a host's clock is ahead of its caller's, guessed from the spans of one trace, and corrected.
///
/// The rule is that of Jaeger's clock skew adjuster: a call lies within the time that its caller waited. A child on
/// another host that does not is moved into the middle of its parent – half of what is left over each way is the
/// network's –, or, when it took longer than its parent, so that it starts no earlier. Spans below it on the same host
/// move as far. Only times of one trace are compared, so that nothing is known about a host whose spans fit.
///
/// It departs from Jaeger's in three points. Hosts are told apart by more than a process tag `ip`, and spans that do not
/// name theirs by service, instead of taking every span for a host of its own. What sticks out by less than a
/// millisecond is left: a server often notes its end after its client has the answer. And what takes up a message may
/// end long after it was sent; it is moved only when it starts before.
enum ClockSkew {
    /// How far the spans of a host are moved.
    struct Shift {
        let host: String
        let delta: Duration
    }

    private static let tolerance = Duration.milliseconds(1)

    /// Attributes that name the machine, or what stands for it, the best first.
    private static let hostKeys = [
        "host.id", "k8s.node.name", "host.name", "host.ip", "ip", "network.local.address", "net.host.ip",
        "service.instance.id",
    ]

    static func host(of span: Span) -> String {
        for key in hostKeys {
            if let value = span.attribute(key), !value.isEmpty { return "\(key)=\(value)" }
        }
        return span.service
    }

    /// How far to move `child`, when `parent` stands where it belongs and what is on its host was moved by `shift`.
    static func shift(of child: Span, below parent: Span, after shift: Shift) -> Shift {
        let host = host(of: child)
        guard host != shift.host else { return shift }
        return Shift(host: host, delta: delta(of: child, below: parent))
    }

    private static func delta(of child: Span, below parent: Span) -> Duration {
        // Positive when it starts too early, and when it ends too late.
        let early = child.start.duration(to: parent.start)
        let late = parent.end.duration(to: child.end)
        let isMessage = parent.kind == .producer || child.kind == .consumer
        guard child.duration <= parent.duration, !isMessage else { return early > tolerance ? early : .zero }
        guard early > tolerance || late > tolerance else { return .zero }
        return early + (parent.duration - child.duration) / 2
    }
}

extension Span {
    /// Moves the span and its events.
    mutating func move(by delta: Duration) {
        start = start.advanced(by: delta)
        for index in events.indices { events[index].time = events[index].time.advanced(by: delta) }
        oddities.insert(.isMoved)
    }
}
