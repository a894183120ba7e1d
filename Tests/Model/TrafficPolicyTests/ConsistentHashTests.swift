import Testing
import TrafficPolicy

/// Tables as Envoy makes them, and the hash's published values.
@Suite("Consistent hashing") struct ConsistentHashTests {
    @Test(
        arguments: [
            ("", 0xef46_db37_51d8_e999), ("a", 0xd24e_c4f1_a98c_6e5b), ("abc", 0x44bc_2cf5_ad77_0999),
            ("Nobody inspects the spammish repetition", 0xfbce_a83c_8a37_8bf1),
        ] as [(String, UInt64)])
    func `the hash is xxHash64`(text: String, expected: UInt64) {
        #expect(XXHash64.hash(text.utf8) == expected)
        #expect(XXHash64.hash(text.utf8, seed: 1) != expected)
    }

    private static let kinds: [HashTable.Kind] = [.ring(), .maglev()]
    private static let addresses = (1...10).map { "127.0.1.\($0):8080" }
    private static let hashes = (0..<20_000).map { XXHash64.hash("user-\($0)".utf8) }

    /// What Envoy 1.40.0 did with the header `x-user` of `user-0` to `user-39` and endpoints 127.0.5.1:8080 to
    /// 127.0.5.3:8080; each digit is the endpoint's last. Recorded on 2026-11-23 from one proxy with one worker.
    @Test(arguments: [
        (HashTable.Kind.ring(), "2332333333131131322312313133213312111113"),
        (.ring(minimum: 100), "3212232312232232323212132132212112332133"),
        (.maglev(), "1222332222131131123121222212331232113131"),
        (.maglev(size: 251), "3121311333222133131231321312223223332121"),
    ])
    func `keys go where Envoy sends them`(kind: HashTable.Kind, expected: String) {
        let table = HashTable(kind, addresses: (1...3).map { "127.0.5.\($0):8080" })

        let places = (0..<40).map { table.endpoint(of: XXHash64.hash("user-\($0)".utf8)) }

        #expect(places.map { $0.map { "\($0 + 1)" } ?? "-" }.joined() == expected)
    }

    @Test(arguments: zip(kinds, [0.35, 0.06]))
    func `keys spread over all endpoints`(kind: HashTable.Kind, tolerance: Double) throws {
        let table = HashTable(kind, addresses: Self.addresses)

        var counts = [Int](repeating: 0, count: 10)
        for hash in Self.hashes { counts[try #require(table.endpoint(of: hash))] += 1 }

        for count in counts { #expect(abs(Double(count) / 2000 - 1) <= tolerance, "\(counts)") }
    }

    /// A ring moves only the keys of the endpoint that left; Maglev a few more.
    @Test(arguments: zip(kinds, [0.0, 0.03]))
    func `little moves when an endpoint leaves`(kind: HashTable.Kind, allowed: Double) throws {
        let all = HashTable(kind, addresses: Self.addresses)
        let left = Self.addresses.enumerated().filter { $0.offset != 3 }.map(\.element)
        let fewer = HashTable(kind, addresses: left)

        var moved = 0
        var orphans = 0
        for hash in Self.hashes {
            let before = Self.addresses[try #require(all.endpoint(of: hash))]
            let after = left[try #require(fewer.endpoint(of: hash))]
            if before == Self.addresses[3] { orphans += 1 } else if before != after { moved += 1 }
        }

        #expect(orphans > 1000)
        // Points per endpoint are rounded up, so a smaller ring has a few more of each.
        #expect(Double(moved) / Double(Self.hashes.count) <= allowed + 0.11, "\(moved)")
    }

    @Test(arguments: kinds)
    func `the order of the endpoints does not matter`(kind: HashTable.Kind) {
        let forward = HashTable(kind, addresses: Self.addresses)
        let backward = HashTable(kind, addresses: Self.addresses.reversed())

        #expect(
            Self.hashes.allSatisfy { hash in
                forward.endpoint(of: hash).map { Self.addresses[$0] }
                    == backward.endpoint(of: hash).map { Self.addresses.reversed()[$0] }
            })
    }

    @Test(arguments: kinds)
    func `another attempt finds another endpoint, and nobody is found among none`(kind: HashTable.Kind) {
        let table = HashTable(kind, addresses: Self.addresses)

        let found = Set((0..<20).compactMap { table.endpoint(of: 42, attempt: $0) })

        #expect(found.count > 3)
        #expect(HashTable(kind, addresses: []).endpoint(of: 42) == nil)
        #expect(HashTable(kind, addresses: ["a"]).endpoint(of: 42, attempt: 9) == 0)
    }

    @Test func `keys join in order, and a terminal one ends`() {
        let first = HashKey(.header(Array("a".utf8)))
        let second = HashKey(.header(Array("b".utf8)))
        let values: [HashKey: [UInt8]] = [first: [1], second: [2]]
        let one = XXHash64.hash([1])

        #expect(HashKey.hash(of: [first], value: { values[$0] }) == one)
        #expect(
            HashKey.hash(of: [first, second], value: { values[$0] })
                == (one << 1 | one >> 63) ^ XXHash64.hash([2]))
        let terminal = HashKey(.header(Array("a".utf8)), isTerminal: true)
        #expect(HashKey.hash(of: [terminal, second], value: { values[$0] ?? ($0 == terminal ? [1] : nil) }) == one)
        #expect(HashKey.hash(of: [first], value: { _ in nil }) == nil)
    }

    @Test(
        arguments: [
            ("user=a; b=c", "user", "a"), ("x=user=1; user=\"q\"", "user", "q"), ("user", "user", nil),
            ("", "user", nil),
            ("user=;", "user", ""),
        ] as [(String, String, String?)])
    func `a cookie is found by its name`(header: String, name: String, expected: String?) {
        let value = HashKey.cookie(Array(name.utf8), in: Array(header.utf8)[...])
        #expect(value.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test func `a new cookie is worded as Envoy words it`() {
        let cookie = HashKey.newCookie(
            name: Array("user".utf8), path: "/", lifetime: .seconds(60),
            connection: "Nobody inspects the spammish repetition"
        )
        #expect(cookie.field == "user=\"fbcea83c8a378bf1\"; Max-Age=60; Path=/; HttpOnly")
    }
}
