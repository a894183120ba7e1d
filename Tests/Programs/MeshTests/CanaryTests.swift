import Foundation
import Testing

extension EndToEnd {
    @Suite("Canary")
    struct CanaryTests {
        /// One change of the weights.
        private struct Flip {
            var started: Int
            var answered: Int
            /// The version that may serve nothing any more.
            var retired: String
        }

        @Test func `a weight change is in force 100 ms after the command's answer, and fails no request`() throws {
            let mesh = try RunningMesh.running()
            let before = try mesh.shopReport()

            var flips: [Flip] = []
            for number in 1...20 {
                let isToSecond = !number.isMultiple(of: 2)
                let started = Clock.now
                let result = try mesh.meshtop(
                    [
                        "weights", "payment-service", isToSecond ? "v1=0" : "v1=100", isToSecond ? "v2=100" : "v2=0",
                        "--yes",
                    ])
                try #require(result.status == 0, "\(result.errors)")
                flips.append(Flip(started: started, answered: result.ended, retired: isToSecond ? "v1" : "v2"))
                try awaitPayments(12, in: mesh)
            }
            let back = try mesh.meshtop(["weights", "payment-service", "v1=90", "v2=10", "--yes"])
            try #require(back.status == 0, "\(back.errors)")
            let after = try mesh.shopReport()
            try eventually("the shop's log of the last payments", within: 10) {
                try self.payments(of: mesh).contains { $0.start > back.ended }
            }

            let payments = try self.payments(of: mesh)
            var delays: [Double] = []
            for (index, flip) in flips.enumerated() {
                let end = index + 1 < flips.count ? flips[index + 1].started : back.ended
                let during = payments.filter { $0.start > flip.answered && $0.start < end }
                let stale = during.filter { $0.version == flip.retired }.map { Double($0.start - flip.answered) / 1e6 }
                #expect(!during.isEmpty, "no payment was made between two changes")
                delays.append(stale.max() ?? 0)
            }
            delays.sort()
            #expect(delays[19] <= 100, "stale payments after 20 changes, in milliseconds: \(delays)")
            // A payment that v2 refuses fails its order; the change itself may fail nothing.
            let failed = after.failedShoppers - before.failedShoppers
            let refused = after.refusedPayments - before.refusedPayments
            #expect(failed <= refused + 1, "\(failed) shoppers failed, \(refused) of them by payment itself")
            print(
                "weight changes: last stale payment \(delays[10]) ms after the answer in the median, \(delays[19]) ms at worst"
            )
        }

        @Test func `a dry run changes nothing`() throws {
            let mesh = try RunningMesh.running()

            let dry = try mesh.meshtop(["weights", "payment-service", "v1=50", "v2=50", "--dry-run"])

            #expect(dry.status == 0, "\(dry.errors)")
            #expect(try mesh.weights() == [90, 10])
        }

        @Test func `an unknown subset is refused with the ones there are`() throws {
            let mesh = try RunningMesh.running()

            let result = try mesh.meshtop(["weights", "payment-service", "v3=100", "--yes"])

            #expect(result.status == 1)
            #expect(result.errors.contains("v3"))
            #expect(result.errors.contains("v1") && result.errors.contains("v2"))
            #expect(try mesh.weights() == [90, 10])
        }

        private func awaitPayments(_ count: Int, in mesh: RunningMesh) throws {
            let before = try mesh.shopReport().calls(from: "order-service", to: "payment-service")
            try eventually("\(count) payments", within: 10) {
                try mesh.shopReport().calls(from: "order-service", to: "payment-service") >= before + count
            }
        }

        /// A payment in the shop's log of who served what when.
        private struct Payment {
            /// When the order service sent it.
            var start: Int
            var version: String
        }

        private func payments(of mesh: RunningMesh) throws -> [Payment] {
            let text = try String(contentsOfFile: "\(mesh.stateDirectory)/served.log", encoding: .utf8)
            return text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard words.count == 5, words[2] == "payment-service", let start = Int(words[1]) else { return nil }
                return Payment(start: start, version: String(words[3]))
            }
        }
    }
}
