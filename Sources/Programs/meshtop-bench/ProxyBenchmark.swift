import Glibc
import HTTPTransport
import Quantities
import SystemIO

/// HTTP/1.1 proxying, ours and nginx's in turn in one run: CPU per request, which other load on the machine moves
/// least, and requests a second beside it.
///
///     wrk (CPU 1) → proxy (CPU 0) → nginx that answers 128 bytes (CPU 1)
///
/// Ours runs as a sidecar's outbound role: routing by authority, metrics and spans' identifiers on, plain HTTP.
struct ProxyBenchmark {
    struct Settings {
        var programs: String
        var rounds = 3
        var secondsPerRound = 4
        var connections = 64
    }

    struct Sample {
        var requestsPerSecond: Double
        var microsecondsPerRequest: Double
        /// The proxy's share of its processor; below 0.9 the generator was the bottleneck.
        var saturation: Double
        var peakMegabytes: Double
    }

    private static let upstreamPort = 18_281
    private static let nginxPort = 18_282
    private static let oursPort = 18_283

    let settings: Settings
    private let directory: String
    private let loop: EventLoop

    init(_ settings: Settings) throws {
        self.settings = settings
        loop = try EventLoop()
        directory = try Files.makeTemporaryDirectory(prefix: "meshtop-bench-")
    }

    /// Runs the rounds in turn and prints a row for each proxy and the ratio of the medians.
    func run() throws {
        defer { try? Files.remove(directory) }
        let upstream = try start("nginx", nginxArguments("upstream", Self.upstreamConfiguration), processor: 1)
        defer { end(upstream) }
        let nginx = try start("nginx", nginxArguments("proxy", Self.proxyConfiguration), processor: 0)
        defer { end(nginx) }
        try Files.writeAtomically("\(directory)/bootstrap.yaml", Array(Self.bootstrap.utf8))
        let ours = try start(
            "\(settings.programs)/meshtop-proxy", ["--config", "\(directory)/bootstrap.yaml", "--concurrency", "1"],
            processor: 0)
        defer { end(ours) }
        for port in [Self.upstreamPort, Self.nginxPort, Self.oursPort] { try awaitAnswer(port: port) }

        var samples: (ours: [Sample], nginx: [Sample]) = ([], [])
        for round in 0...settings.rounds {
            let seconds = round == 0 ? 1 : settings.secondsPerRound
            let a = try measure(ours, port: Self.oursPort, seconds: seconds)
            let b = try measure(nginx, port: Self.nginxPort, seconds: seconds)
            // The first round warms caches and connections and is not counted.
            guard round > 0 else { continue }
            samples.ours.append(a)
            samples.nginx.append(b)
        }
        report("meshtop-proxy", samples.ours)
        report("nginx", samples.nginx)
        let ratio =
            median(samples.ours.map(\.microsecondsPerRequest)) / median(samples.nginx.map(\.microsecondsPerRequest))
        print("  CPU per request, ratio to nginx: \(Humane.fixed(ratio, decimals: 2))")
    }

    // MARK: Measuring

    private func measure(_ process: ChildProcess, port: Int, seconds: Int) throws -> Sample {
        let output = "\(directory)/wrk.out"
        try Files.remove(output)
        let before = try ProcessUsage(of: process)
        let start = SystemClock.monotonic()
        let load = try ChildProcess(
            ChildCommand(
                "taskset",
                [
                    "-c", "1", "wrk", "-t1", "-c\(settings.connections)", "-d\(seconds)s", "-H",
                    "Host: upstream.example", "http://127.0.0.1:\(port)/",
                ], standardOutput: .file(output), standardError: .file(output)), loop: loop)
        guard loop.run(until: start.advanced(by: .seconds(seconds + 10)), { load.exit != nil }) else {
            end(load)
            throw BenchmarkFailure("wrk did not end in time")
        }
        let elapsed = start.duration(to: SystemClock.monotonic()).inSeconds
        let after = try ProcessUsage(of: process)
        let text = String(decoding: try Files.read(output), as: UTF8.self)
        guard let requests = Self.requests(inWrkOutput: text), requests > 0 else {
            throw BenchmarkFailure("wrk reported no requests:\n\(text)")
        }
        if text.contains("Non-2xx") { throw BenchmarkFailure("wrk saw answers other than 2xx:\n\(text)") }
        let busy = after.processorSeconds - before.processorSeconds
        return Sample(
            requestsPerSecond: Double(requests) / Double(seconds),
            microsecondsPerRequest: busy * 1e6 / Double(requests), saturation: busy / elapsed,
            peakMegabytes: after.peakMegabytes)
    }

