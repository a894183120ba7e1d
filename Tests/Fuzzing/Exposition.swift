// Modules: ByteCursor ExpositionWire
// Shared: Tests/Wire/ExpositionWireTests/ExpositionDocument.swift

import ExpositionWire

/// Either format: no trap, the same in any pieces, and what is read can be written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    for format in [ExpositionFormat.prometheus, .openMetrics] {
        let whole = Reading(bytes, format, cuts: [])
        let middle = bytes.isEmpty ? 0 : Int(bytes[bytes.count / 2]) % (bytes.count + 1)
        precondition(Reading(bytes, format, cuts: [middle]) == whole, "a cut at \(middle) changes what is read")
        if count <= 64 {
            precondition(Reading(bytes, format, cuts: Array(bytes.indices)) == whole, "single bytes read otherwise")
        }
        if let error = whole.error {
            precondition(error.line ?? 0 >= 1 && error.column >= 1 && !error.message.isEmpty, "no place is told")
        } else if whole.document.failure == nil, !whole.document.hasForeignText {
            checkWriting(whole.document, format)
        }
    }
    return 0
}

private func checkWriting(_ document: ExpositionDocument, _ format: ExpositionFormat) {
    let written = document.written(format: format)
    guard let again = try? ExpositionDocument.parse(written, format: format) else {
        preconditionFailure("what was written is not read: \(String(decoding: written, as: UTF8.self))")
    }
    precondition(again.written(format: format) == written, "writing again gives another text")
    precondition(again.failure == nil && again.statements.count == document.statements.count, "statements were lost")
}

/// What was handed out until the end or the mistake.
private struct Reading: Equatable {
    var document = ExpositionDocument()
    var error: ExpositionError?

    init(_ bytes: [UInt8], _ format: ExpositionFormat, cuts: [Int]) {
        do throws(ExpositionError) {
            try document.read(bytes, format: format, cuts: cuts)
        } catch {
            self.error = error
        }
    }
}
