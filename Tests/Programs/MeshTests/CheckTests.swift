import Foundation
import JSONWire
import Testing

extension EndToEnd {
    @Suite("Check")
    struct CheckTests {
        /// Runs a check by rules that are written into a file.
        private static func check(_ rules: String, _ arguments: [String]) throws -> CommandResult {
            let mesh = try RunningMesh.running()
            let file = "\(mesh.stateDirectory)/health-\(UInt32.random(in: 0 ... .max)).yaml"
            try Data(rules.utf8).write(to: URL(fileURLWithPath: file))
            defer { try? FileManager.default.removeItem(atPath: file) }
            return try mesh.meshtop(["check", "--window", "2s", "--health", file] + arguments)
        }

        @Test func `a mesh within its tolerances ends with 0`() throws {
            let result = try Self.check("rate: [{tolerance: [{code: 5XX, degraded: 99, failure: 100}]}]", [])

            #expect(result.status == 0, "\(result.output)\(result.errors)")
            #expect(result.output.contains("healthy: "))
        }

        @Test func `a mesh beyond them ends with 1 and says why`() throws {
            let rules = "rate: [{tolerance: [{code: 2XX, degraded: 1, failure: 100}]}]"
            let result = try Self.check(rules, ["--fail-on", "degraded", "--service", "web"])

            #expect(result.status == 1, "\(result.output)\(result.errors)")
            #expect(result.output.contains("requests ended with 200"))
        }

        @Test func `JSON has the schema, the verdict and the reasons`() throws {
            let result = try Self.check("rate: [{tolerance: [{code: 2XX, failure: 1}]}]", ["-o", "json"])

            let report = try JSONValue(parsing: result.output)
            #expect(result.status == 1)
            #expect(report["schema"]?.string == "meshtop/check/v1")
            #expect(report["isFailing"]?.bool == true)
            #expect(report["ill"]?[0]?["health"]?.string == "failure")
            #expect(report["ill"]?[0]?["reason"]?.string?.contains("failure from 1 %") == true)
        }

        @Test func `a service that is not there ends with 1`() throws {
            let result = try RunningMesh.running().meshtop(["check", "--window", "2s", "--service", "nobody"])

            #expect(result.status == 1)
            #expect(result.output.contains("missing: nobody was not seen in 2"))
        }

        @Test(arguments: [["--fail-on", "healthy"], ["--nonsense"], ["-o", "dot"], ["extra"]])
        func `a wrong command line ends with 2`(arguments: [String]) throws {
            #expect(try RunningMesh.running().meshtop(["check"] + arguments).status == 2)
        }

        @Test func `rules that cannot be read are told with their place`() throws {
            let result = try Self.check("rate: [{tolerance: [{code: 5XX, failrue: 1}]}]", [])

            #expect(result.status == 1)
            #expect(result.errors.contains(".yaml:1:33: rate[0].tolerance[0].failrue: unknown field"))
        }

        @Test func `a change is told by the test that found it`() throws {
            let result = try RunningMesh.running().meshtop(["graph", "--diff", "3s..6s", "-o", "json"])

            #expect(result.status == 0, "\(result.errors)")
            let diff = try JSONValue(parsing: result.output)
            #expect(diff["schema"]?.string == "meshtop/diff/v1")
            #expect((diff["tests"]?.int ?? 0) > 30)
            #expect(diff["falseDiscoveryRate"]?.double == 0.01)
            #expect(result.errors.contains("this takes 6 s"))
        }

        @Test(arguments: ["5m", "10m..5m", "1s..20s", "5m...10m", "..10m"])
        func `windows that cannot be compared are refused`(windows: String) throws {
            #expect(try RunningMesh.running().meshtop(["graph", "--diff", windows]).status == 2)
        }
    }
}
