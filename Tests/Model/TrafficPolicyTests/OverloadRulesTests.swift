import Testing
import TrafficPolicy

@Suite struct `What is done as memory runs out` {
    private let rules = OverloadRules(memoryLimit: 1000)

    @Test(
        arguments: [
            (0, .calm), (899, .calm), (900, .shrinking), (949, .shrinking), (950, .refusingRequests),
            (979, .refusingRequests), (980, .refusingConnections), (5000, .refusingConnections),
        ] as [(UInt64, OverloadRules.Level)])
    func `begins at its threshold`(bytes: UInt64, level: OverloadRules.Level) {
        #expect(rules.level(bytes: bytes, after: .calm) == level)
    }

    @Test func `ends below it, not at it`() {
        #expect(rules.level(bytes: 961, after: .refusingConnections) == .refusingConnections)
        #expect(rules.level(bytes: 959, after: .refusingConnections) == .refusingRequests)
        #expect(rules.level(bytes: 931, after: .refusingConnections) == .refusingRequests)
        #expect(rules.level(bytes: 929, after: .refusingConnections) == .shrinking)
        #expect(rules.level(bytes: 879, after: .refusingConnections) == .calm)
    }

    @Test func `is nothing without a limit`() {
        #expect(OverloadRules(memoryLimit: 0).level(bytes: .max, after: .calm) == .calm)
        #expect(OverloadRules(memoryLimit: .max).level(bytes: 1, after: .calm) == .calm)
    }
}
