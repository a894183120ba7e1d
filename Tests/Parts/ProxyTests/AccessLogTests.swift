import Discovery
import Foundation
import HTTPTransport
import JSONWire
import Patterns
import SystemIO
import TestSupport
import Testing

@testable import Proxy

@Suite struct `Access logs` {
    private let directory: String
    private let chain: TestChain

    init() throws {
        directory = try Files.makeTemporaryDirectory(prefix: "logs")
        chain = try TestChain()
    }

    private func log(
        _ format: AccessLog.Format, filter: AccessLogFilter? = nil, routes: [Route]? = nil,
        filters: [HTTPFilter] = []
    ) throws {
        try chain.applySource(
            endpoints: [chain.inbound], routes: routes, filters: filters,
            manager: { $0.accessLogs = [AccessLog(path: "\(directory)/log", format: format, filter: filter)] })
    }

    /// The lines that were written, once there are as many.
    private func lines(_ count: Int) throws -> [String] {
        let file = try #require(chain.sourceBuilder.logFiles["\(directory)/log"])
        try #require(eventually { file.tally.written >= count })
        return String(decoding: try Files.read("\(directory)/log"), as: UTF8.self).split(separator: "\n").map(
            String.init)
    }

    @Test func `have a line a request, in the text that Istio writes`() throws {
        try log(.text(AccessLog.istioText))
        _ = try chain.send(
            "POST", "/cart?item=1",
            headers: [
                ("user-agent", "browser \"x\""), ("x-request-id", "r-1"), ("x-forwarded-for", "203.0.113.7"),
            ], body: Array("12345".utf8))

        let line = try #require(try lines(1).first)
        let upstream = NSRegularExpression.escapedPattern(for: chain.inbound.description)
        let local = NSRegularExpression.escapedPattern(for: chain.outbound.description)
        let expected =
            #"^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] "POST /cart\?item=1 HTTP/1\.1" 200 - via_upstream - "-" "#
            + #"5 5 \d+ \d+ "203\.0\.113\.7" "browser "x"" "r-1" "catalog" "\#(upstream)" "#
            + #"outbound\|80\|\|catalog\.shop\.svc\.cluster\.local 127\.0\.0\.1:\d+ \#(local) 203\.0\.113\.7:0 - -$"#
        #expect(line.range(of: expected, options: .regularExpression) != nil, "\(line)")
    }

    @Test func `have an object a request, with numbers where there are some`() throws {
        try log(.json(AccessLog.istioJSON))
        _ = try chain.send("GET", "/\"quoted\"", headers: [("user-agent", "a\u{e9}\t")])

        let object = try JSONValue.parse(Array(try #require(try lines(1).first).utf8))
        #expect(object["response_code"] == 200)
        #expect(object["bytes_received"] == 0)
        #expect(object["path"] == "/\"quoted\"")
        #expect(object["user_agent"] == "a\u{e9}")
        #expect(object["response_flags"] == "-")
        #expect(object["response_code_details"] == "via_upstream")
        #expect(object["upstream_transport_failure_reason"] == .null)
        #expect(object["duration"]?.int ?? -1 >= 0)
        #expect(object.object?.map(\.key) == AccessLog.istioJSON.keys.sorted())
    }

    @Test(arguments: [
        ("/direct", "200 - direct_response"), ("/nowhere", "503 UH no_healthy_upstream"),
        ("/fault", "418 FI fault_filter_abort"),
    ])
    func `say why the proxy answered by itself`(path: String, words: String) throws {
        try log(
            .text(AccessLog.known("%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%\n")),
            routes: [
                Route(match: Route.Match(path: .prefix("/direct")), action: .direct(Route.DirectResponse(status: 200))),
                Route(
                    match: Route.Match(path: .prefix("/nowhere")),
                    action: .forward(Route.Forward(target: .cluster("?")))),
                Route(
                    match: Route.Match(path: .prefix("/fault")),
                    action: .forward(Route.Forward(target: .cluster(TestChain.cluster))),
                    filters: FilterOverrides(
                        fault: HTTPFault(abort: HTTPFault.Abort(.http(status: 418), share: .all)))),
            ], filters: [.fault(HTTPFault())])
        _ = try chain.send("GET", path)

        #expect(try lines(1) == [words])
    }

    @Test func `leave out what their filter does not want`() throws {
        try log(.text(AccessLog.known("%REQ(:PATH)%\n")), filter: .status(.atLeast, 400))
        chain.application = { request, responder in
            responder.respond(.text("", status: request.path == "/bad" ? 404 : 200))
        }
        for path in ["/good", "/bad", "/good"] { _ = try chain.send("GET", path) }

        #expect(try lines(1) == ["/bad"])
    }

    @Test func `go on over a change of the configuration, in one file`() throws {
        try log(.text(AccessLog.known("a %REQ(:PATH)%\n")))
        _ = try chain.send("GET", "/1")
        let file = chain.sourceBuilder.logFiles["\(directory)/log"]
        try log(.text(AccessLog.known("b %REQ(:PATH)%\n")))
        _ = try chain.send("GET", "/2")

        #expect(try lines(2) == ["a /1", "b /2"])
        #expect(chain.sourceBuilder.logFiles["\(directory)/log"] === file)
    }
}
