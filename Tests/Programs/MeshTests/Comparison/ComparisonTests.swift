import Dispatch
import Foundation
import Synchronization
import Testing

extension EndToEnd {
    /// The proxy beside a real Envoy, on the same resources.
    @Suite("Beside Envoy", .enabled(if: Peer.hasEnvoy, "envoy is not installed"))
    struct ComparisonTests {
        /// How many rows are played at once. Most of a row is waiting.
        private static let threads = 8

        /// `MESHTOP_COMPARE=words` plays only rows with these words in their names.
        private static let filter = ProcessInfo.processInfo.environment["MESHTOP_COMPARE"]

        @Test func `every row of the table is alike, or differs as it says`() throws {
            let all = ComparisonTable.rows
            let rows = all.filter { row in Self.filter.map { row.name.contains($0) } ?? true }
            let directory = FileManager.default.temporaryDirectory
                .appendingPathComponent("meshtop-compared-\(UInt32.random(in: 0 ... .max))").path
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: directory) }
            let proxies = try ComparedProxy.start(rows, in: directory)
            defer {
                proxies.envoy.process.end()
                proxies.ours.process.end()
            }

            let sorted = Self.play(rows, envoy: proxies.envoy, ours: proxies.ours)
            for verdict in sorted where !verdict.isFine { Issue.record("\(verdict)") }
            #expect(proxies.envoy.process.process.isRunning, "\(proxies.envoy.process.said)")
            #expect(proxies.ours.process.process.isRunning, "\(proxies.ours.process.said)")
            if Self.filter != nil {
                for verdict in sorted {
                    print(verdict.row.name)
                    for (key, value) in verdict.seen.sorted(by: { $0.key < $1.key }) { print("  \(key) = \(value)") }
                }
            }
            guard rows.count == all.count else { return }
            for standing in StandingDifference.all {
                #expect(
                    sorted.contains { $0.standing.contains(standing.name) },
                    "no row shows this any more: \(standing.name)")
            }
            print("\(rows.count) rows, \(rows.map(\.source.differences.count).reduce(0, +)) declared differences")
            for slow in sorted.sorted(by: { $0.took > $1.took }).prefix(5) {
                print("\(slow.took) ms: \(slow.row.name)")
            }
        }

        /// Plays all rows, several at once, and returns what came of each, in order.
        private static func play(
            _ rows: [PlacedCase], envoy: ComparedProxy, ours: ComparedProxy
        ) -> [ComparisonVerdict] {
            let verdicts = Mutex<[ComparisonVerdict]>([])
            let next = Mutex(rows.startIndex)
            let done = DispatchGroup()
            // Threads of our own: the system's pool has one for each processor, and these mostly wait.
            for _ in 0..<threads {
                done.enter()
                Thread {
                    while let row = next.withLock({ next -> PlacedCase? in
                        guard next < rows.endIndex else { return nil }
                        defer { next += 1 }
                        return rows[next]
                    }) {
                        let verdict = ComparisonVerdict(of: row, envoy: envoy, ours: ours)
                        verdicts.withLock { $0.append(verdict) }
                    }
                    done.leave()
                }.start()
            }
            done.wait()
            return verdicts.withLock { $0 }.sorted { $0.row.index < $1.row.index }
        }

        @Test func `no two rows have one name`() {
            var names: Set<String> = []
            for row in ComparisonTable.rows { #expect(names.insert(row.name).inserted, "\(row.name)") }
        }
    }
}
