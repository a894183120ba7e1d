import ByteCursor
import Testing

@Suite struct ByteReaderTests {
    @Test func `numbers are read in both byte orders`() {
        var reader = ByteReader([1, 0, 2, 2, 0, 1, 2, 3, 4, 4, 3, 2, 1])

        #expect(reader.readUInt8() == 1)
        #expect(reader.readUInt16BigEndian() == 2)
        #expect(reader.readUInt16LittleEndian() == 2)
        #expect(reader.readUInt32BigEndian() == 0x0102_0304)
        #expect(reader.readUInt32LittleEndian() == 0x0102_0304)
        #expect(reader.isAtEnd)
    }

    @Test func `eight bytes are read whole`() {
        let bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        var big = ByteReader(bytes)
        var little = ByteReader(bytes)

        #expect(big.readUInt64BigEndian() == 0x0102_0304_0506_0708)
        #expect(little.readUInt64LittleEndian() == 0x0807_0605_0403_0201)
    }

    @Test func `a read past the end moves nothing`() {
        var reader = ByteReader([1, 2, 3])

        #expect(reader.readUInt32BigEndian() == nil)
        #expect(reader.readBytes(4) == nil)
        #expect(reader.readBytes(-1) == nil)
        #expect(reader.skip(4) == false)
        #expect(reader.offset == 0)
        #expect(reader.readBytes(3) == [1, 2, 3])
        #expect(reader.remaining == 0)
        #expect(reader.readUInt8() == nil)
    }

    @Test func `a slice is read from its own start`() {
        var reader = ByteReader([9, 9, 5, 6, 9][2..<4])

        #expect(reader.remaining == 2)
        #expect(reader.peek() == 5)
        #expect(reader.readUInt16BigEndian() == 0x0506)
        #expect(reader.offset == 2)
    }

    @Test func `bytes before a delimiter are read with it`() {
        var reader = ByteReader(Array("a,bc,d".utf8))

        #expect(reader.readBytes(before: UInt8(ascii: ",")).map(Array.init) == Array("a".utf8))
        #expect(reader.readBytes(before: UInt8(ascii: ",")).map(Array.init) == Array("bc".utf8))
        #expect(reader.readBytes(before: UInt8(ascii: ",")) == nil)
        #expect(reader.remaining == 1)
    }
}
