import HTTPTransport
import Quantities
import SystemIO
import TLSTransport
import TestSupport
import Testing
import TraceModel

@testable import Collector

@Suite struct TraceServerTests {
    @Test func `which API a server has is found out once`() throws {
        for (path, file, api) in [
            ("/api/services", "jaeger-services.json", "/api/traces"),
            ("/api/search/tags", "tempo-tags.json", "/api/search"),
            ("/api/v2/services", "zipkin-services.json", "/api/v2/traces"),
            ("/api/v3/services", "jaeger-v3-services.json", "/api/v3/traces"),
        ] {
            let server = try FakeTraceServer(files: [path: file])
            let source = server.source()

            _ = try? source.find(TraceQuery())
            let count = server.questions.count { $0.path == path }
            _ = try? source.find(TraceQuery())

            #expect(server.questions.contains { $0.path == api }, "\(path)")
            #expect(server.questions.count { $0.path == "/api/services" } <= count + 2)
        }
    }

    @Test func `another meshtop is asked as Jaeger, with one question for all services`() throws {
        let receiver = try TraceReceiver(address: .loopback())
        defer { receiver.stop() }
        receiver.traces.insert(
            try [
                TestSpan.make(1, service: "web.shop"),
                TestSpan.make(2, parent: 1, service: "payment.payments", status: .error), TestSpan.make(1, of: 2),
            ])
        let source = TraceServer(
            TraceServerConfiguration(url: TargetURL(host: .address(receiver.boundAddress))))

        #expect(try source.find(TraceQuery()) == receiver.traces.find(TraceQuery()))
        #expect(try source.find(TraceQuery(service: "web", calledService: "payment")).map(\.errorCount) == [1])
        #expect(try source.find(TraceQuery(operation: "GET /", errorsOnly: true)).count == 1)
        #expect(try source.find(TraceQuery(operation: "PUT /")) == [])
        #expect(try source.serviceNames() == ["payment.payments", "web", "web.shop"])
        #expect(
            try source.dependencies(TraceQuery()).value
                == [TraceDependency(caller: "web.shop", called: "payment.payments", callCount: 1, errorCount: 1)])
    }

    @Test func `credentials, tenant and other fields go with every question`() throws {
        let server = try FakeTraceServer(files: ["/api/search": "tempo-search.json"])
        var configuration = server.configuration(.tempo, path: "/tempo/?team=shop")
        configuration.access.credentials = .basic(user: "me", password: .text("secret"))
        let tenants = [configuration.setTenant("shop-1"), configuration.setTenant("a\r\nb")]
        configuration.headers.add("x-team", "mesh")

        _ = try? TraceServer(configuration).find(TraceQuery())

        let asked = try #require(server.questions.first)
        #expect(tenants == [true, false])
        #expect(asked.path == "/tempo/api/search")
        #expect(asked.query("team") == "shop")
        #expect(asked.headers["authorization"] == "Basic bWU6c2VjcmV0")
        #expect(asked.headers["x-scope-orgid"] == "shop-1")
        #expect(asked.headers["x-team"] == "mesh")
    }

    @Test func `TLS is spoken with whom the authority vouches for, and a token read from its file`() throws {
        let scratch = try Scratch()
        let now = SystemClock.wall()
        let uri = "spiffe://cluster.local/ns/watch/sa/tempo"
        let authority = try CertificateAuthority.makeRoot(commonName: "test root", now: now)
        let key = try PrivateKey.makeP256()
        let request = try CertificateSigningRequest(pem: CertificateSigningRequest.make(key: key, uri: uri))
        let certificate = try authority.issue(request, uri: uri, now: now, lifetime: .seconds(3600))
        let context = try TLSContext(
            server: TLSServerSettings(
                chain: [certificate], key: key, roots: [authority.root], clientCertificate: .required))
        let search = try FakeTraceServer.fixture("tempo-search.json")
        let server = try FakeTraceServer(tls: context) { request in
            request.headers["authorization"] == "Bearer s3cret" ? .json(search) : .text("", status: 401)
        }
        var configuration = server.configuration(.tempo)
        configuration.url.scheme = .https
        configuration.access.credentials = .bearer(.file(try scratch.file("token", "s3cret\n")))
        configuration.access.tls.authorityFile = try scratch.file("ca.pem", authority.root.pem)
        configuration.access.tls.serverName = uri
        configuration.access.tls.certificateFile = try scratch.file("me.pem", certificate.pem)
        configuration.access.tls.keyFile = try scratch.file("me.key", key.pem)
        var other = configuration
        other.access.tls.serverName = "spiffe://cluster.local/ns/watch/sa/other"

        #expect(try TraceServer(configuration).find(TraceQuery()).count == 2)
        let failure = #expect(throws: TraceSourceFailure.self) { try TraceServer(other).find(TraceQuery()) }
        #expect(failure?.message.contains("expected spiffe://cluster.local/ns/watch/sa/other") == true)
    }

    @Test func `a server that says nothing is waited for as long as it may be`() throws {
        let silent = try Listening()
        var configuration = TraceServerConfiguration(
            url: TargetURL(scheme: .http, host: .address(silent.address)), api: .zipkin)
        configuration.deadline = .milliseconds(50)

        let failure = #expect(throws: TraceSourceFailure.self) { try TraceServer(configuration).find(TraceQuery()) }

        #expect(
            failure?.message.hasSuffix(
                "no answer within 50 ms; give it more with --traces-timeout, or ask for less with --limit or --lookback"
            )
                == true)
    }

    /// A socket that takes connections and never reads.
    private final class Listening {
        let address: SocketAddress
        private let loop: EventLoop
        private let server: HTTPServer

        init() throws {
            // The loop is never run.
            loop = try EventLoop()
            server = try HTTPServer(loop: loop, address: .loopback()) { _, _ in }
            address = server.boundAddress
        }
    }

    @Test func `a pasted address of the API itself is understood`() throws {
        for (path, base) in [("/api", ""), ("/jaeger/api/", "/jaeger"), ("/zipkin/api/v2", "/zipkin"), ("/", "")] {
            let configuration = TraceServerConfiguration(
                url: TargetURL(host: .address(.loopback()), path: path))
            #expect(configuration.url(of: "/api/x", [("a", "b c")]).path == "\(base)/api/x?a=b%20c")
        }
    }

    @Test(arguments: [
        (HTTPResponse.text("<html>sign in</html>"), "answered 200 with a web page; is it a trace server"),
        (.text(""), "the body is no JSON"),
        (.text(#"{"traces":[{"traceID":"5b"#), "the body is no JSON"),
        (.text("[]"), "expected an object"),
        (.text(#"{"traces":[{"traceID":17}]}"#), "traces[0].traceID: expected 1 to 32 hexadecimal digits"),
        (.text("no org id", status: 401), "answered 401: it wants credentials"),
        (.text("no org id", status: 400), "it has tenants, name one with --traces-tenant"),
        (.text("parse error at line 1", status: 400), "refuses the query: parse error at line 1"),
        (.text("too many", status: 429), "answered 429, it wants fewer questions: too many"),
        (.text("starting", status: 503), "answered 503, it is not ready or has no time: starting"),
        (HTTPResponse(status: 302, headers: ["location": "/login"]), "answered 302, it is elsewhere: /login"),
        (.text(#"{"errors":[{"code":500,"msg":"disk"}]}"#, status: 500), "answered 500: disk"),
    ])
    func `a refusal says what and what to try`(response: HTTPResponse, words: String) throws {
        let server = try FakeTraceServer { _ in response }

        let failure = #expect(throws: TraceSourceFailure.self) { try server.source(.tempo).find(TraceQuery()) }

        let message = failure?.message ?? ""
        #expect(message.contains(words), "\(message)")
        #expect(message.hasPrefix("no traces from http://127.0.0.1:"))
    }

    @Test func `a server that is none of them, is away, silent or talks too much is said to be so`() throws {
        let other = try FakeTraceServer { _ in .text("hello") }
        let secret = try FakeTraceServer { _ in .text("", status: 401) }
        let long = try FakeTraceServer { _ in .text(String(repeating: " ", count: 5000)) }
        var limited = long.configuration(.zipkin)
        limited.bodyBytes = 1000
        let closed = try FakeTraceServer { _ in nil }.configuration()
        func message(_ source: TraceServer) -> String {
            do {
                _ = try source.find(TraceQuery())
                return ""
            } catch {
                return error.message
            }
        }

        #expect(message(other.source()).contains("it is no Jaeger, Tempo or Zipkin that could be recognised"))
        #expect(message(secret.source()).contains("answered 401: it wants credentials"))
        #expect(secret.questions.count == 1)
        #expect(message(TraceServer(limited)).contains("more than 1000 bytes; ask for less with --limit"))
        #expect(message(TraceServer(closed)).contains("no traces from http://127.0.0.1:"))
    }

    /// Every answer of every server, broken in many ways: an answer or an error, and never a trap.
    @Test func `broken answers of any kind are errors or answers`() throws {
        let bodies = try [
            "jaeger-services.json", "jaeger-traces.json", "jaeger-partial.json", "jaeger-dependencies.json",
            "jaeger-v3-chunks.json", "tempo-search.json", "tempo-trace-v1.json", "tempo-trace-v2.json",
            "tempo-values-v2.json", "zipkin-traces.json", "zipkin-dependencies.json",
        ].map(FakeTraceServer.fixture)
        let hostile = [
            "null", "0", "-1e308", "1e400", #""x""#, "[]", "{}", "[[[[[[[[]]]]]]]]", "99999999999999999999",
            "{\"data\":0}",
            #"{"traces":{}}"#, #"{"traces":[null,1,{}]}"#, #"{"data":[{"traceID":"1","spans":7}]}"#,
            #"{"traces":[{"traceID":"1","durationMs":1e300,"startTimeUnixNano":"-5","serviceStats":{"a":{"spanCount":9223372036854775807},"b":{"spanCount":9223372036854775807}}}]}"#,
            #"{"result":{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"AAAA","spanId":9}]}]}]}}"#,
        ].map { Array($0.utf8) }
        var random = SeededGenerator(seed: 6)
        let id = try #require(TraceID(hexadecimal: "5b8aa5a2d2c872e8321cf37308d69df2"))
        var all = hostile + bodies
        for body in bodies {
            for _ in 0..<6 {
                var broken = body
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = Int.random(in: broken.indices, using: &random)
                    switch Int.random(in: 0...2, using: &random) {
                    case 0: broken.removeSubrange(place...)
                    case 1: broken[place] = UInt8.random(in: 0...255, using: &random)
                    default: broken.insert(contentsOf: Array("9999999999".utf8), at: place)
                    }
                    if broken.isEmpty { break }
                }
                all.append(broken)
            }
        }

        var answers = 0
        for body in all {
            let server = try FakeTraceServer { _ in .json(body) }
            for api in TraceServerConfiguration.API.allCases {
                let source = server.source(api)
                if (try? source.find(TraceQuery(service: "frontend", limit: 3))) != nil { answers += 1 }
                _ = try? source.trace(id)
                _ = try? source.operationNames(of: "frontend")
                _ = try? source.dependencies(TraceQuery())
            }
        }

        #expect(answers > 0)
    }
}
