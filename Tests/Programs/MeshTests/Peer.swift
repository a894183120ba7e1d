import Foundation

/// A real program that tests run beside ours.
enum Peer {
    /// Whether `name` is on the `PATH`. Where peers are required, a missing one is used all the same and fails there.
    static func isUsable(_ name: String) -> Bool {
        RunningMesh.mustHavePeers || (try? run("sh", ["-c", "command -v \(name)"]).status == 0) == true
    }

    static let kubectl = "\(RunningMesh.peers)/kubectl"

    /// kubectl comes with the Python peers.
    static let hasKubectl = RunningMesh.mustHavePeers || FileManager.default.isExecutableFile(atPath: kubectl)

    static let envoy = "\(RunningMesh.peers)/envoy"

    /// So does Envoy.
    static let hasEnvoy = RunningMesh.mustHavePeers || FileManager.default.isExecutableFile(atPath: envoy)

    static let python = "\(RunningMesh.peers)/python"

    /// Python libraries that send spans.
    static let hasSenders =
        RunningMesh.mustHavePeers
        || (try? run(python, ["-c", "import py_zipkin, opentelemetry.exporter.otlp.proto.http"]).status == 0) == true

    /// And OpenTelemetry's SDK.
    static let hasOpenTelemetry =
        RunningMesh.mustHavePeers
        || (try? run(python, ["-c", "import opentelemetry.exporter.otlp.proto.http"]).status) == 0

    /// And its exporters over gRPC.
    static let hasGRPCExporter =
        RunningMesh.mustHavePeers
        || (try? run(python, ["-c", "import opentelemetry.exporter.otlp.proto.grpc.trace_exporter"]).status) == 0

    /// Whether a Python library can be used.
    static func hasPython(_ name: String) -> Bool {
        RunningMesh.mustHavePeers || (try? run(python, ["-c", "import \(name)"]).status) == 0
    }

    /// A collector for OpenTelemetry, which comes as a Python package with a program in it.
    static let rotel: String? = {
        let place = try? run(python, ["-c", "import os, rotel; print(os.path.dirname(rotel.__file__))"])
        guard let place, place.status == 0 else { return RunningMesh.mustHavePeers ? "rotel-agent" : nil }
        return place.output.trimmingCharacters(in: .whitespacesAndNewlines) + "/rotel-agent"
    }()

    /// Where PostgreSQL's programs are: Debian keeps the server's off the `PATH`, as there may be several versions.
    static let postgres: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let places = versions.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }.map { "/usr/lib/postgresql/\($0)/bin" }
        return places.last { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }
            ?? (RunningMesh.mustHavePeers ? "" : nil)
    }()
}
