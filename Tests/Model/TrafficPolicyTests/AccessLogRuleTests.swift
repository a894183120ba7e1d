import Testing
import TrafficPolicy

@Suite struct `Rules of access logs` {
    private func admits(
        _ rule: AccessLogRule, status: Int = 200, milliseconds: Int = 10, flags: [Substring] = [],
        grpcStatus: UInt8? = nil, draw: UInt64 = 0, header: String? = nil
    ) -> Bool {
        rule.admits(
            AccessLogRule.Facts(status: status, milliseconds: milliseconds, flags: flags, grpcStatus: grpcStatus),
            draw: draw
        ) { _ in header.map { ArraySlice($0.utf8) } }
    }

    @Test(
        arguments: [
            (.equal, [false, true, false]), (.notEqual, [true, false, true]), (.atLeast, [false, true, true]),
            (.atMost, [true, true, false]),
        ] as [(AccessLogRule.Comparison, [Bool])])
    func `compare the status and the time`(comparison: AccessLogRule.Comparison, expected: [Bool]) {
        #expect([399, 400, 401].map { admits(.status(comparison, 400), status: $0) } == expected)
        #expect([9, 10, 11].map { admits(.milliseconds(comparison, 10), milliseconds: $0) } == expected)
    }

    @Test func `take a share by the draw`() {
        let rule = AccessLogRule.share(RequestShare(numerator: 5, of: 100))
        #expect((0..<1000).filter { admits(rule, draw: UInt64($0)) }.count == 50)
    }

    @Test func `know flags, all of them or some`() {
        #expect(admits(.flags([]), flags: ["DC"]))
        #expect(!admits(.flags([])))
        #expect(admits(.flags(["UF", "URX"]), flags: ["UO", "UF"]))
        #expect(!admits(.flags(["UF"]), flags: ["UO"]))
    }

    @Test func `know gRPC's status, also from HTTP's`() {
        #expect(admits(.grpcStatus([14], excluded: false), grpcStatus: 14))
        #expect(!admits(.grpcStatus([14], excluded: true), grpcStatus: 14))
        // 503 means UNAVAILABLE.
        #expect(admits(.grpcStatus([14], excluded: false), status: 503))
        #expect(!admits(.grpcStatus([14], excluded: false), status: 404))
    }

    @Test func `hold together or each for itself`() {
        let slow = AccessLogRule.milliseconds(.atLeast, 100)
        let failed = AccessLogRule.status(.atLeast, 500)
        #expect(!admits(.all([slow, failed]), status: 503, milliseconds: 10))
        #expect(admits(.any([slow, failed]), status: 503, milliseconds: 10))
        #expect(admits(.all([slow, failed]), status: 503, milliseconds: 100))
        #expect(admits(.all([])))
        #expect(!admits(.any([])))
    }

    @Test func `ask for headers`() {
        let rule = AccessLogRule.header(FieldCondition(header: "x-debug", .exact(Array("1".utf8))))
        #expect(admits(rule, header: "1"))
        #expect(!admits(rule, header: "2"))
        #expect(!admits(rule))
    }
}
