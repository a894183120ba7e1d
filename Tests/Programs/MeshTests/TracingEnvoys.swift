import Foundation
import JSONWire
import Testing

/// Two real Envoys, each traced: the first calls the second, which answers by itself.
///
/// Each makes a span of what it was asked, and the first another of its call. They send them where a tracer's own
/// collector would be, to the receiver of the running mesh.
final class TracingEnvoys {
    /// How Envoy's spans travel.
    enum Tracer: String, CaseIterable {
        case otlp, zipkin
    }

    let entrance: String
    /// What each calls itself.
    let services: [String]

    private let directory: String
    private var parts: [Companion] = []

    init(_ tracer: Tracer) throws {
        let network = tracer == .otlp ? "127.0.5" : "127.0.6"
        entrance = "http://\(network).1:8080/orders/7"
        services = ["front-\(tracer)", "back-\(tracer)"]
        directory =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("meshtop-tracers-\(UInt32.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for (index, service) in services.enumerated() {
            let next = index + 1 < services.count ? "\(network).\(index + 2)" : nil
            let file = "\(directory)/\(service).json"
            try Self.envoy(service, at: "\(network).\(index + 1)", next: next, tracer).text
                .write(toFile: file, atomically: true, encoding: .utf8)
            parts.append(
                try Companion(
                    [
                        Peer.envoy, "-c", file, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning",
                    ], log: "\(directory)/\(service).log"))
        }
        for index in services.indices {
            try eventually("the answer of \(services[index])", within: 20) {
                try fetch("http://\(network).\(index + 1):9901/ready", seconds: 1).output.hasPrefix("LIVE")
            }
        }
    }

    func end() {
        for part in parts.reversed() { part.end() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    private static func envoy(_ service: String, at own: String, next: String?, _ tracer: Tracer) -> JSONValue {
        let answer: JSONValue = ["status": 200, "body": ["inline_string": "good\n"]]
        let route: JSONValue =
            next == nil
            ? ["match": ["prefix": "/"], "direct_response": answer]
            : ["match": ["prefix": "/"], "route": ["cluster": "next"]]
        let manager: JSONValue = [
            "@type":
                "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "ingress_http",
            "route_config": [
                "virtual_hosts": [["name": "all", "domains": ["*"], "routes": [route]]]
            ],
            "tracing": ["spawn_upstream_span": true, "provider": provider(tracer, service)],
            "http_filters": [
                [
                    "name": "envoy.filters.http.router",
                    "typed_config": ["@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"],
                ]
            ],
        ]
        let filter: JSONValue = ["name": "envoy.filters.network.http_connection_manager", "typed_config": manager]
        return [
            "node": ["id": .string("\(service)-1"), "cluster": .string(service)],
            "admin": ["address": address(own, 9901)],
            "static_resources": [
                "listeners": [
                    [
                        "name": "ingress", "address": address(own, 8080), "traffic_direction": "INBOUND",
                        "filter_chains": [["filters": [filter]]],
                    ]
                ],
                "clusters": [
                    cluster("collector", address("127.0.0.1", 4318)), cluster("next", address(next ?? own, 8080)),
                ],
            ],
        ]
    }

    private static func provider(_ tracer: Tracer, _ service: String) -> JSONValue {
        switch tracer {
        case .otlp:
            [
                "name": "envoy.tracers.opentelemetry",
                "typed_config": [
                    "@type": "type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig",
                    "service_name": .string(service),
                    "http_service": [
                        "http_uri": [
                            "uri": "http://127.0.0.1:4318/v1/traces", "cluster": "collector", "timeout": "1s",
                        ]
                    ],
                ],
            ]
        case .zipkin:
            [
                "name": "envoy.tracers.zipkin",
                "typed_config": [
                    "@type": "type.googleapis.com/envoy.config.trace.v3.ZipkinConfig",
                    "collector_cluster": "collector", "collector_endpoint": "/api/v2/spans",
                    "collector_endpoint_version": "HTTP_JSON", "trace_id_128bit": true,
                ],
            ]
        }
    }

    private static func cluster(_ name: String, _ address: JSONValue) -> JSONValue {
        [
            "name": .string(name), "type": "STATIC", "connect_timeout": "1s",
            "load_assignment": [
                "cluster_name": .string(name),
                "endpoints": [["lb_endpoints": [["endpoint": ["address": address]]]]],
            ],
        ]
    }

    private static func address(_ ip: String, _ port: Int64) -> JSONValue {
        ["socket_address": ["address": .string(ip), "port_value": .integer(port)]]
    }
}