    /// `  328094 requests in 4.00s, 61.02MB read`
    private static func requests(inWrkOutput text: String) -> Int? {
        for line in text.split(separator: "\n") where line.contains(" requests in ") {
            return line.split(separator: " ").first.flatMap { Int($0) }
        }
        return nil
    }

    private func report(_ name: String, _ samples: [Sample]) {
        let saturation = median(samples.map(\.saturation))
        print(
            "  \(name): \(Humane.fixed(median(samples.map(\.microsecondsPerRequest)), decimals: 1)) µs CPU a request, "
                + "\(Humane.count(median(samples.map(\.requestsPerSecond)))) requests/s, "
                + "peak \(Humane.fixed(median(samples.map(\.peakMegabytes)), decimals: 0)) MB"
                + (saturation < 0.9 ? " (its processor was only \(Humane.percent(Ratio(saturation))) busy)" : ""))
    }

    // MARK: Processes

    private func start(_ program: String, _ arguments: [String], processor: Int) throws -> ChildProcess {
        try ChildProcess(
            ChildCommand(
                "taskset", ["-c", String(processor), program] + arguments, standardOutput: .discarded,
                standardError: .file("\(directory)/stderr.log")), loop: loop)
    }

    private func end(_ process: ChildProcess) {
        process.terminate(grace: .seconds(2))
        _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(4))) { process.exit != nil }
    }

    private func awaitAnswer(port: Int) throws {
        let client = HTTPClient(loop: loop)
        guard let address = SocketAddress(ip: "127.0.0.1", port: UInt16(port)) else { return }
        let deadline = SystemClock.monotonic().advanced(by: .seconds(5))
        while SystemClock.monotonic() < deadline {
            var request = HTTPRequest("GET", "/")
            request.headers.add("host", "upstream.example")
            var status: Int?
            var isDone = false
            client.send(request, to: address, deadline: .seconds(1), maximumBody: 1 << 20) { result in
                if case .success(let response) = result { status = response.status }
                isDone = true
            }
            _ = loop.run(until: deadline) { isDone }
            if status == 200 { return }
            // Not listening yet: give the process a turn of the clock before the next try.
            _ = loop.run(until: SystemClock.monotonic().advanced(by: .milliseconds(20))) { false }
        }
        let log = (try? Files.read("\(directory)/stderr.log")) ?? []
        throw BenchmarkFailure("nothing answers on port \(port):\n\(String(decoding: log, as: UTF8.self))")
    }

    // MARK: Configuration of the three processes

    private func nginxArguments(_ name: String, _ configuration: String) throws -> [String] {
        let path = "\(directory)/\(name).conf"
        let head = """
            daemon off; worker_processes 1; pid \(directory)/\(name).pid; error_log \(directory)/\(name).log warn;
            events { worker_connections 1024; }

            """
        try Files.writeAtomically(path, Array((head + configuration).utf8), mode: 0o644)
        return ["-p", directory, "-c", path]
    }

    private static let upstreamConfiguration = """
        http {
            access_log off; keepalive_requests 100000000;
            server {
                listen 127.0.0.1:\(upstreamPort);
                location / { default_type text/plain; return 200 "\(String(repeating: "x", count: 128))"; }
            }
        }
        """

    /// As a careful operator would: keep-alive to the upstream, no access log, and the two headers that our proxy
    /// adds as well.
    private static let proxyConfiguration = """
        http {
            access_log off; keepalive_requests 100000000;
            upstream backend { server 127.0.0.1:\(upstreamPort); keepalive 128; keepalive_requests 100000000; }
            server {
                listen 127.0.0.1:\(nginxPort);
                location / {
                    proxy_pass http://backend;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header Host $host;
                    proxy_set_header X-Request-Id $request_id;
                    proxy_set_header X-Forwarded-Proto $scheme;
                }
            }
        }
        """

    private static let bootstrap = """
        node: {id: "sidecar~127.0.0.1~bench-v1.default~default.svc.cluster.local", cluster: bench}
        static_resources:
          listeners:
            - name: virtualOutbound
              traffic_direction: OUTBOUND
              address: {socket_address: {address: 127.0.0.1, port_value: \(oursPort)}}
              filter_chains:
                - filters:
                    - name: envoy.filters.network.http_connection_manager
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                        stat_prefix: outbound
                        http_filters:
                          - name: envoy.filters.http.router
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                        route_config:
                          name: outbound
                          virtual_hosts:
                            - name: upstream.example:80
                              domains: ["upstream.example"]
                              routes:
                                - match: {prefix: "/"}
                                  route: {cluster: upstream}
          clusters:
            - name: upstream
              type: STATIC
              lb_policy: LEAST_REQUEST
              load_assignment:
                cluster_name: upstream
                endpoints:
                  - lb_endpoints:
                      - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: \(upstreamPort)}}}
        """
}
