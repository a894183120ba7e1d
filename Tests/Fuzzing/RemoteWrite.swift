// Modules: ByteCursor ExpositionWire JSONWire ProtobufWire PushedMetrics

import ExpositionWire
import PushedMetrics

/// Remote write of both versions: no trap, and every series that is taken is one that an exposition can spell.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    for version in [RemoteWriteDecoding.Version.one, .two] {
        guard let batch = try? RemoteWriteDecoding.batch(bytes, version: version) else { continue }
        precondition(batch.sampleCount == batch.series.reduce(0) { $0 + $1.samples.count }, "samples were lost")
        for series in batch.series {
            guard let again = try? SeriesKey.parse(series.key.spelling[...]) else {
                preconditionFailure("a key is not read: \(series.key)")
            }
            precondition(again == series.key, "a key is read as another: \(series.key)")
        }
    }
    return 0
}
