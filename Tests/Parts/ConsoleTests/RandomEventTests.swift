import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

/// A small generator with a seed, so that a failure can be seen again.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct `Whatever happens` {
    private static let keys =
        Array(Set(Command.all.flatMap(\.keys))).sorted() + [
            "a", "7", "€", "語", "delete", "ctrl+w", "ctrl+a", "enter", "esc",
        ]

    @Test(arguments: 0..<12) func `every frame has the size of the screen and nothing traps`(seed: UInt64) {
        var numbers = SeededGenerator(state: seed)
        var driver = Driver(
            width: 80, height: 24, glyphs: seed.isMultiple(of: 2) ? .braille : .ascii, withData: seed > 3)
        driver.memoryBegins = SampleMesh.start.advanced(by: .seconds(-600))
        for step in 0..<80 {
            switch Int.random(in: 0..<12, using: &numbers) {
            case 0:
                driver.resize(Int.random(in: 0...220, using: &numbers), Int.random(in: 0...60, using: &numbers))
            case 1:
                driver.click(Int.random(in: -2...220, using: &numbers), Int.random(in: -2...60, using: &numbers))
            case 2: driver.wait(seconds: Int.random(in: 0...3, using: &numbers))
            case 3: driver.send(.animate)
            case 4: driver.send(.snapshot(HostileMesh.snapshot(step: step, using: &numbers)))
            case 5: driver.send(.input(.paste("pasted\n\u{1B}[31m text")))
            case 6:
                let kinds: [Mouse.Kind] = [.wheelUp, .wheelDown, .wheelLeft, .wheelRight, .drag(.left), .press(.right)]
                driver.send(
                    .input(.mouse(Mouse(kinds.randomElement(using: &numbers) ?? .wheelUp, at: Point(x: 9, y: 9)))))
            default: driver.press(Self.keys.randomElement(using: &numbers) ?? "q")
            }
            let frame = driver.frame
            #expect(frame.size == driver.model.size, "seed \(seed), step \(step)")
            #expect(frame.cells.count == frame.size.width * frame.size.height)
        }
    }

    @Test(arguments: [
        (0, 0), (1, 1), (2, 1), (1, 40), (39, 11), (40, 12), (41, 13), (300, 100), (80, 24), (81, 15), (60, 16),
    ])
    func `every screen fits every size`(width: Int, height: Int) {
        for keys in [
            [], ["2"], ["3"], ["e"], ["2", "C"], ["5"], ["2", "enter", "down"], ["4", "enter", "G"], ["6"],
            ["6", "enter"], ["6", "tab"], ["6", "f"], ["6", "#"], ["6", "enter", "="], ["6", "enter", "+", "F"],
            ["5", "m"],
            ["w"], ["w", "+", "enter"], ["?"], [":"], ["7"], ["7", "enter", "tab"], ["7", "h"], ["7", "e"],
            ["e", "/"], ["O"], ["O", "tab"], ["8"], ["8", "tab", "tab", "tab"], ["9"], ["9", "tab", "tab", "tab"],
        ] {
            var driver = Driver(width: width, height: height)
            for key in keys { driver.press(key) }
            #expect(driver.frame.size == Size(width: width, height: height))
        }
    }

    @Test func `hostile names stay inside their places`() {
        var numbers = SeededGenerator(state: 5)
        var driver = Driver(width: 120, height: 40)
        driver.send(.snapshot(HostileMesh.snapshot(step: 0, using: &numbers)))

        for keys in [
            [], ["2"], ["3"], ["e"], ["2", "C"], ["5"], ["2", "enter", "down"], ["4", "enter", "G"], ["6"], ["?"],
            ["O"], ["8"],
            ["8", "tab", "tab"], ["9", "tab"],
        ] {
            for key in keys { driver.press(key) }
            let text = driver.screen
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
            #expect(!text.unicodeScalars.contains { $0.properties.isBidiControl })
            driver.press("esc")
        }
    }
}

/// Snapshots that no honest collector would make.
enum HostileMesh {
    static let names = [
        "", "\u{1B}[2J\u{07}", "\u{202E}evil", String(repeating: "x", count: 4_096), "日本語サービス",
        "a\u{301}\u{302}\u{303}",
        "web\nweb", "🏴‍☠️", "-service", " ", "%s%n",
    ]

    static func snapshot(step: Int, using numbers: inout SeededGenerator) -> MeshSnapshot {
        let count = Int.random(in: 0...14, using: &numbers)
        let values = [0, -1, 1e300, .nan, .infinity, 0.01, 12, 5e6]
        func value() -> Double { values.randomElement(using: &numbers) ?? 0 }
        func traffic() -> TrafficSummary {
            TrafficSummary(
                rate: RequestsPerSecond(value()), samples: value(), errors: Ratio(value()),
                latency: LatencyQuantiles(p50: value(), p95: value(), p99: value(), isBeyondLastBucket: true),
                throughput: BytesPerSecond(value()),
                codes: [
                    ResponseCodeRate(code: names.randomElement(using: &numbers) ?? "", rate: RequestsPerSecond(value()))
                ])
        }
        let nodes = (0..<count).map { index in
            MeshNode(
                id: MeshNode.ID("node/\(index)/\(names.randomElement(using: &numbers) ?? "")"),
                kind: MeshNode.Kind.allCases.randomElement(using: &numbers) ?? .app, namespace: "payments",
                app: names.randomElement(using: &numbers), service: "payment-service",
                version: ["v1", "v2", nil].randomElement(using: &numbers) ?? nil,
                inbound: Bool.random(using: &numbers) ? traffic() : nil,
                health: Health.allCases.randomElement(using: &numbers) ?? .unknown,
                trouble: Bool.random(using: &numbers) ? names.randomElement(using: &numbers) : nil)
        }
        let edges = (0..<(count * 2)).compactMap { _ -> MeshEdge? in
            // Some edges lead to nodes that are not there, some to where they came from.
            guard let source = nodes.randomElement(using: &numbers) else { return nil }
            let target = Bool.random(using: &numbers) ? nodes.randomElement(using: &numbers)?.id : MeshNode.ID("gone")
            return MeshEdge(
                source: source.id, target: target ?? source.id,
                protocol: TrafficProtocol.allCases.randomElement(using: &numbers) ?? .http, traffic: traffic(),
                mtls: Ratio(value()), health: Health.allCases.randomElement(using: &numbers) ?? .unknown)
        }
        return MeshSnapshot(
            time: SampleMesh.start.advanced(by: .seconds(step)), window: .seconds(30),
            structureVersion: UInt64(step), nodes: nodes, edges: edges,
            targets: [
                ScrapeTarget(
                    address: names.randomElement(using: &numbers) ?? "", state: .down(reason: "\u{1B}]0;x\u{07}"))
            ],
            splits: [
                TrafficSplit(
                    service: SampleMesh.payment, owner: SampleMesh.payment, routeIndex: -1,
                    shares: (0..<Int.random(in: 0...4, using: &numbers)).map {
                        TrafficSplit.Share(
                            subset: "v\($0 + 1)", version: names.randomElement(using: &numbers),
                            weight: [0, 100, -5, .max].randomElement(using: &numbers) ?? 0)
                    }, resourceVersion: String(step))
            ], notices: [names.randomElement(using: &numbers) ?? ""])
    }
}
