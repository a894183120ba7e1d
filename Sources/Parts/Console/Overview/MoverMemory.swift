import MeshModel
import Quantities

/// How much went where a window ago, to tell what has moved since.
///
/// Bounded: ``steps`` looks, of three numbers for each node.
struct MoverMemory: Sendable {
    /// In one window.
    private static let steps = 10

    struct Reading: Hashable, Sendable {
        let rate: Float
        let errors: Float?
        let p95: Float?
        let samples: Float

        init(_ traffic: TrafficSummary) {
            rate = Float(traffic.rate.value)
            errors = traffic.errors.map { Float($0.value) }
            p95 = traffic.latency.map { Float($0.p95) }
            samples = Float(traffic.samples)
        }
    }

    private var looks: [(time: WallTime, readings: [MeshNode.ID: Reading])] = []

    /// Takes a look when the last one is old enough.
    mutating func see(_ snapshot: MeshSnapshot) {
        let step = Duration.seconds(max(1, snapshot.window.inSeconds / Double(Self.steps)))
        if let last = looks.last {
            if last.time > snapshot.time {
                looks = []
            } else if last.time.duration(to: snapshot.time) < step {
                return
            }
        }
        let readings = snapshot.nodes.compactMap { node in node.inbound.map { (node.id, Reading($0)) } }
        looks.append((snapshot.time, Dictionary(readings, uniquingKeysWith: { first, _ in first })))
        if looks.count > Self.steps + 2 { looks.removeFirst() }
    }

    /// What was one window before that moment; nothing while nobody has looked for so long.
    func before(_ snapshot: MeshSnapshot) -> [MeshNode.ID: Reading]? {
        looks.last { $0.time.duration(to: snapshot.time) >= snapshot.window }?.readings
    }
}
