import Foundation
import Testing

/// The proxy by itself, of a bootstrap file, for one test: it answers everything on port 8080 by itself.
struct StaticProxy {
    let address: String
    let process: Companion
    private let directory: String

    /// - Parameters:
    ///   - address: of its own, in 127.0.0.0/8; the admin pages are on port 15000.
    ///   - manager: more fields of the HTTP connection manager, as YAML in flow style.
    ///   - listener: more fields of the listener.
    ///   - options: more of the command line.
    ///   - descriptors: how many the process may have.
    init(
        at address: String, manager: [String] = [], listener: [String] = [], options: [String] = [],
        descriptors: Int = 1000
    ) throws {
        self.address = address
        directory =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("meshtop-proxy-\(UInt32.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Self.bootstrap(address, manager, listener)
            .write(toFile: "\(directory)/proxy.yaml", atomically: true, encoding: .utf8)
        process = try Companion(
            // The hard limit, too: the proxy would raise the other.
            [
                "sh", "-c", "ulimit -n \(descriptors); exec \"$0\" \"$@\"", try RunningMesh.path(of: "meshtop-proxy"),
                "--config", "\(directory)/proxy.yaml", "--concurrency", "1",
            ] + options, log: "\(directory)/proxy.log")
        try eventually("readiness", within: 20) { try fetch(admin("/ready"), seconds: 1).output == "LIVE\n" }
    }

    var url: String { "http://\(address):8080/" }
    func admin(_ path: String) -> String { "http://\(address):15000\(path)" }

    func end() {
        process.end()
        try? FileManager.default.removeItem(atPath: directory)
    }

    private static func bootstrap(_ address: String, _ manager: [String], _ listener: [String]) -> String {
        let config = "type.googleapis.com/envoy.extensions.filters"
        func lines(_ fields: [String], indentation: Int) -> String {
            fields.map { String(repeating: " ", count: indentation) + $0 + "\n" }.joined()
        }
        return """
            node: {id: "sidecar~\(address)~web-v1.shop~shop.svc.cluster.local", cluster: web.shop}
            admin: {address: {socket_address: {address: \(address), port_value: 15000}}}
            static_resources:
              listeners:
              - name: web
                traffic_direction: OUTBOUND
                address: {socket_address: {address: \(address), port_value: 8080}}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": \(config).network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: web
                      route_config:
                        name: web
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes: [{match: {prefix: /}, direct_response: {status: 200, body: {inline_string: here}}}]
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config: {"@type": \(config).http.router.v3.Router}

            """ + lines(manager, indentation: 10) + lines(listener, indentation: 4)
    }
}
