import ProtobufWire
import TestSupport
import Testing

@Suite struct ProtobufWireTests {
    /// <https://protobuf.dev/programming-guides/encoding/>, and what protoc makes of the rest.
    @Test func `fields have the bytes of the specification`() {
        var writer = ProtobufWriter()
        writer.varint(field: 1, 150)
        writer.string(field: 2, "testing")
        writer.message(field: 3) { $0.varint(field: 1, 150) }
        writer.int(field: 4, -1)
        writer.sint(field: 5, -2)
        writer.bool(field: 6, true)
        writer.fixed32(field: 7, 1)
        writer.double(field: 16, 1)

        #expect(
            writer.bytes == [
                0x08, 0x96, 0x01,
                0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67,
                0x1A, 0x03, 0x08, 0x96, 0x01,
                0x20, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01,
                0x28, 0x03,
                0x30, 0x01,
                0x3D, 0x01, 0x00, 0x00, 0x00,
                0x81, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xF0, 0x3F,
            ])
    }

    @Test func `fields are read as they were written`() throws {
        var writer = ProtobufWriter()
        writer.varint(field: 1, .max)
        writer.message(field: 2) { inner in
            inner.string(field: 1, "é")
            inner.double(field: 2, -0.5)
        }
        writer.sint(field: 3, .min)

        var reader = ProtobufReader(writer.bytes)
        let first = try reader.next()
        let second = try reader.next()
        let third = try reader.next()
        var inner = try #require(second?.message)

        #expect(first == ProtobufField(number: 1, value: .varint(.max)))
        #expect(try inner.next()?.string == "é")
        #expect(try inner.next()?.double == -0.5)
        #expect(try inner.next() == nil)
        #expect(third?.sint == .min)
        #expect(try reader.next() == nil)
    }

    @Test func `groups are passed over, however deep`() throws {
        let depth = 10_000
        let bytes = Array(repeating: UInt8(0x0B), count: depth) + Array(repeating: 0x0C, count: depth) + [0x10, 0x05]

        var reader = ProtobufReader(bytes)

        #expect(try reader.next() == ProtobufField(number: 2, value: .varint(5)))
    }

    @Test(
        arguments: [
            ([0x08], "byte 0: the message ends inside a field"),
            ([0x08, 0x01, 0x09, 0x00], "byte 2: the message ends inside a field"),
            ([0x0D, 0x00, 0x00], "byte 0: the message ends inside a field"),
            ([0x0A, 0x05, 0x61], "byte 0: the field says 5 bytes, but 1 are left"),
            (
                [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
                "byte 0: the field says 18446744073709551615 bytes, but 0 are left"
            ),
            (
                [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
                "byte 0: a varint is longer than 64 bits"
            ),
            ([0x0E], "byte 0: 6 is no wire type"),
            ([0x00], "byte 0: 0 is no field number"),
            ([0x80, 0x80, 0x80, 0x80, 0x80, 0x01], "byte 0: 4294967296 is no field number"),
            ([0x0C], "byte 0: a group ends that has not begun"),
            ([0x0B, 0x14], "byte 0: group 1 is closed by the end of 2"),
            ([0x0B, 0x08, 0x01], "byte 3: the message ends inside a field"),
        ] as [([UInt8], String)])
    func `a mistake is told with its place`(bytes: [UInt8], description: String) {
        let error = #expect(throws: ProtobufError.self) { try Self.fields(of: bytes) }

        #expect(error?.description == description)
    }

    @Test(arguments: SeededGenerator.seeds(30))
    func `reading undoes writing, and a message cut anywhere never traps`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var writer = ProtobufWriter()
        var expected: [ProtobufField] = []
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            let number = Int.random(in: 1..<(random.oneIn(2) ? 16 : 1 << 29), using: &random)
            let bits = random.next() >> UInt64.random(in: 0..<64, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                writer.varint(field: number, bits)
                expected.append(ProtobufField(number: number, value: .varint(bits)))
            case 1:
                writer.fixed64(field: number, bits)
                expected.append(ProtobufField(number: number, value: .fixed64(bits)))
            case 2:
                writer.fixed32(field: number, UInt32(truncatingIfNeeded: bits))
                expected.append(ProtobufField(number: number, value: .fixed32(UInt32(truncatingIfNeeded: bits))))
            default:
                let text = random.awkwardText()
                writer.string(field: number, text)
                expected.append(ProtobufField(number: number, value: .bytes(Array(text.utf8)[...])))
            }
        }

        #expect(try Self.fields(of: writer.bytes) == expected)
        for length in writer.bytes.indices {
            let fields = try? Self.fields(of: Array(writer.bytes.prefix(length)))
            #expect(fields == nil || expected.starts(with: fields ?? []))
        }
    }

    @Test(arguments: SeededGenerator.seeds(30))
    func `random bytes are read or refused, and never trap`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let bytes = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            do throws(ProtobufError) {
                #expect(try Self.fields(of: bytes).count <= bytes.count / 2 + 1)
            } catch {
                #expect((0...bytes.count).contains(error.offset))
            }
        }
    }

    private static func fields(of bytes: [UInt8]) throws(ProtobufError) -> [ProtobufField] {
        var reader = ProtobufReader(bytes)
        var fields: [ProtobufField] = []
        while let field = try reader.next() { fields.append(field) }
        return fields
    }
}
