import Glibc
import MeshModel
import Quantities
import TestSupport
import Testing

@Suite struct MeshDiffTests {
    /// An edge of a window of 60 s.
    struct Traffic {
        var requests: Double
        var failed = 0.0
        /// Answers within 10, 25, 50, 100 ms and later, as weights.
        var latency: [Double] = [1, 6, 2, 1, 0]
    }

    private static let bounds = [10, 25, 50, 100, Double.infinity]
    private static let rates: [Double] = [3, 10, 40, 150]

    private static func summary(_ traffic: Traffic) -> TrafficSummary {
        var buckets = BucketCounts()
        let weights = traffic.latency.reduce(0, +)
        var below = 0.0
        for (bound, weight) in zip(bounds, traffic.latency) {
            below += weight / weights * traffic.requests
            buckets.add(below, upTo: bound)
        }
        var summary = TrafficSummary(
            rate: RequestsPerSecond(traffic.requests / 60), samples: traffic.requests,
            errors: Ratio(traffic.failed, of: traffic.requests), latency: buckets.quantiles)
        summary.latencyBuckets = buckets
        return summary
    }

    private static func snapshot(_ edges: [String: Traffic]) -> MeshSnapshot {
        var nodes = [MeshNode(id: .init("web"), kind: .app, namespace: "shop", app: "web")]
        var found: [MeshEdge] = []
        for (name, traffic) in edges.sorted(by: { $0.key < $1.key }) {
            let summary = summary(traffic)
            nodes.append(MeshNode(id: .init(name), kind: .app, namespace: "shop", app: name, inbound: summary))
            nodes[0].outboundRate += summary.rate
            found.append(MeshEdge(source: .init("web"), target: .init(name), traffic: summary))
        }
        return MeshSnapshot(
            time: WallTime(secondsSinceEpoch: 0), window: .seconds(60), nodes: nodes.sorted { $0.id < $1.id },
            edges: found)
    }

    /// `+ web → cart`, `~ web → cart rate errors`, with `?` for what is not beyond noise; edges only.
    private static func lines(_ before: [String: Traffic], _ after: [String: Traffic]) -> [String] {
        MeshDiff(from: snapshot(before), to: snapshot(after)).differences.compactMap { difference in
            guard case .edge = difference.subject else { return nil }
            let sign = [MeshDiff.Fate.appeared: "+", .vanished: "-", .changed: "~"][difference.fate] ?? ""
            let measures = difference.findings.filter(\.isSignificant).map(\.measure.rawValue)
            let words = difference.fate == .changed ? measures.sorted() : difference.isSignificant ? [] : ["?"]
            return ([sign, difference.title] + words).joined(separator: " ")
        }
    }

    @Test func `what comes and goes is told, and whether it may be chance`() {
        let few = Traffic(requests: 2)
        let many = Traffic(requests: 200)

        #expect(Self.lines(["cart": many], ["cart": many, "mail": many]) == ["+ web → mail"])
        #expect(Self.lines(["cart": many, "mail": many], ["cart": many]) == ["- web → mail"])
        #expect(Self.lines(["cart": many], ["cart": many, "mail": few]) == ["+ web → mail ?"])
        #expect(Self.lines(["cart": many], ["cart": many]) == [])
    }

    @Test func `rates, errors and latencies change beyond noise`() {
        let base = Traffic(requests: 2000, failed: 10)

        #expect(Self.lines(["cart": base], ["cart": Traffic(requests: 2600, failed: 13)]) == ["~ web → cart rate"])
        #expect(Self.lines(["cart": base], ["cart": Traffic(requests: 2000, failed: 60)]) == ["~ web → cart errors"])
        let slower = Traffic(requests: 2000, failed: 10, latency: [1, 5, 2, 1, 1])
        #expect(Self.lines(["cart": base], ["cart": slower]) == ["~ web → cart p95"])
        let all = Traffic(requests: 3000, failed: 300, latency: [0, 0, 1, 4, 5])
        #expect(Self.lines(["cart": base], ["cart": all]) == ["~ web → cart errors p95 rate"])
    }

