import Glibc
import Quantities

/// Who served what when: one line a request, `end start service version status`, both times in nanoseconds of the
/// monotonic clock that all processes of a machine share. `start` is when the caller sent the request.
final class ServedLog {
    private let descriptor: CInt
    private var buffer: [UInt8] = []

    struct Failure: Error {
        var message: String
    }

    init(path: String) throws(Failure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Failure(message: "cannot append to \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        flush()
        close(descriptor)
    }

    func record(end: MonotonicTime, start: UInt64?, service: String, version: String, status: Int) {
        let line = "\(end.nanoseconds) \(start.map(String.init) ?? "-") \(service) \(version) \(status)\n"
        buffer.append(contentsOf: line.utf8)
        if buffer.count > 16_384 { flush() }
    }

    /// A write that fails loses lines of a log, not requests of the shop.
    func flush() {
        guard !buffer.isEmpty else { return }
        buffer.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return }
                rest = rest.dropFirst(written)
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
