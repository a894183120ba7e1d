/// Byte arrays that keep their capacity between uses, so that a busy connection allocates nothing and an idle one owns
/// nothing. It belongs to one event loop.
package final class BufferPool {
    @exclusivity(unchecked) private var spare: [[UInt8]] = []
    /// Larger arrays go back to the allocator: they were for one big body.
    private let largestKept = 128 * 1024
    private let mostKept = 64

    package init() {}

    /// An empty array, most likely with room.
    @inline(__always)
    package func take() -> [UInt8] {
        spare.popLast() ?? []
    }

    /// Gives an array back. The caller must hold no other copy of it, or its next use would copy it again.
    package func give(_ buffer: consuming [UInt8]) {
        guard buffer.capacity > 0, buffer.capacity <= largestKept, spare.count < mostKept else { return }
        buffer.removeAll(keepingCapacity: true)
        spare.append(buffer)
    }
}
