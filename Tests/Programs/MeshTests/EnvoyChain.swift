import Foundation
import JSONWire
import Testing

/// Five real Envoys in a row, nothing of ours among them. At the end is nginx, which fails three requests of a hundred; the
/// last Envoy delays ten of a hundred.
///
///     hey → front → cart → order → payment → ledger → bank (nginx)
///
/// Each has its own loopback address, 127.0.4.1 and up, beside those of the demo. Whoever calls it is a cluster of the next one's name.
final class EnvoyChain {
    static let names = ["front", "cart", "order", "payment", "ledger"]
    static let bank = "127.0.4.9"
    static let entrance = "http://127.0.4.1:8080/"
    static let adminAddresses = names.indices.map { "127.0.4.\($0 + 1):9901" }

    private let directory: String
    private var parts: [Companion] = []

    init() throws {
        directory =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("meshtop-envoys-\(UInt32.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try write(Self.nginx(directory), to: "nginx.conf")
        parts.append(try Companion(["nginx", "-p", directory, "-c", "nginx.conf"], log: "\(directory)/nginx.log"))
        for (index, name) in Self.names.enumerated() {
            try write(Self.envoy(index, name).text, to: "\(name).json")
            parts.append(
                try Companion(
                    [
                        Peer.envoy, "-c", "\(directory)/\(name).json", "--concurrency", "1", "--use-dynamic-base-id",
                        "--log-level", "warning",
                    ], log: "\(directory)/\(name).log"))
        }
        try eventually("the chain's first answer", within: 20) {
            try fetch(Self.entrance, seconds: 1).status == 0
        }
    }

    func end() {
        for part in parts.reversed() { part.end() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    private func write(_ text: String, to file: String) throws {
        try text.write(toFile: "\(directory)/\(file)", atomically: true, encoding: .utf8)
    }

    private static func nginx(_ directory: String) -> String {
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
            # By the request's number and time, so that each falls anew.
            split_clients "$connection.$connection_requests.$msec" $fate { 3% fail; * pass; }
            server {
                listen \(bank):8080;
                location / {
                    if ($fate = fail) { return 503; }
                    return 200 "good\n";
                }
            }
        }
        """
    }

    private static func envoy(_ index: Int, _ name: String) -> JSONValue {
        let own = "127.0.4.\(index + 1)"
        let isLast = index == names.count - 1
        let next = isLast ? "bank" : names[index + 1]
        let manager: JSONValue = [
            "@type":
                "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "ingress_http",
            "route_config": [
                "virtual_hosts": [
                    [
                        "name": "all", "domains": ["*"],
                        "routes": [["match": ["prefix": "/"], "route": ["cluster": .string(next)]]],
                    ]
                ]
            ],
            "http_filters": .array(isLast ? [delay, router] : [router]),
        ]
        return [
            "node": ["id": .string("\(name)-1"), "cluster": .string(name)],
            "admin": ["address": address(own, 9901)],
            "static_resources": [
                "listeners": [
                    [
                        "name": "ingress", "address": address(own, 8080),
                        "filter_chains": [
                            [
                                "filters": [
                                    ["name": "envoy.filters.network.http_connection_manager", "typed_config": manager]
                                ]
                            ]
                        ],
                    ]
                ],
                "clusters": [
                    [
                        "name": .string(next), "type": "STATIC", "connect_timeout": "1s",
                        "load_assignment": [
                            "cluster_name": .string(next),
                            "endpoints": [
                                [
                                    "lb_endpoints": [
                                        ["endpoint": ["address": address(isLast ? bank : "127.0.4.\(index + 2)", 8080)]]
                                    ]
                                ]
                            ],
                        ],
                    ]
                ],
            ],
        ]
    }

    private static let router: JSONValue = [
        "name": "envoy.filters.http.router",
        "typed_config": ["@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"],
    ]

    private static let delay: JSONValue = [
        "name": "envoy.filters.http.fault",
        "typed_config": [
            "@type": "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault",
            "delay": ["fixed_delay": "0.150s", "percentage": ["numerator": 10, "denominator": "HUNDRED"]],
        ],
    ]

    private static func address(_ ip: String, _ port: Int64) -> JSONValue {
        ["socket_address": ["address": .string(ip), "port_value": .integer(port)]]
    }
}
