import ExpositionWire
import Foundation
import TestSupport
import Testing

/// What is written, as Prometheus' own parser takes it.
@Suite(.enabled(if: Promtool.path != nil, "promtool is not installed")) struct PromtoolTests {
    @Test(arguments: SeededGenerator.seeds(10))
    func `promtool reads any text that is written`(seed: UInt64) throws {
        var random = RandomExposition(seed: seed, format: .prometheus, hasQuotedNames: false)
        let text = random.document(families: 20).written(format: .prometheus)

        let (status, words) = try Self.check(text)

        // 3: read, and found wanting in style, as random names are.
        #expect(status == 0 || status == 3, "\(words)")
    }

    @Test func `promtool refuses what is none`() throws {
        #expect(try Self.check(Array("m{a=1} 1\n".utf8)).status == 1)
    }

    private static func check(_ text: [UInt8]) throws -> (status: Int32, words: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Promtool.path))
        process.arguments = ["check", "metrics"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // A text of this size fits the pipe, so writing it before reading cannot block for good.
        try input.fileHandleForWriting.write(contentsOf: text)
        try input.fileHandleForWriting.close()
        let words = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: words, as: UTF8.self))
    }
}

/// Where it is installed, if it is.
private enum Promtool {
    static let path = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }
}
