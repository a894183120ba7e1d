import SystemIO
import Testing

@Suite struct NameLookupTests {
    @Test func `a host of the machine's own has an address`() throws {
        let addresses = try NameLookup.addresses(of: "localhost", port: 80)

        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { $0.isLoopback && $0.port == 80 })
    }

    @Test func `an address is its own address`() throws {
        #expect(try NameLookup.addresses(of: "127.0.0.9", port: 7).map(\.description) == ["127.0.0.9:7"])
    }

    @Test func `a DNS server is named by an IPv4 address`() {
        #expect {
            try NameLookup.query("a.example", type: 33, server: SocketAddress("[::1]:53"))
        } throws: {
            "\($0)" == "the DNS server [::1]:53 is not named by an IPv4 address"
        }
    }

    @Test func `a name that nobody can spell is refused without asking`() {
        let long = String(repeating: "a", count: 64) + ".example"
        #expect(throws: NameLookupFailure.self) {
            try NameLookup.query(long, type: 33, server: .loopback(port: 9))
        }
    }
}
