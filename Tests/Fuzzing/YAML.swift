// Modules: ByteCursor JSONWire YAMLWire

import JSONWire
import YAMLWire

/// No trap, and what is read can be written as YAML and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(YAMLError) {
        for document in try YAMLParser.parse(bytes, file: "f") {
            let written = YAMLEmitter.emit(document.value)
            guard let again = try? YAMLParser.parse(Array(written.utf8), file: "g") else {
                preconditionFailure("what was written is not read: \(written)")
            }
            // A document that says nothing is no document.
            precondition(again.count == 1 || document.value == .null, "one document became \(again.count)")
            precondition(
                again.first.map { $0.value == document.value } != false, "writing changes the value: \(written)")
        }
    } catch {
        precondition(!error.description.isEmpty, "no word is said")
    }
    return 0
}
