import Foundation
import Testing

extension EndToEnd {
    /// What people write WebSocket and gRPC with in Python, at both ends of two sidecars, and a collector for their spans.
    @Suite("Python's protocols through two sidecars")
    struct PythonPeerTests {
        @Test(.enabled(if: Peer.hasPython("websockets"), "websockets is not in MESHTOP_PEERS"))
        func `WebSocket passes with all that belongs to it`() throws {
            let mesh = try PeerMesh()
            defer { mesh.end() }
            try mesh.start("chat", [Peer.python, "-u", "-c", WebSocketPeers.server, PeerMesh.servers, "7002"])
            try awaitServer(at: 7002)

            let result = try run(Peer.python, ["-c", WebSocketPeers.client, PeerMesh.http])

            #expect(result.output == WebSocketPeers.said, "\(result)")
            try eventually("both sidecars' counts of three upgrades", within: 10) {
                try mesh.sums(
                    "istio_requests_total", #"response_code="101""#,
                    #"destination_service="chat.shop.svc.cluster.local""#) == [3, 3]
            }
        }

        private static let grpcServer = """
            import sys, grpc, concurrent.futures
            def unary(request, context):
                if request == b"nothing":
                    context.set_trailing_metadata((("x-reason", "there is none"),))
                    context.abort(grpc.StatusCode.NOT_FOUND, "nothing found")
                if request == b"sleep":
                    import time; time.sleep(20)
                return request[::-1]
            def down(request, context):
                for number in range(int(request)):
                    yield b"%d " % number + b"x" * 1000
            def up(requests, context):
                return b"%d" % sum(len(request) for request in requests)
            def both(requests, context):
                for request in requests:
                    yield request.upper()
            server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", {
                "Unary": grpc.unary_unary_rpc_method_handler(unary),
                "Down": grpc.unary_stream_rpc_method_handler(down),
                "Up": grpc.stream_unary_rpc_method_handler(up),
                "Both": grpc.stream_stream_rpc_method_handler(both),
            }),))
            assert server.add_insecure_port(sys.argv[1] + ":" + sys.argv[2])
            server.start()
            server.wait_for_termination()
            """

        private static let grpcClient = """
            import sys, queue, grpc
            channel = grpc.insecure_channel(sys.argv[1], options=[
                ("grpc.default_authority", "echo.shop.svc.cluster.local:9000")])
            def failure(call):
                try:
                    call()
                except grpc.RpcError as error:
                    trailers = dict(error.trailing_metadata() or ())
                    return error.code().name, error.details(), trailers.get("x-reason")
            unary = channel.unary_unary("/test.Echo/Unary")
            print(unary(b"hello", timeout=10), len(unary(b"x" * 2_000_000, timeout=20)))
            print(failure(lambda: unary(b"nothing", timeout=10)))
            # Whose clock strikes first, gRPC's or a sidecar's.
            print(failure(lambda: unary(b"sleep", timeout=0.5))[0] in ("DEADLINE_EXCEEDED", "UNAVAILABLE"))
            print(failure(lambda: channel.unary_unary("/test.Echo/No")(b"", timeout=10))[0])
            print(len(list(channel.unary_stream("/test.Echo/Down")(b"2000", timeout=20))))
            print(channel.stream_unary("/test.Echo/Up")(iter([b"x" * 1000] * 2000), timeout=20))
            waiting = queue.Queue()
            answers = channel.stream_stream("/test.Echo/Both")(iter(waiting.get, None), timeout=20)
            heard = []
            for number in range(100):
                # Each waits for the answer to the one before: nothing may be held back.
                waiting.put(b"word %d" % number)
                heard.append(next(answers))
            waiting.put(None)
            print(heard == [b"WORD %d" % number for number in range(100)], list(answers), answers.code().name)
            """

        @Test(.enabled(if: Peer.hasPython("grpc"), "grpcio is not in MESHTOP_PEERS"))
        func `gRPC passes in all four ways of calling`() throws {
            let mesh = try PeerMesh()
            defer { mesh.end() }
            try mesh.start("echo", [Peer.python, "-u", "-c", Self.grpcServer, PeerMesh.servers, "7003"])
            try awaitServer(at: 7003)

            let result = try run(Peer.python, ["-c", Self.grpcClient, PeerMesh.http])

            #expect(
                result.output == """
                    b'olleh' 2000000
                    ('NOT_FOUND', 'nothing found', 'there is none')
                    True
                    UNIMPLEMENTED
                    2000
                    b'2000000'
                    True [] OK

                    """, "\(result)")
            try eventually("every status of gRPC in the metrics", within: 10) {
                let counts = try ["0", "5", "12"].map {
                    try mesh.sums("istio_requests_total", #"grpc_response_status="\#($0)""#)
                }
                return counts == [[5, 5], [1, 1], [1, 1]]
            }
        }

        @Test(.enabled(if: Peer.rotel != nil, "rotel is not in MESHTOP_PEERS"))
        func `rotel receives the spans of both sidecars, joined`() throws {
            let mesh = try PeerMesh()
            defer { mesh.end() }
            let rotel = try mesh.start(
                "rotel",
                [
                    "env", "ROTEL_TELEMETRY_ENABLED=false", try #require(Peer.rotel), "start", "--exporter",
                    "blackhole", "--debug-log", "traces", "--debug-log-verbosity", "detailed", "--otlp-http-endpoint",
                    PeerMesh.receiver, "--otlp-grpc-endpoint", "127.0.8.5:4317", "--pid-file",
                    "\(mesh.directory)/rotel.pid",
                ])
            try mesh.start("files", [Peer.python, "-u", "-m", "http.server", "7002", "--bind", PeerMesh.servers])
            try awaitServer(at: 7002)
            try eventually("rotel's start", within: 10) { rotel.said.contains("Starting Rotel") }

            let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
            let answer = try run(
                "curl",
                [
                    "-sS", "--max-time", "10", "-o", "/dev/null", "-w", "%{http_code}", "-H", "host: chat", "-H",
                    "traceparent: 00-\(trace)-00f067aa0ba902b7-01", "http://\(PeerMesh.http)/missing?from=rotel",
                ])
            #expect(answer.output == "404")

            try eventually("two spans of the trace at rotel", within: 20) {
                Self.spans(of: trace, in: rotel.said).count == 2
            }
            let spans = Self.spans(of: trace, in: rotel.said)
            let client = try #require(spans.first { $0["Kind"] == "SPAN_KIND_CLIENT" })
            let server = try #require(spans.first { $0["Kind"] == "SPAN_KIND_SERVER" })
            #expect(client["Parent ID"] == "00f067aa0ba902b7")
            #expect(server["Parent ID"] == client["ID"])
            for span in [client, server] {
                #expect(span["http.method"] == "Str(GET)" && span["http.status_code"] == "Str(404)")
                #expect(span["http.url"] == "Str(http://chat/missing?from=rotel)")
            }
            #expect(client["peer.workload"] == "Str(data-v1)" && server["peer.workload"] == "Str(web-v1)")
        }

        /// The spans of a trace as rotel prints them, by what stands before the colon.
        private static func spans(of trace: String, in log: String) -> [[String: String]] {
            var spans: [[String: String]] = []
            for line in log.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                if line.hasPrefix("Span #") { spans.append([:]) }
                guard parts.count == 2, !spans.isEmpty else { continue }
                let name = parts[0].hasPrefix("-> ") ? String(parts[0].dropFirst(3)) : parts[0]
                spans[spans.count - 1][name] = parts[1]
            }
            return spans.filter { $0["Trace ID"] == trace }
        }

        /// Waits until a server listens.
        private func awaitServer(at port: UInt16) throws {
            try eventually("a server at \(port)", within: 20) {
                try run("bash", ["-c", "exec 3<>/dev/tcp/\(PeerMesh.servers)/\(port)"]).status == 0
            }
        }
    }
}
