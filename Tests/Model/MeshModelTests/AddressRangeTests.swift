import MeshModel
import Testing

@Suite("Addresses and ranges of them") struct AddressRangeTests {
    @Test(arguments: [
        ("10.1.2.3", "10.1.2.3"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
        ("::1", "::1"), ("1::", "1::"), ("fd00:0:0:1::2", "fd00:0:0:1::2"),
        ("2001:DB8::ff00:42:8329", "2001:db8::ff00:42:8329"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("::ffff:10.0.0.1", "::ffff:a00:1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
    ])
    func `an address is read and written`(text: String, written: String) throws {
        #expect(try #require(IPAddress(text)).description == written)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "a.b.c.d", "1.2.3.-4", ":", ":::", "1:2",
        "1::2::3",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8:9", ":1:2:3:4:5:6:7:8", "12345::", "g::", "+1::", "1.2.3.4::", "::1.2.3",
        "fe80::1%eth0", "[::1]", "1:2:3:4:5:6:7:8:", String(repeating: "1", count: 100),
    ])
    func `what is no address is none`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("10.1.0.0/16", "10.1.255.255", true), ("10.1.0.0/16", "10.2.0.0", false), ("10.1.2.3/16", "10.1.9.9", true),
        ("10.1.2.3", "10.1.2.3", true), ("10.1.2.3", "10.1.2.2", false), ("0.0.0.0/0", "200.1.1.1", true),
        ("0.0.0.0/0", "::", false), ("::/0", "10.0.0.1", false), ("fd00::/8", "fdff::1", true),
        ("fd00::/8", "fe00::", false),
        ("fd00::1:0/112", "fd00::1:ffff", true), ("fd00::1:0/112", "fd00::2:0", false), ("::1", "::1", true),
        ("1:2:3:4::/64", "1:2:3:4:ffff::", true), ("1:2:3:4::/64", "1:2:3:5::", false), ("::1/128", "::2", false),
        ("128.0.0.0/1", "127.255.255.255", false), ("128.0.0.0/1", "255.0.0.0", true),
    ])
    func `a range holds what begins with its bits`(range: String, address: String, isInside: Bool) throws {
        let range = try #require(AddressRange(range))

        #expect(range.contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "::/129", "/8", "10.0.0.0/8/8", "x/8"])
    func `what is no range is none`(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