    @Test func `what is certain but small is not told`() {
        // A hundred thousand requests make every difference certain.
        let base = Traffic(requests: 100_000, failed: 100)

        #expect(Self.lines(["cart": base], ["cart": Traffic(requests: 115_000, failed: 115)]) == [])
        #expect(Self.lines(["cart": base], ["cart": Traffic(requests: 100_000, failed: 500)]) == [])
        // More in the slowest bucket, but p95 stays in its own.
        let slower = Traffic(requests: 100_000, failed: 100, latency: [1, 5.7, 2, 1.3, 0])
        #expect(Self.lines(["cart": base], ["cart": slower]) == [])
    }

    @Test func `what is large but rests on few requests is not told`() {
        let base = Traffic(requests: 8, failed: 0)

        #expect(Self.lines(["cart": base], ["cart": Traffic(requests: 12, failed: 2)]) == [])
    }

    @Test func `windows of different lengths are compared by rate`() {
        var long = Self.snapshot(["cart": Traffic(requests: 6000)])
        long.window = .seconds(600)
        for index in long.edges.indices { long.edges[index].traffic.rate = RequestsPerSecond(10) }
        for index in long.nodes.indices {
            long.nodes[index].inbound?.rate = RequestsPerSecond(10)
            if long.nodes[index].inbound == nil { long.nodes[index].outboundRate = RequestsPerSecond(10) }
        }

        #expect(MeshDiff(from: long, to: Self.snapshot(["cart": Traffic(requests: 600)])).differences.isEmpty)
        #expect(!MeshDiff(from: long, to: Self.snapshot(["cart": Traffic(requests: 900)])).significant.isEmpty)
    }

    @Test func `of a thousand pairs of windows in which nothing changed, at most one in a hundred shows anything`() {
        var numbers = SeededGenerator(seed: 20_251_122)
        var found = 0
        for _ in 0..<1000 {
            let rates = (0..<8).map { _ in Self.rates.randomElement(using: &numbers) ?? 10 }
            let pair = (0..<2).map { _ in
                var edges: [String: Traffic] = [:]
                for (index, rate) in rates.enumerated() {
                    edges["s\(index)"] = Self.random(rate: rate, errors: 0.02 * Double(index), using: &numbers)
                }
                return Self.snapshot(edges.filter { $0.value.requests > 0 })
            }
            if !MeshDiff(from: pair[0], to: pair[1]).significant.isEmpty { found += 1 }
        }

        #expect(found <= 10)
    }

    @Test func `a true change is found in nearly all of two hundred pairs`() {
        var numbers = SeededGenerator(seed: 7)
        var found = 0
        for _ in 0..<200 {
            let before = Self.snapshot(["cart": Self.random(rate: 400, errors: 0.01, using: &numbers)])
            let after = Self.snapshot(["cart": Self.random(rate: 600, errors: 0.01, using: &numbers)])
            if !MeshDiff(from: before, to: after).significant.isEmpty { found += 1 }
        }

        #expect(found >= 195)
    }

    /// Poisson arrivals, each failed and late by chance.
    private static func random(rate: Double, errors: Double, using numbers: inout SeededGenerator) -> Traffic {
        var traffic = Traffic(requests: 0, latency: [0, 0, 0, 0, 0])
        let places = [0, 1, 1, 1, 1, 1, 2, 2, 3, 3, 4]
        var time = 0.0
        while true {
            time -= log(1 - Double.random(in: 0..<1, using: &numbers))
            guard time < rate else { return traffic }
            traffic.requests += 1
            if Double.random(in: 0..<1, using: &numbers) < errors { traffic.failed += 1 }
            traffic.latency[places.randomElement(using: &numbers) ?? 0] += 1
        }
    }
}
