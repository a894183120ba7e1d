import HTTPWire
import Testing

@Suite struct `Messages of gRPC` {
    @Test func `are what they were before they were framed`() throws {
        for count in [0, 1, 255, 256, 70_000] {
            let message = (0..<count).map { UInt8(truncatingIfNeeded: $0) }

            let body = GRPCMessage.framed(message)

            #expect(body.count == count + 5)
            #expect(try GRPCMessage.unary(body, encoding: nil, limit: 70_000) == message)
        }
    }

    @Test func `may be packed`() throws {
        let packed = Gzip.pack(Array("hello hello hello".utf8))
        let body = [1] + GRPCMessage.framed(packed).dropFirst()

        #expect(try GRPCMessage.unary(body, encoding: "gzip", limit: 100) == Array("hello hello hello".utf8))
        // A client that may pack need not.
        #expect(try GRPCMessage.unary(GRPCMessage.framed([7]), encoding: "gzip", limit: 100) == [7])
    }

    @Test(
        arguments: [
            ([], nil, .internal), ([0, 0, 0], nil, .internal), ([0, 0, 0, 0, 2, 1], nil, .internal),
            ([0, 0, 0, 0, 1, 1, 1], nil, .unimplemented), ([2, 0, 0, 0, 0], nil, .internal),
            ([0, 0xff, 0xff, 0xff, 0xff], nil, .resourceExhausted), ([0, 0, 0, 0, 101], nil, .resourceExhausted),
            ([1, 0, 0, 0, 1, 1], nil, .internal), ([1, 0, 0, 0, 1, 1], "identity", .internal),
            ([1, 0, 0, 0, 1, 1], "snappy", .unimplemented), ([1, 0, 0, 0, 1, 1], "gzip", .internal),
            (
                [1] + GRPCMessage.framed(Gzip.pack([UInt8](repeating: 0, count: 101))).dropFirst(), "gzip",
                .resourceExhausted
            ),
        ] as [([UInt8], String?, GRPCCode)])
    func `are refused with the code that says why`(_ body: [UInt8], _ encoding: String?, _ code: GRPCCode) {
        let error = #expect(throws: GRPCStatus.self) {
            try GRPCMessage.unary(body, encoding: encoding, limit: 100)
        }
        #expect(error?.code == code)
    }

    @Test func `have a status that is text for every message`() {
        let status = GRPCStatus(.notFound, "50 % of größe\n", details: [0xff])

        #expect(
            status.fields.map { "\($0.name): \($0.value)" } == [
                "grpc-status: 5", "grpc-message: 50 %25 of gr%C3%B6%C3%9Fe%0A", "grpc-status-details-bin: /w==",
            ])
        #expect(GRPCStatus(.ok, "").fields.map(\.name) == ["grpc-status"])
        #expect(GRPCStatus.percentDecoded(GRPCStatus.percentEncoded(status.message)) == status.message)
        #expect(GRPCStatus.percentDecoded("100 %, %zz, %4, %41%") == "100 %, %zz, %4, A%")
    }
}
