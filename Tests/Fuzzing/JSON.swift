// Modules: ByteCursor JSONWire

import JSONWire

/// No trap, and what is read can be written, both ways, and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(JSONError) {
        let value = try JSONValue.parse(bytes)
        for isPretty in [false, true] {
            let written = value.serialized(pretty: isPretty)
            guard let again = try? JSONValue.parse(written) else { preconditionFailure("what was written is not read") }
            precondition(again == value, "writing changes the value")
            precondition(again.serialized(pretty: isPretty) == written, "writing again gives another text")
        }
    } catch {
        precondition(error.line >= 1 && error.column >= 1 && !error.message.isEmpty, "no place is told")
    }
    return 0
}
