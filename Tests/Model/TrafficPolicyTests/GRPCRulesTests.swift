import Quantities
import Testing
import TrafficPolicy

@Suite struct `What a proxy knows of gRPC` {
    @Test(
        arguments: [
            ("application/grpc", true), ("application/grpc+proto", true), ("application/grpc-web", false),
            ("application/json", false), ("", false),
        ])
    func `are its content types`(_ text: String, _ isGRPC: Bool) {
        #expect(GRPCRules.isContentType(text.utf8) == isGRPC)
    }

    @Test(
        arguments: [
            ("2H", .seconds(7200)), ("3M", .seconds(180)), ("5S", .seconds(5)),
            ("99999999m", .milliseconds(99_999_999)),
            ("1u", .milliseconds(1)), ("1000u", .milliseconds(1)), ("1001u", .milliseconds(2)),
            ("1n", .milliseconds(1)), ("0S", .zero), ("S", nil), ("", nil), ("1", nil), ("1x", nil), ("-1S", nil),
            ("123456789S", nil), ("1 S", nil),
        ] as [(String, Duration?)])
    func `is what a timeout says`(_ text: String, _ expected: Duration?) {
        #expect(GRPCRules.timeout(text.utf8) == expected)
    }

    @Test func `is that the route bounds what the request asks for`() {
        #expect(GRPCRules.limit(asked: .seconds(5), maximum: .zero) == .seconds(5))
        #expect(GRPCRules.limit(asked: .seconds(5), maximum: .seconds(2)) == .seconds(2))
        #expect(GRPCRules.limit(asked: .seconds(1), maximum: .seconds(2)) == .seconds(1))
        #expect(GRPCRules.limit(asked: nil, maximum: .seconds(2)) == .seconds(2))
        #expect(GRPCRules.limit(asked: .zero, maximum: .seconds(2)) == .seconds(2))
        #expect(GRPCRules.limit(asked: nil, maximum: .zero) == nil)
        #expect(GRPCRules.limit(asked: .zero, maximum: .zero) == nil)
    }

    @Test(
        arguments: [
            (.seconds(5), "5000m"), (.milliseconds(99_999_999), "99999999m"), (.milliseconds(100_000_000), "100000S"),
            (.seconds(100_000_000), "1666666M"), (.zero, "0m"),
        ] as [(Duration, String)])
    func `is how time that is left is written`(_ left: Duration, _ text: String) {
        #expect(GRPCRules.timeoutField(left) == text)
    }

    @Test func `are the statuses of its own answers, and how their words are written`() {
        #expect(
            [400, 401, 403, 404, 429, 500, 503, 504].map { GRPCRules.status(ofHTTP: $0) } == [
                13, 16, 7, 12, 14, 2, 14, 14,
            ])
        #expect(GRPCRules.message("50% ä\n".utf8) == Array("50%25 %C3%A4%0A".utf8))
    }
}
