import Discovery
import HTTPTransport
import JSONWire
import SystemIO
import Testing
import TrafficPolicy

@testable import Proxy

/// Requests that choose their endpoint themselves, of three that each say their name.
@Suite("Hashing") struct HashingTests {
    private let chain: TestChain
    private let servers: [HTTPServer]

    init() throws {
        let chain = try TestChain()
        self.chain = chain
        servers = try (0..<3).map { _ in
            var name = ""
            let server = try HTTPServer(loop: chain.loop, address: .loopback()) { _, responder in
                responder.respond(HTTPResponse(status: 200, body: Array(name.utf8)))
            }
            name = "\(server.boundAddress)"
            return server
        }
    }

    private func apply(_ policy: JSONValue, _ balancing: Cluster.Balancing = .ringHash) throws {
        let route = try Route(json: [
            "match": ["prefix": "/"],
            "route": ["cluster": .string(TestChain.cluster), "hash_policy": [policy]],
        ])
        try chain.applySource(endpoints: servers.map(\.boundAddress), secure: false, routes: [route]) {
            $0.balancing = balancing
        }
    }

    private func answerer(_ target: String = "/", _ headers: (String, String)...) throws -> String {
        String(decoding: try chain.send("GET", target, headers: headers).body, as: UTF8.self)
    }

    @Test(arguments: [(Cluster.Balancing.ringHash, HashTable.Kind.ring()), (.maglev, .maglev())])
    func `a header's value goes where the table says`(balancing: Cluster.Balancing, kind: HashTable.Kind) throws {
        try apply(["header": ["header_name": "X-User"]], balancing)
        let addresses = servers.map { "\($0.boundAddress)" }
        let table = HashTable(kind, addresses: addresses)

        for user in (0..<30).map({ "user-\($0)" }) {
            let place = try #require(table.endpoint(of: XXHash64.hash(user.utf8)))
            #expect(try answerer("/", ("x-user", user)) == addresses[place])
        }
        // Without the header it is chance.
        #expect(Set(try (0..<40).map { _ in try answerer() }).count == 3)
    }

    @Test func `a cookie is set where it is missing, and then leads back`() throws {
        try apply(["cookie": ["name": "session", "ttl": "3600s", "path": "/"]])

        let first = try chain.send()
        let cookie = try #require(first.headers["set-cookie"])
        #expect(cookie.hasPrefix("session=\"") && cookie.hasSuffix("\"; Max-Age=3600; Path=/; HttpOnly"))
        let pair = String(cookie.prefix { $0 != ";" })
        for _ in 0..<5 {
            let again = try chain.send(headers: [("cookie", "a=b; \(pair)")])
            #expect(again.body == first.body)
            #expect(again.headers["set-cookie"] == nil)
        }
    }

    @Test func `a query parameter and the source's address choose, too`() throws {
        try apply(["query_parameter": ["name": "user"]])
        let answers = try (0..<20).map { user in
            let first = try answerer("/x?y=1&user=\(user)")
            #expect(try answerer("/?user=\(user)&z") == first)
            return first
        }
        #expect(Set(answers).count > 1)

        try apply(["connection_properties": ["source_ip": true]])
        #expect(Set(try (0..<10).map { _ in try answerer() }).count == 1)
    }

    @Test func `an endpoint that leaves takes only its own keys along`() throws {
        try apply(["header": ["header_name": "x-user"]])
        let users = (0..<40).map { "user-\($0)" }
        let before = try users.map { try answerer("/", ("x-user", $0)) }
        let route = try Route(json: [
            "match": ["prefix": "/"],
            "route": [
                "cluster": .string(TestChain.cluster), "hash_policy": [["header": ["header_name": "x-user"]]],
            ],
        ])
        let gone = "\(servers[1].boundAddress)"

        try chain.applySource(
            endpoints: [servers[0].boundAddress, servers[2].boundAddress], secure: false, routes: [route]
        ) { $0.balancing = .ringHash }

        var moved = 0
        for (user, answer) in zip(users, before) {
            let after = try answerer("/", ("x-user", user))
            #expect(after != gone)
            if answer != gone, after != answer { moved += 1 }
        }
        // A ring of two has more points each than one of three.
        #expect(moved <= 15, "\(moved) of \(users.count)")
    }
}
