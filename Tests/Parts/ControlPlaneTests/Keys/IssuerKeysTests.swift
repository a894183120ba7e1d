import HTTPTransport
import JSONWire
import MeshConfig
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import ControlPlane

@Suite("Keys of issuers") struct IssuerKeysTests {
    /// An issuer's keys with a web that the test plays.
    private final class Scene {
        let loop: EventLoop
        /// What is at each address; an address that is not here does not answer well.
        var web: [String: String] = [:]
        private(set) var asked: [String] = []
        private(set) var changes = 0
        private(set) var keys: IssuerKeys?

        init() throws {
            loop = try EventLoop()
            let keys = IssuerKeys(loop: loop, log: Log(subsystem: "test"), firstRetry: .milliseconds(1)) {
                [unowned self] uri, _, completion in
                asked.append(uri)
                let answer = web[uri].map { Array($0.utf8) }
                loop.soon { completion(answer.map { .success($0) } ?? .failure(KeyFetchFailure("nobody there"))) }
            }
            keys.onChange = { [unowned self] in changes += 1 }
            self.keys = keys
        }

        func until(_ condition: () -> Bool) -> Bool {
            loop.run(until: SystemClock.monotonic().advanced(by: .seconds(10)), condition)
        }
    }

    private static let place = KeyLocation.keys(uri: "https://a.example/keys")
    private static let set = TokenSigner(.edDSA).keySet()

    @Test func `keys are fetched once, and told`() throws {
        let scene = try Scene()
        scene.web["https://a.example/keys"] = Self.set
        let keys = try #require(scene.keys)

        keys.follow([Self.place: .seconds(5)])
        keys.follow([Self.place: .seconds(5)])

        #expect(scene.until { keys.text(at: Self.place) == Self.set })
        #expect(scene.asked.count == 1)
        #expect(scene.changes == 1)
        keys.follow([:])
        #expect(keys.text(at: Self.place) == nil)
    }

    @Test func `an issuer's description leads to its keys`() throws {
        let scene = try Scene()
        scene.web["https://a.example/.well-known/openid-configuration"] = #"{"jwks_uri": "https://b.example/k"}"#
        scene.web["https://b.example/k"] = Self.set
        let keys = try #require(scene.keys)
        let place = KeyLocation.discovery(issuer: "https://a.example/")

        keys.follow([place: .seconds(5)])

        #expect(scene.until { keys.text(at: place) == Self.set })
    }

    @Test func `what fails is tried again, and what came stays`() throws {
        let scene = try Scene()
        let keys = try #require(scene.keys)

        keys.follow([Self.place: .seconds(5)])
        #expect(scene.until { scene.asked.count >= 3 })
        #expect(keys.text(at: Self.place) == nil)
        scene.web["https://a.example/keys"] = #"{"keys": []}"#
        let before = scene.asked.count
        #expect(scene.until { scene.asked.count > before + 1 })
        #expect(keys.text(at: Self.place) == nil)
        scene.web["https://a.example/keys"] = Self.set
        #expect(scene.until { keys.text(at: Self.place) == Self.set })
        #expect(scene.changes == 1)
        keys.stop()
    }

    @Test func `an answer that nobody waits for any more is dropped`() throws {
        let scene = try Scene()
        scene.web["https://a.example/keys"] = Self.set
        let keys = try #require(scene.keys)

        keys.follow([Self.place: .seconds(5)])
        keys.follow([:])
        var isOver = false
        scene.loop.soon { scene.loop.soon { isOver = true } }

        #expect(scene.until { isOver })
        #expect(keys.text(at: Self.place) == nil)
        #expect(scene.changes == 0)
    }

    @Test(arguments: [
        ("https://a.example", true, "a.example", 443, "a.example", "/"),
        ("http://a.example/keys?x=y#z", false, "a.example", 80, "a.example", "/keys?x=y"),
        ("https://a.example:8443?x", true, "a.example", 8443, "a.example:8443", "/?x"),
        ("http://[::1]:9/k", false, "::1", 9, "[::1]:9", "/k"),
        ("http://[::1]/k", false, "::1", 80, "[::1]", "/k"),
    ])
    func `addresses are taken apart`(
        uri: String, isSecure: Bool, host: String, port: UInt16, authority: String, target: String
    ) throws {
        let address = try #require(WebAddress(uri))

        #expect(address.isSecure == isSecure && address.host == host && address.port == port)
        #expect(address.authority == authority && address.target == target)
    }

    @Test(arguments: [
        "", "ftp://a", "https://", "https:///a", "https://user@a", "https://a:0", "https://a:99999", "https://a:b",
        "https://a b", "a.example/keys", "http://:80",
    ])
    func `what is no address is none`(uri: String) {
        #expect(WebAddress(uri) == nil)
    }

    @Test func `keys come over a real connection`() throws {
        let loop = try EventLoop()
        let server = try HTTPServer(loop: loop, address: .loopback()) { request, responder in
            responder.respond(
                request.target == "/keys" ? .json(Array(Self.set.utf8)) : .text("no", status: 404))
        }
        let web = WebFetch(loop: loop)
        func fetch(_ path: String) -> Result<[UInt8], KeyFetchFailure>? {
            var answer: Result<[UInt8], KeyFetchFailure>?
            web.fetch("http://localhost:\(server.boundAddress.port)\(path)", timeout: .seconds(5)) { answer = $0 }
            _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(10))) { answer != nil }
            return answer
        }

        #expect(fetch("/keys") == .success(Array(Self.set.utf8)))
        #expect(fetch("/other") == .failure(KeyFetchFailure("the answer was 404")))
        server.close()
    }
}
