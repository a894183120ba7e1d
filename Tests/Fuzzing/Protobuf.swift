// Modules: ByteCursor ProtobufWire

import ProtobufWire

/// Any bytes as a message, and every field of bytes as a message in it: no trap, and an end.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var messages = [Array(UnsafeBufferPointer(start: start, count: count))[...]]
    while let message = messages.popLast() {
        var reader = ProtobufReader(message)
        do throws(ProtobufError) {
            while let field = try reader.next() {
                precondition((1..<1 << 29).contains(field.number), "\(field.number) is no field's number")
                _ = field.string
                // A field is shorter than its message, so this ends.
                if case .bytes(let bytes) = field.value, !bytes.isEmpty { messages.append(bytes) }
            }
        } catch {
            precondition((0...message.count).contains(error.offset), "no place is told")
        }
    }
    return 0
}
