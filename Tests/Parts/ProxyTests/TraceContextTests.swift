import Testing
import TraceModel

@testable import Proxy

@Suite("Trace headers")
struct TraceContextTests {
    private static let trace = TraceID(high: 0x0af7_6519_16cd_43dd, low: 0x8448_eb21_1c80_319c)
    private static let span = SpanID(0xb7ad_6b71_6920_3331)

    @Test func `the specification's example is read and written`() throws {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

        let context = try #require(TraceParent.parse(Array(text.utf8)))

        #expect(
            context == TraceContext(trace: try #require(Self.trace), span: try #require(Self.span), isSampled: true))
        let written = TraceParent.bytes(trace: context.trace, span: context.span, isSampled: true)
        #expect(String(decoding: written, as: UTF8.self) == text)
    }

    @Test(arguments: [
        "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",  // too short
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",  // version 00 has no more fields
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",  // forbidden version
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",  // no trace
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",  // no span
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",  // upper case
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what",
    ])
    func `a broken traceparent starts a new trace`(text: String) {
        #expect(TraceParent.parse(Array(text.utf8)) == nil)
    }

    @Test func `a later version is read as far as it is known`() {
        let text = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-what-comes-next"

        let context = TraceParent.parse(Array(text.utf8))

        #expect(context?.trace == Self.trace)
        #expect(context?.isSampled == false)
    }

    @Test(arguments: [
        ("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90", true as Bool?, true),
        ("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d", true, true),
        ("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0", false, true),
        ("80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1", nil, true),
        ("64fe8b2a57d3eff7-e457b5a2e4d86bd1", nil, true),
        ("0", false, false), ("1", true, false), ("d", true, false),
    ])
    func `a b3 header is read in all its lengths`(text: String, sampled: Bool?, hasIDs: Bool) throws {
        let incoming = try #require(B3.parse(single: Array(text.utf8)))

        #expect((incoming.context != nil) == hasIDs)
        #expect((incoming.context.map(\.isSampled) ?? incoming.decision) == sampled)
        #expect(incoming.usesB3Single)
    }

    @Test(arguments: ["", "x", "-", "80f198ee-e457b5a2e4d86bd1", "64fe8b2a57d3eff7-e457b5a2e4d86bd1-2", "a-b-c-d-e"])
    func `a broken b3 header is ignored`(text: String) {
        #expect(B3.parse(single: Array(text.utf8)) == nil)
    }

    @Test func `the B3 headers are taken together`() throws {
        let trace = Array("463ac35c9f6413ad48485a3953bb6124".utf8)
        let span = Array("a2fb4a1d1a96d312".utf8)

        let plain = try #require(B3.parse(trace: trace, span: span, sampled: nil as [UInt8]?, flags: nil as [UInt8]?))
        let debug = try #require(B3.parse(trace: trace, span: span, sampled: nil as [UInt8]?, flags: Array("1".utf8)))
        let bare = B3.parse(
            trace: nil as [UInt8]?, span: nil as [UInt8]?, sampled: Array("0".utf8), flags: nil as [UInt8]?)

        #expect(plain.context?.isSampled == nil)
        #expect(debug.context?.isSampled == true)
        #expect(bare?.decision == false)
        #expect(bare?.context == nil)
    }

    @Test func `a request id is a version 4 UUID`() {
        let text = String(decoding: RequestID.make(.max, .max), as: UTF8.self)

        #expect(text == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(String(decoding: RequestID.make(0, 0), as: UTF8.self) == "00000000-0000-4000-8000-000000000000")
    }

    @Test func `a caller's decision is honoured and a new trace follows the rate`() throws {
        let never = TraceSampling(perTenThousand: 0)
        var random = RandomSource(seed: 7)
        let incoming = IncomingTrace(
            context: TraceContext(trace: try #require(Self.trace), span: try #require(Self.span), isSampled: true))

        let continued = try #require(never.begin(incoming, random: &random))
        let begun = try #require(never.begin(IncomingTrace(), random: &random))
        let always = try #require(TraceSampling().begin(IncomingTrace(), random: &random))

        #expect(continued.isSampled && continued.trace == Self.trace && continued.parent == Self.span)
        #expect(!begun.isSampled && begun.parent == nil)
        #expect(always.isSampled)
    }
}
