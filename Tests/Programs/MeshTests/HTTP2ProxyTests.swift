import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// curl, h2load and gRPC's own library through a proxy that is told what its upstreams speak.
    ///
    ///     client ─ h1 or h2 ─→ meshtop-proxy ─ h1 or h2 ─→ nginx
    ///                               └─ h2 ─→ Envoy ─ h2 ─→ nginx
    @Suite("HTTP/2 through the proxy", .enabled(if: Peer.isUsable("nginx"), "nginx is not installed"))
    struct HTTP2ProxyTests {
        @Test(.enabled(if: Peer.isUsable("curl"), "curl is not installed"))
        func `curl is answered by either version, whatever the upstream speaks`() throws {
            let stand = try HTTP2Stand()
            defer { stand.end() }
            var answers: [String] = []
            for port in [HTTP2Stand.toHTTP1, HTTP2Stand.toHTTP2] {
                for option in ["--http1.1", "--http2-prior-knowledge"] {
                    let result = try run(
                        "curl", ["-sS", option, "-w", "%{http_version} %{http_code}", HTTP2Stand.url(port)])
                    answers.append(result.output)
                }
            }

            #expect(
                answers == [
                    "good HTTP/1.1\n1.1 200", "good HTTP/1.1\n2 200", "good HTTP/2.0\n1.1 200",
                    "good HTTP/2.0\n2 200",
                ])
        }

        @Test(.enabled(if: Peer.isUsable("h2load"), "h2load is not installed"), arguments: [[], ["--h1"]])
        func `h2load has every request answered`(_ options: [String]) throws {
            let stand = try HTTP2Stand()
            defer { stand.end() }
            for port in [HTTP2Stand.toHTTP1, HTTP2Stand.toHTTP2] {
                let result = try run(
                    "h2load", options + ["-n", "3000", "-c", "8", "-m", "20", HTTP2Stand.url(port)])

                #expect(result.output.contains("3000 succeeded, 0 failed, 0 errored, 0 timeout"), "\(result.output)")
                #expect(result.output.contains("3000 2xx"), "\(result.output)")
            }
        }

        @Test(.enabled(if: Peer.hasEnvoy, "Envoy is not installed"))
        func `Envoy takes what the proxy sends and the proxy what Envoy sends`() throws {
            let stand = try HTTP2Stand(withEnvoy: true)
            defer { stand.end() }
            for port in [HTTP2Stand.toEnvoy, HTTP2Stand.fromEnvoy] {
                let result = try run(
                    "curl", ["-sS", "--http2-prior-knowledge", "-w", "%{http_version}", HTTP2Stand.url(port)])

                #expect(result.output == "good HTTP/2.0\n2", "\(port)")
            }
        }
    }
}

/// nginx, a proxy in front of it, and Envoy on either side where it is wanted; each in a process of its own.
private final class HTTP2Stand {
    static let toHTTP1 = 8011
    static let toHTTP2 = 8012
    static let toEnvoy = 8013
    static let fromEnvoy = 8014
    private static let ip = "127.0.5.1"
    private let directory: String
    private var parts: [Companion] = []

    static func url(_ port: Int) -> String { "http://\(ip):\(port)/" }

    init(withEnvoy: Bool = false) throws {
        directory =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("meshtop-http2-\(UInt32.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try write(nginx, to: "nginx.conf")
        try write(
            bootstrap(
                listeners: [(8011, "one"), (8012, "two"), (8013, "envoy")],
                clusters: [("one", 9001, "http"), ("two", 9002, "http2"), ("envoy", 8021, "http2")]
            ).text, to: "proxy.json")
        try write(
            bootstrap(
                listeners: [(8021, "two"), (8014, "proxy")],
                clusters: [("two", 9002, "http2"), ("proxy", 8012, "http2")]
            ).text, to: "envoy.json")
        parts.append(try Companion(["nginx", "-p", directory, "-c", "nginx.conf"], log: "\(directory)/nginx.log"))
        parts.append(
            try Companion(
                [RunningMesh.path(of: "meshtop-proxy"), "--config", "\(directory)/proxy.json", "--concurrency", "1"],
                log: "\(directory)/proxy.log"))
        if withEnvoy {
            parts.append(
                try Companion(
                    [
                        Peer.envoy, "-c", "\(directory)/envoy.json", "--concurrency", "1", "--use-dynamic-base-id",
                        "--log-level", "warning",
                    ], log: "\(directory)/envoy.log"))
        }
        try eventually("the first answer", within: 20) {
            try fetch(Self.url(withEnvoy ? Self.fromEnvoy : Self.toHTTP2), seconds: 1).status == 0
        }
    }

    func end() {
        for part in parts.reversed() { part.end() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func write(_ text: String, to file: String) throws {
        try text.write(toFile: "\(directory)/\(file)", atomically: true, encoding: .utf8)
    }

    private var nginx: String {
        """
        daemon off;
        master_process off;
        pid \(directory)/nginx.pid;
        error_log \(directory)/nginx.error.log;
        events { worker_connections 512; }
        http {
            access_log off;
            keepalive_requests 1000000;
            client_body_temp_path \(directory)/body;
            proxy_temp_path \(directory)/proxy;
            fastcgi_temp_path \(directory)/fastcgi;
            uwsgi_temp_path \(directory)/uwsgi;
            scgi_temp_path \(directory)/scgi;
            server {
                listen \(Self.ip):9001;
                listen \(Self.ip):9002 http2;
                location / { return 200 "good $server_protocol\\n"; }
            }
        }
        """
    }

    private func bootstrap(listeners: [(Int64, String)], clusters: [(String, Int64, String)]) -> JSONValue {
        [
            "node": ["id": .string("sidecar~\(Self.ip)~web.shop~shop.svc.cluster.local"), "cluster": "web"],
            "static_resources": [
                "listeners": .array(listeners.map { listener($0, $1) }),
                "clusters": .array(clusters.map { cluster($0, $1, $2) }),
            ],
        ]
    }

    private func listener(_ port: Int64, _ cluster: String) -> JSONValue {
        let manager: JSONValue = [
            "@type":
                "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "ingress_http",
            "route_config": [
                "virtual_hosts": [
                    [
                        "name": "all", "domains": ["*"],
                        "routes": [["match": ["prefix": "/"], "route": ["cluster": .string(cluster)]]],
                    ]
                ]
            ],
            "http_filters": [
                [
                    "name": "envoy.filters.http.router",
                    "typed_config": ["@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"],
                ]
            ],
        ]
        return [
            "name": .string("in-\(port)"), "address": address(port),
            "filter_chains": [
                ["filters": [["name": "envoy.filters.network.http_connection_manager", "typed_config": manager]]]
            ],
        ]
    }

    private func cluster(_ name: String, _ port: Int64, _ version: String) -> JSONValue {
        let options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
        let empty: JSONValue = [:]
        let speaks: JSONValue = [
            "@type": .string("type.googleapis.com/" + options),
            "explicit_http_config": .object(["\(version)_protocol_options": empty]),
        ]
        return [
            "name": .string(name), "type": "STATIC", "connect_timeout": "1s",
            "typed_extension_protocol_options": .object([options: speaks]),
            "load_assignment": [
                "cluster_name": .string(name),
                "endpoints": [["lb_endpoints": [["endpoint": ["address": address(port)]]]]],
            ],
        ]
    }

    private func address(_ port: Int64) -> JSONValue {
        ["socket_address": ["address": .string(Self.ip), "port_value": .integer(port)]]
    }
}
