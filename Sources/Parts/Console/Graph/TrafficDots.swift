import Glibc
import MeshModel
import Quantities
import TerminalUI

/// Where dots of traffic are at one step: `f(edge, step)` without any memory, so that tests and restarts see the same.
///
/// Denser for more requests, faster for lower latency, in the measures of a person's eye: both by logarithms, and both
/// in coarse steps. Without a memory a changed speed throws all dots of an edge elsewhere, so it must change rarely.
///
/// | rate | cells between dots | | p50 | cells a second |
/// |---|---|---|---|---|
/// | 1/s | 24 | | 1 ms | 10 |
/// | 10/s | 16 | | 10 ms | 7.6 |
/// | 100/s | 8 | | 100 ms | 5.2 |
/// | 1000/s | 4 | | 1 s | 2.8 |
enum TrafficDots {
    /// More would be noise, and bytes.
    static let limit = 150
    static let stepsPerSecond = 8

    struct Dot: Hashable {
        /// Which of the given flows.
        var flow: Int
        /// Which cell of its way.
        var cell: Int
        var isFailed: Bool
    }

    struct Flow {
        /// Stable for an edge: says where its dots start.
        var seed: UInt64
        /// Cells from source to target.
        var length: Int
        var traffic: TrafficSummary
    }

    static func dots(of flows: [Flow], step: UInt64) -> [Dot] {
        // In 1/256 of a cell, so that slow dots move evenly.
        let spacings = flows.map { spacing($0.traffic.rate.value) }
        let expected = zip(flows, spacings).reduce(0.0) {
            $0 + ($1.1 > 0 ? Double($1.0.length) * 256 / Double($1.1) : 0)
        }
        let stretch = max(1, (expected / Double(limit)).rounded(.up))
        var dots: [Dot] = []
        for (index, flow) in flows.enumerated() where spacings[index] > 0 && flow.length > 0 {
            let spacing = UInt64(Double(spacings[index]) * stretch)
            let travelled = flow.seed % spacing &+ step &* speed(flow.traffic.latency?.p50)
            var (number, position) = travelled.quotientAndRemainder(dividingBy: spacing)
            while position < UInt64(flow.length) * 256, dots.count < limit {
                let isFailed = share(of: number, seed: flow.seed) < (flow.traffic.errors?.value ?? 0)
                dots.append(Dot(flow: index, cell: Int(position / 256), isFailed: isFailed))
                position += spacing
                number &-= 1
            }
        }
        return dots
    }

    /// The seed of an edge: FNV-1a of its name, the same in every run.
    static func seed(_ name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// 0 means that nothing flows.
    private static func spacing(_ rate: Double) -> UInt64 {
        guard rate > 0, rate.isFinite else { return 0 }
        return UInt64(min(max(24 - 4 * (2 * log10(rate)).rounded(), 4), 48) * 256)
    }

    /// In 1/256 of a cell per step.
    private static func speed(_ milliseconds: Double?) -> UInt64 {
        let latency = max(1, milliseconds ?? 10)
        guard latency.isFinite else { return 26 }
        return UInt64(min(max(1.25 - 0.15 * (2 * log10(latency)).rounded(), 0.1), 1.25) * 256)
    }

    /// A number from 0 to 1 for one dot of one edge (splitmix64's mixing), so that a dot stays what it is on its way.
    private static func share(of number: UInt64, seed: UInt64) -> Double {
        var mixed = seed &+ number &* 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    }
}
