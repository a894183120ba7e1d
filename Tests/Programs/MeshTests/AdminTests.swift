import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// What people and tools ask a proxy that runs.
    @Suite("The proxy's admin pages") struct AdminTests {
        @Test func `they tell and change what Envoy's do`() throws {
            let proxy = try StaticProxy(at: "127.0.8.31")
            defer { proxy.end() }
            func get(_ path: String) throws -> String {
                try run("curl", ["-s", "--max-time", "5", proxy.admin(path)]).output
            }
            func post(_ path: String) throws -> String {
                try run("curl", ["-s", "--max-time", "5", "-X", "POST", proxy.admin(path)]).output
            }
            _ = try fetch(proxy.url)

            let stats = try get("/stats?filter=%5Eserver%5C.(live%7Cconcurrency)%24")
            #expect(stats == "server.concurrency: 1\nserver.live: 1\n")
            let json = try JSONValue.parse(Array(try get("/stats?format=json&filter=server.live").utf8))
            #expect(json == ["stats": [["name": "server.live", "value": 1]]])
            #expect(try get("/stats?filter=(").contains("filter: "))
            #expect(try get("/stats?format=prometheus&filter=x").contains("istio_requests_total"))

            #expect(try get("/logging") == "use POST\n")
            #expect(try post("/logging?level=debug") == "active loggers:\n  all: debug\n")
            #expect(try post("/logging") == "active loggers:\n  all: debug\n")
            #expect(try post("/logging?level=loud").hasPrefix("level loud: expected one of trace, debug"))

            #expect(try post("/healthcheck/fail") == "OK\n")
            #expect(try get("/ready") == "FAILED\n")
            #expect(try fetch(proxy.url).output == "here")
            #expect(try post("/healthcheck/ok") == "OK\n")
            #expect(try get("/ready") == "LIVE\n")

            let info = try JSONValue.parse(Array(try get("/server_info").utf8))
            #expect(info["limits"]?["head_bytes"] == 61_440)
            let help = try get("/help")
            for page in ["/stats", "/logging", "/healthcheck/fail", "/reopen_logs"] { #expect(help.contains(page)) }
        }

        @Test func `a load balancer's word on the client is believed where it is expected, and logged`() throws {
            let log = FileManager.default.temporaryDirectory
                .appendingPathComponent("meshtop-balanced-\(UInt32.random(in: 0 ... .max)).log").path
            let type = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"
            let proxy = try StaticProxy(
                at: "127.0.8.33",
                manager: [
                    #"access_log: [{name: f, typed_config: {"@type": \#(type), path: "\#(log)", "#
                        + #"log_format: {text_format_source: {inline_string: "%DOWNSTREAM_REMOTE_ADDRESS%\n"}}}}]"#
                ],
                listener: [
                    "listener_filters:", "- name: envoy.filters.listener.proxy_protocol",
                    "  typed_config:",
                    #"    "@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"#,
                ])
            defer { proxy.end() }
            defer { try? FileManager.default.removeItem(atPath: log) }

            // curl itself speaks version 1.
            let said = try run("curl", ["-s", "--haproxy-protocol", "--max-time", "5", proxy.url])
            let silent = try run("curl", ["-s", "--max-time", "5", proxy.url])

            #expect(said.output == "here")
            #expect(silent.status != 0)
            try eventually("the line", within: 10) {
                ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").hasPrefix("127.0.8.33:")
                    || ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").hasPrefix("127.0.0.1:")
            }
        }

        @Test func `logs go on in a new file when the old one was moved away`() throws {
            let log = FileManager.default.temporaryDirectory
                .appendingPathComponent("meshtop-access-\(UInt32.random(in: 0 ... .max)).log").path
            let type = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"
            let proxy = try StaticProxy(
                at: "127.0.8.32",
                manager: [
                    #"access_log: [{name: f, typed_config: {"@type": \#(type), path: "\#(log)", "#
                        + #"log_format: {text_format_source: {inline_string: "%REQ(:PATH)%\n"}}}}]"#
                ])
            defer { proxy.end() }
            defer { for file in [log, log + ".1"] { try? FileManager.default.removeItem(atPath: file) } }
            func text(_ file: String) -> String { (try? String(contentsOfFile: file, encoding: .utf8)) ?? "" }
            _ = try fetch(proxy.url + "one")
            try eventually("the first line", within: 10) { text(log) == "/one\n" }
            try FileManager.default.moveItem(atPath: log, toPath: log + ".1")

            _ = try run("curl", ["-s", "-X", "POST", proxy.admin("/reopen_logs")])
            try eventually("a new file", within: 10) { FileManager.default.fileExists(atPath: log) }
            _ = try fetch(proxy.url + "two")

            try eventually("the second line", within: 10) { text(log) == "/two\n" }
            #expect(text(log + ".1") == "/one\n")
        }
    }
}
