import HTTPWire
import Testing

@Suite struct HTTPDateTests {
    @Test(arguments: [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
        ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799), ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
        ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400), ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
    ])
    func `a date is seconds since 1970`(text: String, seconds: Int64) {
        #expect(HTTPDate(text)?.secondsSinceEpoch == seconds)
    }

    @Test(arguments: [
        "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 19x4 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:3é GMT", "Sun, 06 Nov 1994 08.49.37 GMT",
    ])
    func `anything else is none`(text: String) {
        #expect(HTTPDate(text) == nil)
    }

    @Test(arguments: [0, 784_111_777, 951_782_399, 951_782_400, 1_709_164_800, 1_798_761_599, 4_102_444_800])
    func `a time is written as it is read`(seconds: Int64) {
        #expect(HTTPDate(HTTPDate(secondsSinceEpoch: seconds).text)?.secondsSinceEpoch == seconds)
    }

    @Test func `the date of the RFC is written as there`() {
        #expect(HTTPDate(secondsSinceEpoch: 784_111_777).text == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
