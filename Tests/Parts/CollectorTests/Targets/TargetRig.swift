import HTTPTransport
import MeshModel
import Quantities
import SystemIO
import TLSTransport
import TestSupport

@testable import Collector

/// A directory of a test's own, removed when the test ends.
final class Scratch {
    let path: String

    init() throws {
        path = try Files.makeTemporaryDirectory(prefix: "meshtop-targets")
    }

    deinit {
        try? Files.remove(path)
    }

    func file(_ name: String, _ text: String) throws -> String {
        let path = "\(path)/\(name)"
        try Files.writeAtomically(path, Array(text.utf8))
        return path
    }
}

/// Something that has metrics, and answers as the test wants.
final class FakeTarget {
    private(set) var requests: [HTTPRequest] = []
    private var server: HTTPServer?

    init(
        _ loop: EventLoop, tls: TLSContext? = nil, _ answer: @escaping (HTTPRequest) -> HTTPResponse = { _ in .metrics }
    )
        throws
    {
        server = try HTTPServer(loop: loop, address: .loopback(), tls: tls) { [unowned self] request, responder in
            requests.append(request)
            responder.respond(answer(request))
        }
    }

    var address: SocketAddress { server?.boundAddress ?? .loopback() }
    var port: UInt16 { address.port }
}

extension HTTPResponse {
    static let metrics = HTTPResponse(
        status: 200, headers: ["content-type": "text/plain; version=0.0.4"],
        body: Array("istio_requests_total{reporter=\"x\"} 1\n".utf8))
}

/// Starts a collector that scrapes five times a second.
func collect(_ mailbox: Mailbox, _ sources: TargetSources) throws -> Collector {
    try Collector(CollectorConfiguration(sources: sources, interval: .milliseconds(200), window: .seconds(2))) {
        mailbox.put($0)
    }
}

extension Mailbox {
    /// The names of the targets that are up.
    var up: [String] { newest?.targets.filter { $0.state == .up }.map(\.address) ?? [] }
    /// The names of all targets.
    var all: [String] { newest?.targets.map(\.address) ?? [] }
    var notices: [String] { newest?.notices ?? [] }
}
