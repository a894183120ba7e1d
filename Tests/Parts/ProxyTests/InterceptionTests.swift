import Testing

@testable import Proxy

@Suite struct `Rules of interception` {
    @Test func `are Istio's, in the words of nftables`() {
        var rules = InterceptionRules(address: "10.0.0.2", user: 1337)
        rules.excludedInboundPorts = [9000]
        rules.excludedOutboundPorts = [5432, 53]
        rules.outboundRanges = ["10.0.0.0/8"]
        rules.excludedOutboundRanges = ["10.9.0.0/16", "10.8.0.1"]

        #expect(
            rules.ruleset == """
                table inet meshtop
                delete table inet meshtop
                table inet meshtop {
                  chain inbound {
                    type nat hook prerouting priority -100; policy accept;
                    meta nfproto != ipv4 return
                    meta l4proto != tcp return
                    tcp flags & (fin | syn | rst | ack) != syn return
                    tcp dport { 22, 9000, 15000, 15001, 15006, 15020, 15021, 15090 } return
                    meta l4proto tcp dnat ip to 10.0.0.2:15006
                  }
                  chain outbound {
                    type nat hook output priority -100; policy accept;
                    meta nfproto != ipv4 return
                    meta l4proto != tcp return
                    tcp flags & (fin | syn | rst | ack) != syn return
                    ip saddr 127.0.0.6 return
                    meta skuid 1337 oif "lo" ip daddr != 127.0.0.0/8 tcp dport != { 22, 15000, 15001, 15006, 15020, 15021, \
                15090 } dnat ip to 10.0.0.2:15006
                    meta skuid 1337 return
                    ip daddr 127.0.0.0/8 return
                    ip daddr 10.0.0.2 tcp dport { 22, 15000, 15001, 15006, 15020, 15021, 15090 } return
                    tcp dport { 53, 5432 } return
                    ip daddr { 10.9.0.0/16, 10.8.0.1 } return
                    ip daddr != { 10.0.0.0/8 } return
                    meta l4proto tcp dnat ip to 10.0.0.2:15001
                  }
                }

                """)
    }

    @Test func `speak of the addresses that the proxy has`() {
        var rules = InterceptionRules(address: "fd00::2", user: 7)
        rules.inboundPorts = [8080]

        #expect(rules.ruleset.contains("meta nfproto != ipv6 return"))
        #expect(rules.ruleset.contains("tcp dport != { 8080 } return"))
        #expect(rules.ruleset.contains("dnat ip6 to [fd00::2]:15001"))
        #expect(!rules.ruleset.contains("127.0.0"))
    }

    @Test func `are read from words`() throws {
        let options = try InterceptionOptions(arguments: [
            "up", "--address", "10.0.0.2", "--uid", "7", "--exclude-outbound-ports", "53,5432", "--outbound-ranges",
            "10.0.0.0/8,192.168.1.1",
        ])

        #expect(options.rules?.user == 7)
        #expect(options.rules?.excludedOutboundPorts == [53, 5432])
        #expect(options.rules?.outboundRanges == ["10.0.0.0/8", "192.168.1.1"])
        #expect(try InterceptionOptions(arguments: ["status", "-o", "json"]).wantsJSON)
        #expect(try InterceptionOptions(arguments: ["down"]).action == .down)
    }

    @Test(arguments: [
        ([], "expected up, down or status"), (["sideways"], "expected up, down or status"),
        (["up"], "--address is missing"), (["up", "--address"], "--address needs a value"),
        (["up", "--address", "127.0.0.1"], "not of loopback"), (["up", "--address", "host"], "--address host"),
        (["up", "--address", "10.0.0.1", "--uid", "0"], "root's own connections"),
        (["up", "--address", "10.0.0.1", "--inbound-ports", "80,"], "\"\" is not a port"),
        (["up", "--address", "10.0.0.1", "--exclude-outbound-ports", "70000"], "\"70000\" is not a port"),
        (["up", "--address", "10.0.0.1", "--outbound-ranges", "10.0.0.0/33"], "\"10.0.0.0/33\" is not a range"),
        (["up", "--address", "10.0.0.1", "--outbound-ranges", "fd00::/8"], "\"fd00::/8\" is not a range"),
        (["up", "--address", "10.0.0.1", "--outbound-ranges", "1.1.1.1; flush ruleset"], "is not a range"),
        (["down", "--address", "10.0.0.1"], "--address is not an option here"), (["status", "-o", "xml"], "-o xml"),
    ])
    func `that make no sense are refused`(words: [String], reason: String) {
        let error = #expect(throws: ProxyError.self) { try InterceptionOptions(arguments: words) }

        #expect("\(error.map { "\($0)" } ?? "")".contains(reason))
    }
}
