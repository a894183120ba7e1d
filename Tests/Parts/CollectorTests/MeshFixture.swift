import Collector
import MeshModel
import MetricStore
import Quantities
import SystemIO

/// What the proxies of a mesh show, from `Fixtures/<mesh>.txt`, and the graph that comes of it.
///
/// A line `# target: namespace=shop workload=web-v1 app=web version=v1` begins what one target shows and says who runs
/// there; a line `# provenance:` says where the text comes from.
struct MeshFixture {
    struct Target {
        var identity: WorkloadIdentity
        var lines: [Substring] = []
    }

    var targets: [Target] = []
    var provenance: [Substring] = []

    init(_ mesh: String) throws {
        var path = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        path.removeLast()
        let bytes = try Files.read(path.joined(separator: "/") + "/Fixtures/\(mesh).txt")
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("# provenance: ") {
                provenance.append(line)
            } else if line.hasPrefix("# target: ") {
                let words = line.split(separator: " ").dropFirst(2).map { $0.split(separator: "=") }
                let values = Dictionary(uniqueKeysWithValues: words.map { (String($0[0]), String($0[1])) })
                targets.append(
                    Target(
                        identity: WorkloadIdentity(
                            namespace: values["namespace"] ?? "", workload: values["workload"] ?? "",
                            app: values["app"] ?? "", version: values["version"] ?? "latest")))
            } else if line.first != "#" {
                targets[targets.count - 1].lines.append(line)
            }
        }
    }

    /// What a target shows when everything has been counted `factor` times.
    func exposition(of target: Target, times factor: Double) -> [UInt8] {
        var text = ""
        for line in target.lines {
            // Labels may have blanks; the number has none.
            guard let blank = line.lastIndex(of: " "), let value = Double(line[line.index(after: blank)...]) else {
                preconditionFailure("“\(line)” is no sample")
            }
            text += "\(line[..<blank]) \(value * factor)\n"
        }
        return Array(text.utf8)
    }

    /// The graph of two scrapes ten seconds apart, between which everything was counted once more.
    ///
    /// - Parameter silent: workloads whose targets are not scraped.
    func graph(grouping: GraphGrouping = .versionedApp, without silent: Set<String> = []) throws -> MeshSnapshot {
        var watch = Watch()
        let heard = targets.filter { !silent.contains($0.identity.workload) }
        for target in heard {
            watch.builder.identify(target.identity.workload, as: target.identity, in: &watch.store)
        }
        for factor in [1.0, 2] {
            for target in heard {
                try watch.store.ingest(
                    exposition(of: target, times: factor), from: target.identity.workload, at: watch.now)
            }
            if factor == 1 { watch.pass() }
        }
        return watch.snapshot(grouping: grouping)
    }
}

extension MeshSnapshot {
    /// As ``edgeLines``, with the p95 – for TCP none – and the share of mutual TLS where they are known.
    var detailedEdgeLines: [String] {
        zip(edgeLines, edges).map { line, edge in
            let latency = edge.traffic.latency.map { " p95 \(($0.p95 * 1000).rounded() / 1000)" } ?? ""
            return line + latency + (edge.mtls.map { " mtls \(Humane.percent($0))" } ?? "")
        }
    }
}
