import JSONWire
import Testing

@testable import Collector

/// Which of a pod's ports shows its proxy's metrics, and who it is.
@Suite struct PodTargetTests {
    /// A pod in short: what it is made of, and the target that it makes, `URL labels…`.
    struct Row: CustomTestStringConvertible {
        var name: String
        var pod: String
        var target: String?
        var testDescription: String { name }
    }

    private static func pod(
        _ metadata: String = "", spec: String = #""containers": []"#, status: String = #""phase": "Running""#
    ) -> String {
        """
        {"metadata": {"namespace": "shop", "name": "cart-7d9-x2k"\(metadata.isEmpty ? "" : ", \(metadata)")},
         "spec": {"nodeName": "n1", \(spec)}, "status": {"podIP": "10.1.2.3", \(status)}}
        """
    }

    private static let sidecar = #""containers": [{"name": "cart"}, {"name": "istio-proxy"}]"#
    private static let scraped = #""annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}"#

    @Test(arguments: [
        Row(
            name: "a sidecar without named ports", pod: pod(spec: sidecar),
            target: "http://10.1.2.3:15090/stats/prometheus app=cart-7d9-x2k workload=cart-7d9-x2k"),
        Row(
            name: "a sidecar with a named port",
            pod: pod(
                spec:
                    #""containers": [{"name": "istio-proxy", "ports": [{"name": "http-envoy-prom", "containerPort": 16090}]}]"#
            ), target: "http://10.1.2.3:16090/stats/prometheus app=cart-7d9-x2k workload=cart-7d9-x2k"),
        Row(
            name: "a sidecar among the init containers",
            pod: pod(
                spec:
                    #""containers": [{"name": "cart"}], "initContainers": [{"name": "istio-init"}, {"name": "istio-proxy", "restartPolicy": "Always"}]"#
            ), target: "http://10.1.2.3:15090/stats/prometheus app=cart-7d9-x2k workload=cart-7d9-x2k"),
        Row(
            name: "an init container that has ended",
            pod: pod(spec: #""containers": [{"name": "cart"}], "initContainers": [{"name": "istio-proxy"}]"#)),
        Row(
            name: "a ztunnel",
            pod: pod(
                #""labels": {"app": "ztunnel"}, "ownerReferences": [{"kind": "DaemonSet", "name": "ztunnel"}]"#,
                spec:
                    #""containers": [{"name": "istio-proxy", "ports": [{"name": "ztunnel-stats", "containerPort": 15020}]}]"#
            ), target: "http://10.1.2.3:15020/stats/prometheus app=ztunnel workload=ztunnel"),
        Row(
            name: "a sidecar whose application is scraped too", pod: pod(scraped, spec: sidecar),
            target: "http://10.1.2.3:15090/stats/prometheus app=cart-7d9-x2k workload=cart-7d9-x2k"),
        Row(
            name: "Linkerd's proxy",
            pod: pod(
                spec:
                    #""containers": [{"name": "linkerd-proxy", "ports": [{"name": "linkerd-admin", "containerPort": 4191}]}]"#
            ), target: "http://10.1.2.3:4191/metrics app=cart-7d9-x2k workload=cart-7d9-x2k"),
        Row(
            name: "an annotated pod", pod: pod(scraped),
            target: "http://10.1.2.3:8080/metrics app=cart-7d9-x2k workload=cart-7d9-x2k"),
        Row(
            name: "an annotated pod in all its words",
            pod: pod(
                #""annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "9", "prometheus.io/path": "/m", "prometheus.io/scheme": "https"}"#
            ), target: "https://10.1.2.3:9/m app=cart-7d9-x2k workload=cart-7d9-x2k"),
        Row(
            name: "an annotated pod without a port annotation",
            pod: pod(
                #""annotations": {"prometheus.io/scrape": "true"}"#,
                spec: #""containers": [{"name": "a", "ports": [{"containerPort": 7001}, {"containerPort": 7002}]}]"#),
            target: "http://10.1.2.3:7001/metrics app=cart-7d9-x2k workload=cart-7d9-x2k"),
        Row(name: "an annotated pod without any port", pod: pod(#""annotations": {"prometheus.io/scrape": "true"}"#)),
        Row(
            name: "a path that is none",
            pod: pod(
                #""annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "9", "prometheus.io/path": "m m"}"#
            ), target: "http://10.1.2.3:9/metrics app=cart-7d9-x2k workload=cart-7d9-x2k"),
        Row(
            name: "a pod that does not want to be scraped",
            pod: pod(#""annotations": {"prometheus.io/scrape": "false", "prometheus.io/port": "8080"}"#)),
        Row(name: "a pod that says nothing", pod: pod()),
        Row(name: "a pod that is pending", pod: pod(scraped, status: #""phase": "Pending""#)),
        Row(name: "a pod that has ended", pod: pod(scraped, status: #""phase": "Succeeded""#)),
        Row(
            name: "a pod on its way out", pod: pod(scraped + #", "deletionTimestamp": "2026-11-23T10:00:00Z""#)),
        Row(
            name: "a deployment's pod",
            pod: pod(
                #""labels": {"pod-template-hash": "7d9", "app": "cart", "version": "v2"}, "ownerReferences": [{"kind": "ReplicaSet", "name": "cart-v2-7d9", "controller": true}]"#,
                spec: sidecar), target: "http://10.1.2.3:15090/stats/prometheus app=cart version=v2 workload=cart-v2"),
        Row(
            name: "a replica set of its own",
            pod: pod(#""ownerReferences": [{"kind": "ReplicaSet", "name": "cart-v2-7d9"}]"#, spec: sidecar),
            target: "http://10.1.2.3:15090/stats/prometheus app=cart-v2-7d9 workload=cart-v2-7d9"),
        Row(
            name: "a cron job's pod",
            pod: pod(#""ownerReferences": [{"kind": "Job", "name": "backup-29392800"}]"#, spec: sidecar),
            target: "http://10.1.2.3:15090/stats/prometheus app=backup workload=backup"),
        Row(
            name: "a job that is called by a number",
            pod: pod(#""ownerReferences": [{"kind": "Job", "name": "29392800"}]"#, spec: sidecar),
            target: "http://10.1.2.3:15090/stats/prometheus app=29392800 workload=29392800"),
        Row(
            name: "canonical names before others",
            pod: pod(
                #""labels": {"service.istio.io/canonical-name": "a", "app.kubernetes.io/name": "b", "app": "c", "service.istio.io/canonical-revision": "1", "version": "2"}, "ownerReferences": [{"kind": "StatefulSet", "name": "db"}]"#,
                spec: sidecar), target: "http://10.1.2.3:15090/stats/prometheus app=a version=1 workload=db"),
        Row(
            name: "an address of IPv6",
            pod: pod(scraped).replacing("10.1.2.3", with: "fd00::7"),
            target: "http://[fd00::7]:8080/metrics app=cart-7d9-x2k workload=cart-7d9-x2k"),
        Row(name: "an address that is none", pod: pod(scraped).replacing("10.1.2.3", with: "10.1.2")),
        Row(
            name: "a port beyond all",
            pod: pod(#""annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "70000"}"#)),
        Row(name: "something that is no pod", pod: #"{"metadata": {"labels": 7}, "spec": [], "status": "up"}"#),
        Row(
            name: "types that are wrong",
            pod:
                #"{"metadata": {"name": "x", "labels": {"app": 7}, "ownerReferences": {"a": 1}}, "spec": {"containers": [7, {"ports": "x"}]}, "status": {"phase": "Running", "podIP": 7}}"#
        ),
    ])
    func `a pod's proxy is found`(row: Row) throws {
        let pod = Pod(try JSONValue.parse(Array(row.pod.utf8)))

        let target = pod?.target(in: "Kubernetes")

        let labels = ["app", "version", "workload"].compactMap { name -> String? in
            guard let value = target?.labels[name], value != "latest" else { return nil }
            return "\(name)=\(value)"
        }
        #expect(target.map { "\($0.url) \(labels.joined(separator: " "))" } == row.target)
        if let target {
            #expect(target.labels["namespace"] == "shop")
            #expect(target.labels["cluster"] == "Kubernetes")
            #expect(target.labels["node"] == "n1")
        }
    }
}

extension String {
    fileprivate func replacing(_ text: String, with other: String) -> String {
        var result = ""
        var rest = self[...]
        while !rest.isEmpty {
            if rest.hasPrefix(text) {
                result += other
                rest = rest.dropFirst(text.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }
}
