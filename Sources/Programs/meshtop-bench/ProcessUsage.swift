import Glibc
import SystemIO

/// What a process has used so far, from `/proc`.
struct ProcessUsage {
    var processorSeconds: Double
    var peakMegabytes: Double

    /// Usage of a child and of the children it has now: nginx works in a child of its master.
    init(of process: ChildProcess) throws {
        var seconds = 0.0
        var peak = 0.0
        for identifier in try Self.family(of: process.processID) {
            let stat = String(decoding: try Files.read("/proc/\(identifier)/stat"), as: UTF8.self)
            // The name stands in parentheses and may hold anything; the fields after it are plain.
            let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
            guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
                throw BenchmarkFailure("/proc/\(identifier)/stat has another form than expected")
            }
            seconds += (user + system) / Double(sysconf(CInt(_SC_CLK_TCK)))
            peak += try Self.megabytes("VmHWM:", in: "/proc/\(identifier)/status")
        }
        processorSeconds = seconds
        peakMegabytes = peak
    }

    /// What this process has in memory now.
    static func residentMegabytes() -> Double {
        (try? megabytes("VmRSS:", in: "/proc/self/status")) ?? .nan
    }

    /// The memory of a child and of the children it has now, shared pages counted once among those that share them.
    static func proportionalMegabytes(of process: ChildProcess) throws -> Double {
        try family(of: process.processID).reduce(0) { sum, identifier in
            try sum + megabytes("Pss:", in: "/proc/\(identifier)/smaps_rollup")
        }
    }

    private static func family(of identifier: Int32) throws -> [Int32] {
        // Each thread has children of its own.
        try Files.list("/proc/\(identifier)/task").reduce(into: [identifier]) { family, thread in
            let children = try Files.read("/proc/\(identifier)/task/\(thread)/children")
            family += String(decoding: children, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
        }
    }

    private static func megabytes(_ key: String, in path: String) throws -> Double {
        for line in String(decoding: try Files.read(path), as: UTF8.self).split(separator: "\n")
        where line.hasPrefix(key) {
            let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
            return (kilobytes.flatMap { Double($0) } ?? 0) / 1_000
        }
        return 0
    }
}

/// Why a benchmark has no figure.
struct BenchmarkFailure: Error {
    var message: String

    init(_ message: String) {
        self.message = message
    }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard let middle = sorted.dropFirst(sorted.count / 2).first else { return .nan }
    return sorted.count.isMultiple(of: 2) ? (sorted[sorted.count / 2 - 1] + middle) / 2 : middle
}
