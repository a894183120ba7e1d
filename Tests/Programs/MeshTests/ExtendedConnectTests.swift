import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// WebSocket over HTTP/2 (RFC 8441), with Envoy at the other end of it.
    ///
    ///     client ─ h1 ─→ meshtop-proxy ─ h2 ─→ Envoy ─ h1 ─→ server
    ///     client ─ h1 ─→ Envoy ─ h2 ─→ meshtop-proxy ─ h1 ─→ server
    @Suite(
        "WebSocket over HTTP/2",
        .enabled(if: Peer.hasEnvoy && Peer.hasPython("websockets"), "envoy or websockets is not in MESHTOP_PEERS"))
    struct ExtendedConnectTests {
        private static let ip = "127.0.9.1"

        @Test(arguments: [(8031, "to Envoy"), (8032, "from Envoy"), (8033, "to ourselves")])
        func `all that belongs to it passes`(port: Int, _: String) throws {
            let directory = FileManager.default.temporaryDirectory
                .appendingPathComponent("meshtop-connect-\(UInt32.random(in: 0 ... .max))").path
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            var parts: [Companion] = []
            defer {
                for part in parts.reversed() { part.end() }
                try? FileManager.default.removeItem(atPath: directory)
            }
            func start(_ name: String, _ words: [String]) throws {
                parts.append(try Companion(words, log: "\(directory)/\(name).log"))
            }
            let ours = Self.bootstrap([(8031, "envoy"), (8041, "server"), (8033, "proxy")])
            let theirs = Self.bootstrap([(8042, "server"), (8032, "proxy")])
            for (name, bootstrap) in [("ours", ours), ("theirs", theirs)] {
                try bootstrap.text.write(toFile: "\(directory)/\(name).json", atomically: true, encoding: .utf8)
            }
            try start("server", [Peer.python, "-u", "-c", WebSocketPeers.server, Self.ip, "7102"])
            try start(
                "ours",
                [RunningMesh.path(of: "meshtop-proxy"), "--config", "\(directory)/ours.json", "--concurrency", "1"])
            try start(
                "theirs",
                [
                    Peer.envoy, "-c", "\(directory)/theirs.json", "--concurrency", "1", "--use-dynamic-base-id",
                    "--log-level", "warning",
                ])
            for port in [7102, 8031, 8032] {
                try eventually("a server at \(port)", within: 20) {
                    try run("bash", ["-c", "exec 3<>/dev/tcp/\(Self.ip)/\(port)"]).status == 0
                }
            }

            let result = try run(Peer.python, ["-c", WebSocketPeers.client, "\(Self.ip):\(port)"])

            #expect(result.output == WebSocketPeers.said, "\(result)")
        }

        /// Listeners at `ports` with the cluster that each leads to.
        private static func bootstrap(_ ports: [(Int64, String)]) -> JSONValue {
            [
                "node": ["id": .string("sidecar~\(ip)~web.shop~shop.svc.cluster.local"), "cluster": "web"],
                "static_resources": [
                    "listeners": .array(ports.map { listener($0, $1) }),
                    "clusters": [
                        cluster("server", 7102, "http"), cluster("proxy", 8041, "http2"),
                        cluster("envoy", 8042, "http2"),
                    ],
                ],
            ]
        }

        private static func listener(_ port: Int64, _ cluster: String) -> JSONValue {
            let manager: JSONValue = [
                "@type":
                    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                "stat_prefix": "ingress_http", "upgrade_configs": [["upgrade_type": "websocket"]],
                "http2_protocol_options": ["allow_connect": true],
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

        private static func cluster(_ name: String, _ port: Int64, _ version: String) -> JSONValue {
            let options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
            let said: JSONValue = version == "http2" ? ["allow_connect": true] : [:]
            let speaks: JSONValue = [
                "@type": .string("type.googleapis.com/" + options),
                "explicit_http_config": .object(["\(version)_protocol_options": said]),
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

        private static func address(_ port: Int64) -> JSONValue {
            ["socket_address": ["address": .string(ip), "port_value": .integer(port)]]
        }
    }
}
