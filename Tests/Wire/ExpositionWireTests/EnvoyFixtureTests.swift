import ExpositionWire
import Foundation
import Testing

/// What Envoy 1.40 really shows: `Fixtures/README.md` tells what is true in it.
@Suite struct EnvoyFixtureTests {
    private static func fixture() throws -> [UInt8] {
        let url = try #require(
            Bundle.module.url(forResource: "sidecar", withExtension: "prom", subdirectory: "Fixtures/envoy-1.40"))
        return try Array(Data(contentsOf: url))
    }

    @Test func `a whole scrape is read`() throws {
        let result = try Samples.parse(try Self.fixture())

        #expect(result.families.count == 306)
        #expect(result.samples.count == 3_624 - 306)
        #expect(Set(result.samples.map(\.key)).count == result.samples.count)
    }

    @Test func `every key has its labels, and says what the capture's story says`() throws {
        let result = try Samples.parse(try Self.fixture())

        let keys = try result.samples.map { try SeriesKey.parse($0.key) }
        // The fixed tags are on every series but those that Envoy keeps for the whole process.
        let untagged = Set(keys.filter { $0["workload"] != "fjord-v1" }.map(\.name))
        #expect(untagged.allSatisfy { $0.hasPrefix("envoy_filesystem_") })
        #expect(untagged.count == 6)
        func requests(_ cluster: String, _ responseClass: String) -> Double? {
            zip(keys, result.samples).first { key, _ in
                key.name == "envoy_cluster_upstream_rq_xx" && key["envoy_cluster_name"] == cluster
                    && key["envoy_response_code_class"] == responseClass
            }?.1.value
        }
        #expect(requests("outbound|80|v1|almond.south.svc.cluster.local", "2") == 411)
        #expect(requests("outbound|80|v1|juniper.south.svc.cluster.local", "2") == 409)
        #expect(requests("outbound|80|v1|tundra.south.svc.cluster.local", "2") == 286)
        #expect(requests("outbound|80|v2|tundra.south.svc.cluster.local", "2") == 125)
        #expect(requests("inbound|8080||", "2") == 409)
        #expect(requests("inbound|8080||", "5") == 22)
    }

    @Test func `the exact way finds the same as the fast one`() throws {
        let bytes = try Self.fixture()

        // An exemplar at each line's end sends the parser the exact way.
        var marked: [UInt8] = []
        for line in bytes.split(separator: 0x0A) {
            marked += line
            if line.first != UInt8(ascii: "#") { marked += Array(" # {trace_id=\"4bf92f35\"} 1".utf8) }
            marked.append(0x0A)
        }

        #expect(try Samples.parse(marked) == Samples.parse(bytes))
    }

    @Test func `a second scrape has only known series`() throws {
        let result = try Samples.parse(try Self.fixture())
        var index = SeriesIndex(seed: 42)

        for round in 0..<2 {
            index.beginScrape()
            for (number, sample) in result.samples.enumerated() {
                let found = Array(sample.key.utf8).withUnsafeBytes { index.find($0) }
                #expect(found == (round == 0 ? .new(number) : .known(number)))
            }
        }
    }
}
