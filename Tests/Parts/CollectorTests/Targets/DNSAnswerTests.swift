import SystemIO
import TestSupport
import Testing

@testable import Collector

@Suite struct DNSAnswerTests {
    @Test func `service records and addresses are read, with names that point back`() throws {
        let message = DNSMessage.answer(
            id: 1, question: "_metrics._tcp.mesh.example", type: 33,
            records: [
                .service(host: "cart.mesh.example", port: 15090), .service(host: "order.mesh.example", port: 9090),
                .service(host: "cart.mesh.example", port: 15090), .service(host: "1.2.3.4", port: 1),
                .service(host: "bad name", port: 2), .service(host: "cart.mesh.example", port: 0),
                .v4([127, 0, 0, 1]),
            ])

        #expect(
            DNSAnswer.services(in: message).map { "\($0.host):\($0.port)" } == [
                "cart.mesh.example:15090", "order.mesh.example:9090",
            ])
        #expect(DNSAnswer.addresses(in: message).map(\.ip) == ["127.0.0.1"])

        let v6 = DNSMessage.answer(
            id: 1, question: "a.b", type: 28,
            records: [.v6([0x20, 1, 0xD, 0xB8] + Array(repeating: 0, count: 11) + [7])])
        #expect(DNSAnswer.addresses(in: v6).map(\.ip) == ["2001:db8::7"])
    }

    @Test func `a name that points at itself or ahead ends the list`() {
        for pointer in [12, 14, 40, 0x3FFF] as [UInt16] {
            var message: [UInt8] = [0, 1, 0x81, 0x80, 0, 0, 0, 1, 0, 0, 0, 0]
            message += [0xC0 | UInt8(pointer >> 8), UInt8(pointer & 255), 0, 33, 0, 1, 0, 0, 0, 5, 0, 4, 1, 2, 3, 4]
            #expect(DNSAnswer.services(in: message).isEmpty)
            #expect(DNSAnswer.addresses(in: message).isEmpty)
        }
    }

    @Test(arguments: SeededGenerator.seeds(20))
    func `no bytes trap it`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let whole = DNSMessage.answer(
            id: 1, question: "a.b", type: 33, records: [.service(host: "c.a.b", port: 1), .v4([1, 2, 3, 4])])
        for length in 0...whole.count { _ = DNSAnswer.services(in: Array(whole.prefix(length))) }
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            #expect(DNSAnswer.services(in: bytes).count <= 10_000)
            #expect(DNSAnswer.addresses(in: bytes).count <= 10_000)
        }
    }
}
