import ByteCursor
import TestSupport
import Testing

@Suite struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the RFC's vectors hold both ways`(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(text.utf8))
    }

    @Test func `the URL alphabet has no padding`() {
        let bytes: [UInt8] = [0xFB, 0xFF, 0xFE, 0xFF]

        #expect(Base64.encode(bytes) == "+//+/w==")
        #expect(Base64.encode(bytes, .url) == "-__-_w")
        #expect(Base64.decode("-__-_w") == bytes)
    }

    @Test(arguments: ["Z", "Zg=", "Zg===", "Z===", "====", "=", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zg==Zg==", "Zmé="])
    func `what is no base 64 is refused`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(arguments: SeededGenerator.seeds(20))
    func `decoding undoes encoding`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<Int.random(in: 0...100, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }

        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Base64.decode(Base64.encode(bytes, .url)) == bytes)
        #expect(Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
    }

    @Test func `hexadecimal takes both cases and whole bytes only`() {
        #expect(Hexadecimal.encode([0x00, 0xAF]) == "00af")
        #expect(Hexadecimal.decode("00AF") == [0x00, 0xAF])
        #expect(Hexadecimal.decode("0") == nil)
        #expect(Hexadecimal.decode("0g") == nil)
    }
}
