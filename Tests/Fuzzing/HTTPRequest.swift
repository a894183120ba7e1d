// Modules: ByteCursor HTTPWire
// Shared: Tests/Wire/HTTPWireTests/Parsing.swift

/// A connection's bytes: no trap, and the same requests, bodies and refusals in any pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let whole = transcript(ofPieces: [bytes])
    let middle = bytes.isEmpty ? 0 : Int(bytes[bytes.count / 2]) % (bytes.count + 1)
    precondition(
        transcript(ofPieces: [Array(bytes[..<middle]), Array(bytes[middle...])]) == whole,
        "a cut at \(middle) changes what is read")
    if count <= 64 {
        precondition(transcript(ofPieces: bytes.map { [$0] }) == whole || bytes.isEmpty, "single bytes read otherwise")
    }
    return 0
}
