import Collector
import Glibc
import HTTPWire
import SystemIO
import TraceModel

/// Where `meshtop trace` gets its traces from.
enum TraceInput {
    /// Bytes of a file, and what it may unpack to.
    private static let limit = 512 << 20

    /// Whether an operand means a file: it is there, or can be nothing else. A whole id is always an id.
    static func isFile(_ text: String) -> Bool {
        if text == "-" || text.contains("/") { return true }
        guard let id = TraceID(hexadecimal: text) else { return text.contains(".") || Files.exists(text) }
        return id.description != text.lowercased() && Files.exists(text)
    }

    static func id(_ text: String) throws(UsageError) -> TraceID {
        guard let id = TraceID(hexadecimal: text) else {
            throw UsageError("“\(text)” is not a trace id, 32 hexadecimal digits that are not all zero, and no file")
        }
        return id
    }

    /// The trace of that id, from a collector or a server.
    static func trace(_ id: TraceID, _ invocation: Invocation) throws -> Trace {
        let answer = try TraceLookup.ask(invocation) { (source) throws(TraceSourceFailure) in try source.look(up: id) }
        guard let trace = answer.value else {
            throw CommandFailure("there is no trace \(id); meshtop traces lists those there are")
        }
        return trace
    }

    /// The traces of a file; only the one of `id` when there is one.
    static func traces(file: String, id: TraceID?) throws -> [Trace] {
        let bytes = try bytes(of: file)
        let read: TraceFile
        do throws(SpanPayloadError) {
            read = try TraceFile(bytes)
        } catch {
            throw CommandFailure("\(name(file)): \(error)")
        }
        for notice in read.notices { complain("meshtop: \(name(file)): \(notice)") }
        guard !read.traces.isEmpty else {
            throw CommandFailure("\(name(file)): it is \(read.format.rawValue), and has no spans in it")
        }
        guard let id else { return read.traces }
        // Zipkin's ids may have only the lower half.
        let found = read.traces.first { $0.id == id } ?? read.traces.first { id.high == 0 && $0.id.low == id.low }
        guard let found else {
            throw CommandFailure(
                "\(name(file)): there is no trace \(id) among its \(read.traces.count); meshtop trace \(file) lists them"
            )
        }
        return [found]
    }

    private static func name(_ file: String) -> String { file == "-" ? "standard input" : file }

    private static func bytes(of file: String) throws -> [UInt8] {
        var bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(file == "-" ? "/dev/stdin" : file, limit: limit)
        } catch {
            throw CommandFailure("\(name(file)) cannot be read: \(error.reason)")
        }
        guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
        do throws(GzipError) {
            bytes = try Gzip.unpack(bytes, limit: limit)
        } catch {
            throw CommandFailure("\(name(file)): \(error)")
        }
        return bytes
    }
}
