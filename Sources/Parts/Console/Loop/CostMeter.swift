import Glibc
import Quantities
import SystemIO
import TerminalUI

/// Measures what this process uses, from one look to the next. Costs nothing while nobody looks.
struct CostMeter {
    /// What a share is taken over, at least.
    private static let step = Duration.seconds(2)
    /// In bytes.
    private static let pageSize = Double(sysconf(CInt(_SC_PAGESIZE)))

    private var last: (time: MonotonicTime, processor: Duration, output: OutputCount)?

    /// What was used since the last look; nothing when that is too short ago, or there was none.
    mutating func look(at now: MonotonicTime, _ output: OutputCount) -> ConsoleCost? {
        if let last, last.time.duration(to: now) < Self.step { return nil }
        let processor = SystemClock.processorTime()
        defer { last = (now, processor, output) }
        guard let last else { return nil }
        let span = last.time.duration(to: now)
        let seconds = span.inSeconds
        let frames = Double(output.frames - last.output.frames)
        let bytes = Double(output.bytes - last.output.bytes)
        return ConsoleCost(
            span: span, processor: (processor - last.processor).inSeconds / seconds, memory: Self.residentBytes(),
            framesPerSecond: frames / seconds, bytesPerFrame: frames > 0 ? bytes / frames : nil,
            bytesPerSecond: BytesPerSecond(bytes / seconds))
    }

    /// `/proc/self/statm`: sizes in pages, the second is what is resident.
    private static func residentBytes() -> Double? {
        guard let bytes = try? Files.read("/proc/self/statm") else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        return fields.dropFirst().first.flatMap { Double($0) }.map { $0 * pageSize }
    }
}
