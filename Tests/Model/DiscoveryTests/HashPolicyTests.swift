import Discovery
import JSONWire
import Testing

@Suite("Hash policies on the wire") struct HashPolicyTests {
    @Test(arguments: [
        HashPolicy(.header("x-user")), HashPolicy(.queryParameter("user"), isTerminal: true),
        HashPolicy(.sourceAddress), HashPolicy(.cookie(name: "c", path: "/", lifetime: .zero)),
        HashPolicy(.cookie(name: "c", path: "", lifetime: nil)),
    ])
    func `every kind survives`(policy: HashPolicy) throws {
        #expect(try HashPolicy(json: try JSONValue.parse(policy.json.serialized())) == policy)
    }

    @Test(arguments: [
        ("{}", "what to hash is required"),
        (#"{"header": {"header_name": "a"}, "cookie": {"name": "b"}}"#, "cookie"),
        (#"{"filter_state": {"key": "a"}}"#, "filter_state"),
    ])
    func `what cannot be hashed is refused`(text: String, part: String) throws {
        do {
            _ = try HashPolicy(json: try JSONValue.parse(Array(text.utf8)))
            Issue.record("accepted")
        } catch let error as SchemaError {
            #expect("\(error)".contains(part), "\(error)")
        }
    }

    @Test func `a Maglev table has a prime size`() throws {
        func cluster(_ size: Int64) throws -> Cluster {
            try Cluster(json: [
                "name": "c", "lb_policy": "MAGLEV", "maglev_lb_config": ["table_size": .integer(size)],
            ])
        }

        #expect(throws: SchemaError.self) { try cluster(65_536) }
        let read = try cluster(251)
        #expect(read.maglevTableSize == 251)
        #expect(try Cluster(json: read.json) == read)
    }
}
