/// Writes bytes one behind the other into memory that was reserved for all of them, so that a head of twenty pieces costs
/// one growth check instead of twenty.
struct RawWriter {
    private let start: UnsafeMutableRawPointer
    private let capacity: Int
    private(set) var count = 0

    fileprivate init(start: UnsafeMutableRawPointer, capacity: Int) {
        self.start = start
        self.capacity = capacity
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= capacity - count, "the reserved \(capacity) bytes are too few")
        guard let source = bytes.baseAddress else { return }
        start.advanced(by: count).copyMemory(from: source, byteCount: bytes.count)
        count &+= bytes.count
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        precondition(count < capacity, "the reserved \(capacity) bytes are too few")
        start.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    /// At most 20 bytes.
    @inline(__always)
    mutating func append(decimal value: Int) {
        withDecimal(value) { append($0) }
    }
}

extension [UInt8] {
    /// Appends what `body` writes, `limit` bytes at most.
    @inline(__always)
    mutating func append(atMost limit: Int, _ body: (inout RawWriter) -> Void) {
        append(addingCapacity: limit) { span in
            span.withUnsafeMutableBufferPointer { buffer, count in
                guard let start = buffer.baseAddress else { return }
                // The array may have more room than was asked for, but counts only what is said to be there.
                var writer = RawWriter(start: UnsafeMutableRawPointer(start + count), capacity: limit)
                body(&writer)
                count += writer.count
            }
        }
    }
}
