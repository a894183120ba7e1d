import Testing
import TrafficPolicy

@Suite struct `Rules of upgrades` {
    private let rules = UpgradeRules([("WebSocket", true), ("foo", false)])

    @Test(arguments: [
        ("websocket", true), ("WEBSOCKET", true), ("foo", false), ("bar", false), ("websocket, foo", false),
        ("", false),
    ])
    func `allow what they name, in whatever case`(_ name: String, _ isAllowed: Bool) {
        #expect(rules.allow(name.utf8, besides: nil) == isAllowed)
    }

    @Test func `a rule's own go first`() {
        let own = UpgradeRules([("websocket", false), ("FOO", true)])

        #expect(!rules.allow("websocket".utf8, besides: own))
        #expect(rules.allow("foo".utf8, besides: own))
        #expect(rules.allow("websocket".utf8, besides: UpgradeRules()))
    }

    @Test(arguments: [("h2c", true), ("H2C", true), ("h2", false), ("h2cx", false), ("websocket", false)])
    func `HTTP/2 in clear is no upgrade any more`(_ name: String, _ isObsolete: Bool) {
        #expect(UpgradeRules.isObsolete(name.utf8) == isObsolete)
    }
}
