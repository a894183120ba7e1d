import HTTPTransport
import Quantities
import Synchronization
import SystemIO
import TLSTransport

@testable import Collector

/// A trace server on a thread of its own, which answers with files and keeps what it was asked.
final class FakeTraceServer: Sendable {
    typealias Answer = @Sendable (HTTPRequest) -> HTTPResponse?

    let address: SocketAddress
    private let asked: Questions
    private let handle: EventLoopHandle
    private let thread: ThreadHandle

    private final class Questions: Sendable {
        let list = Mutex<[HTTPRequest]>([])
    }

    /// - Parameter answer: nothing for 404.
    init(tls: TLSContext? = nil, _ answer: @escaping Answer) throws {
        let asked = Questions()
        // Handed over to the thread below: nothing here touches them again.
        nonisolated(unsafe) let loop = try EventLoop()
        nonisolated(unsafe) let server = try HTTPServer(loop: loop, address: .loopback(), tls: tls) {
            request, responder in
            asked.list.withLock { $0.append(request) }
            responder.respond(answer(request) ?? .text("404 page not found\n", status: 404))
        }
        address = server.boundAddress
        handle = loop.handle
        self.asked = asked
        thread = try Threads.spawn(name: "fake server") {
            loop.run()
            server.close()
        }
    }

    /// Answers with fixtures by path.
    convenience init(files: [String: String]) throws {
        var bodies: [String: [UInt8]] = [:]
        for (path, file) in files { bodies[path] = try Self.fixture(file) }
        let answers = bodies
        try self.init { request in answers[request.path].map { .json($0) } }
    }

    deinit {
        handle.stop()
        thread.join()
    }

    var questions: [HTTPRequest] { asked.list.withLock { $0 } }

    /// The parameters of the last question for that path.
    func parameters(_ path: String) -> [String: String] {
        let last = questions.last { $0.path == path }
        return [String: String](last?.query ?? []) { $1 }
    }

    func configuration(
        _ api: TraceServerConfiguration.API? = nil, path: String? = nil
    ) -> TraceServerConfiguration {
        TraceServerConfiguration(
            url: TargetURL(scheme: .http, host: .address(address), path: path), api: api, deadline: .seconds(5))
    }

    /// A source that takes it to be noon on the day after the fixtures. The server is there as long as the source is.
    func source(_ api: TraceServerConfiguration.API? = nil) -> TraceServer {
        TraceServer(configuration(api)) { [self] in withExtendedLifetime(self) { Self.now } }
    }

    private static let now = WallTime(nanosecondsSinceEpoch: 1_700_049_600_000_000_000)

    static func fixture(_ name: String) throws -> [UInt8] {
        var path = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        path.removeLast(2)
        return try Files.read(path.joined(separator: "/") + "/Fixtures/TraceServers/" + name)
    }
}
