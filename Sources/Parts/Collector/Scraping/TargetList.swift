internal import JSONWire
internal import MeshModel
internal import SystemIO

/// A list of targets in the form of Prometheus' HTTP service discovery:
/// `[{"targets": ["127.0.1.7:15090"], "labels": {"namespace": "payments", …}}]`.
///
/// <https://prometheus.io/docs/prometheus/latest/http_sd/>
enum TargetList {
    struct Entry: Hashable {
        var address: SocketAddress
        var path: String
        var workload: WorkloadIdentity?
    }

    struct Failure: Error, Hashable {
        var message: String
    }

    static let defaultPath = "/stats/prometheus"

    static func parse(_ bytes: [UInt8]) throws(Failure) -> [Entry] {
        let json: JSONValue
        do {
            json = try JSONValue.parse(bytes)
        } catch {
            throw Failure(message: "\(error)")
        }
        guard let groups = json.array else { throw Failure(message: "expected a list, found \(json.kindInWords)") }
        var entries: [Entry] = []
        for (index, group) in groups.enumerated() {
            let workload = workload(group["labels"])
            var path = group["labels"]?["__metrics_path__"]?.string ?? defaultPath
            if !path.hasPrefix("/") || !path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) { path = defaultPath }
            guard let targets = group["targets"]?.array else {
                throw Failure(message: "[\(index)].targets: expected a list of addresses")
            }
            for (position, text) in targets.enumerated() {
                guard let address = text.string.flatMap({ SocketAddress($0) }) else {
                    throw Failure(
                        message: "[\(index)].targets[\(position)]: expected an address like \"127.0.1.7:15090\"")
                }
                entries.append(Entry(address: address, path: path, workload: workload))
            }
        }
        return entries
    }

    private static func workload(_ labels: JSONValue?) -> WorkloadIdentity? {
        guard let labels, let namespace = labels["namespace"]?.string, let workload = labels["workload"]?.string else {
            return nil
        }
        return WorkloadIdentity(
            namespace: namespace, workload: workload, app: labels["app"]?.string ?? workload,
            version: labels["version"]?.string ?? "latest")
    }
}
