internal import CZlib

/// Why a compressed body was refused.
package enum GzipError: Error, Hashable, Sendable, CustomStringConvertible {
    case malformed
    /// It ends before its end.
    case truncated
    /// It would be larger than this many bytes.
    case tooLarge(limit: Int)

    package var description: String {
        switch self {
        case .malformed: "the body is not gzip"
        case .truncated: "the gzip body is cut short"
        case .tooLarge(let limit): "the body has more than \(limit) bytes when unpacked"
        }
    }
}

/// The gzip content coding (RFC 1952), over zlib.
package enum Gzip {
    /// Unpacks `bytes`, and stops as soon as the result would pass `limit`: a small body cannot fill the memory.
    package static func unpack(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
        var stream = z_stream()
        // 15 bits of window; 16 more mean the gzip wrapper.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
            preconditionFailure("zlib refuses its own version")
        }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        let chunk = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64 * 1024)
        defer { chunk.deallocate() }
        guard bytes.count <= Int(UInt32.max) else { throw .tooLarge(limit: limit) }
        let outcome = bytes.withUnsafeBufferPointer { input -> Result<Void, GzipError> in
            // zlib reads through this pointer and never writes.
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(input.count)
            while true {
                stream.next_out = chunk.baseAddress
                stream.avail_out = UInt32(chunk.count)
                let code = inflate(&stream, Z_NO_FLUSH)
                let produced = chunk.count - Int(stream.avail_out)
                guard output.count + produced <= limit else { return .failure(.tooLarge(limit: limit)) }
                output.append(contentsOf: UnsafeBufferPointer(rebasing: chunk[..<produced]))
                switch code {
                case Z_STREAM_END: return .success(())
                case Z_OK where produced > 0 || stream.avail_in > 0: continue
                case Z_OK, Z_BUF_ERROR: return .failure(.truncated)
                default: return .failure(.malformed)
                }
            }
        }
        try outcome.get()
        return output
    }

    /// Packs `bytes` with a speed that suits a scrape.
    package static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let size = CInt(MemoryLayout<z_stream>.size)
        guard deflateInit2_(&stream, 3, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
            preconditionFailure("zlib refuses its own version")
        }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        return bytes.withUnsafeBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(bound)
                // The bound makes one call enough.
                let code = deflate(&stream, Z_FINISH)
                precondition(code == Z_STREAM_END, "deflate passed its own bound")
                count = bound - Int(stream.avail_out)
            }
        }
    }
}
