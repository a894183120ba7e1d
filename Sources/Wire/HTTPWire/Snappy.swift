internal import CSnappy

/// Why a body in Snappy's block format was refused.
package enum SnappyError: Error, Hashable, Sendable, CustomStringConvertible {
    case malformed
    /// It says that it holds this many bytes, which is more than it may.
    case tooLarge(length: Int, limit: Int)

    package var description: String {
        switch self {
        case .malformed: "the body is not snappy's block format"
        case .tooLarge(let length, let limit):
            "the body has \(length) bytes when unpacked, and more than \(limit) are not taken"
        }
    }
}

/// Snappy's block format, which Prometheus' remote write has as its only content coding, over Google's library.
///
/// <https://github.com/google/snappy/blob/main/format_description.txt>
package enum Snappy {
    /// The best that the format can do is a copy of 64 bytes in three.
    private static let bestRatio = 22

    /// Unpacks `bytes`. What they say of their length is looked at before there is memory for it.
    package static func unpack(_ bytes: [UInt8], limit: Int) throws(SnappyError) -> [UInt8] {
        let outcome = bytes.withUnsafeBytes { input -> Result<[UInt8], SnappyError> in
            let start = input.baseAddress?.assumingMemoryBound(to: CChar.self)
            var length = 0
            guard start != nil, snappy_uncompressed_length(start, input.count, &length) == SNAPPY_OK, length >= 0
            else { return .failure(.malformed) }
            guard length <= limit else { return .failure(.tooLarge(length: length, limit: limit)) }
            // A few bytes that promise megabytes lie, and get none.
            guard length / bestRatio <= input.count else { return .failure(.malformed) }
            var status = SNAPPY_OK
            let output = [UInt8](unsafeUninitializedCapacity: max(1, length)) { output, count in
                // The library writes no more than `length` bytes and says when there were fewer.
                var written = length
                let target = UnsafeMutableRawPointer(output.baseAddress)?.assumingMemoryBound(to: CChar.self)
                status = snappy_uncompress(start, input.count, target, &written)
                count = status == SNAPPY_OK ? min(written, length) : 0
            }
            return status == SNAPPY_OK ? .success(output) : .failure(.malformed)
        }
        return try outcome.get()
    }

    /// Packs `bytes`.
    package static func pack(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { input in
            let bound = snappy_max_compressed_length(input.count)
            return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                var written = bound
                let target = UnsafeMutableRawPointer(output.baseAddress)?.assumingMemoryBound(to: CChar.self)
                // The bound makes it fit; nothing else can fail.
                let status = snappy_compress(
                    input.baseAddress?.assumingMemoryBound(to: CChar.self), input.count, target, &written)
                precondition(status == SNAPPY_OK, "snappy passed its own bound")
                count = written
            }
        }
    }
}
