import ControlPlane
import JSONWire
import MeshConfig
import Quantities
import Storage
import Testing

@Suite struct `The configuration store` {
    private let author = Author(who: "ann", why: "a try")

    @Test func `gives every change a revision of its own and keeps both bodies`() throws {
        let clock = ManualClock()
        let store = try ConfigurationStore(path: ":memory:") { clock.now }
        let key = key("a")

        _ = try store.commit([.put(key, ["spec": 1]), .put(self.key("b"), ["spec": 2])], by: author)
        clock.now = clock.now.advanced(by: .seconds(5))
        let changes = try store.commit([.put(key, ["spec": 3])], by: Author(who: "bob", why: "better"))

        #expect(store.revision == Revision(4))
        #expect(changes.map(\.revision) == [Revision(4)])
        #expect(store.object(key)?.body == ["spec": 3, "metadata": ["resourceVersion": "4"]])
        let last = try #require(try store.change(at: Revision(4)))
        #expect(last.author == Author(who: "bob", why: "better"))
        #expect(last.old?["spec"] == 1)
        #expect(last.new?["spec"] == 3)
        #expect(last.time == clock.now)
    }

    @Test func `can undo any change it remembers`() throws {
        let store = try makeStore()
        let key = key("a")
        _ = try store.commit([.put(key, ["spec": 1])], by: author)
        _ = try store.commit([.put(key, ["spec": 2])], by: author)
        _ = try store.commit([.delete(key)], by: author)

        for (revision, spec) in [(4, 2), (3, 1)] as [(Int64, JSONValue)] {
            let change = try #require(try store.change(at: Revision(revision)))
            _ = try store.commit([change.undoing], by: author)
            #expect(store.object(key)?.body["spec"] == spec)
        }
        let first = try #require(try store.change(at: Revision(2)))
        _ = try store.commit([first.undoing], by: author)

        #expect(store.object(key) == nil)
        #expect(store.revision == Revision(7))
    }

    @Test func `skips what changes nothing`() throws {
        let store = try makeStore()
        let key = key("a")
        _ = try store.commit([.put(key, ["spec": 1])], by: author)
        let before = store.revision

        let changes = try store.commit(
            [.put(key, ["spec": 1, "metadata": ["resourceVersion": "2"]]), .delete(self.key("b"))], by: author)

        #expect(changes.isEmpty)
        #expect(store.revision == before)
    }

    @Test func `is the same after a restart`() throws {
        try withScratchFolder { folder in
            let path = folder + "/mesh.db"
            let clock = ManualClock()
            let file = AppliedFile(path: "a.yaml", fingerprint: "f1", keys: [key("a"), key("b")])
            do {
                let store = try ConfigurationStore(path: path) { clock.now }
                _ = try store.commit(
                    [.put(key("a"), ["spec": 1]), .put(key("b"), ["spec": 2])], by: author, files: [file])
                _ = try store.commit([.delete(key("b"))], by: author)
            }

            let store = try ConfigurationStore(path: path) { clock.now }

            #expect(store.revision == Revision(4))
            #expect(store.objects.map(\.key) == [key("a")])
            #expect(store.objects.map(\.revision) == [Revision(2)])
            #expect(try store.appliedFiles() == ["a.yaml": file])
            #expect(try store.changes(after: Revision(2))?.map(\.revision) == [Revision(3), Revision(4)])
        }
    }

    @Test func `forgets history beyond its limit and says so`() throws {
        let store = try ConfigurationStore(path: ":memory:", historyLimit: 3) { ManualClock().now }
        for number in 1...6 as ClosedRange<Int64> {
            _ = try store.commit([.put(key("a"), ["spec": .integer(number)])], by: author)
        }

        #expect(try store.changes(after: Revision(4))?.map(\.revision.number) == [5, 6, 7])
        #expect(try store.changes(after: Revision(3)) == nil)
        #expect(try store.changes(after: Revision(7)) == [])
        #expect(try store.changes(after: Revision(8)) == nil)
        #expect(try store.history(limit: 2).map(\.revision.number) == [7, 6])
    }

    @Test func `never goes back to a revision, also when history was cut`() throws {
        try withScratchFolder { folder in
            let path = folder + "/mesh.db"
            do {
                let store = try ConfigurationStore(path: path, historyLimit: 1) { ManualClock().now }
                for number in 1...4 as ClosedRange<Int64> {
                    _ = try store.commit([.put(key("a"), ["spec": .integer(number)])], by: author)
                }
                _ = try store.commit([.delete(key("a"))], by: author)
            }

            #expect(try ConfigurationStore(path: path) { ManualClock().now }.revision == Revision(6))
        }
    }

    @Test func `accepts a token once, until it expires, and only the newest of a workload`() throws {
        let store = try makeStore()
        let start = ManualClock().now
        let hour = start.advanced(by: .seconds(3_600))
        try store.issueToken(hash: "old", namespace: "shop", entry: "web", expires: hour)
        try store.issueToken(hash: "one", namespace: "shop", entry: "web", expires: hour)
        try store.issueToken(hash: "two", namespace: "shop", entry: "cart", expires: hour)

        #expect(try store.token(hash: "old", at: start) == .unknown)
        #expect(try store.token(hash: "one", at: start) == .accepted(namespace: "shop", entry: "web"))
        #expect(try store.token(hash: "two", at: hour) == .expired)
        try store.recordCertificate(
            serial: "1", identity: "spiffe://cluster.local/ns/shop/sa/web", issued: start, expires: hour,
            usingToken: "one")
        #expect(try store.token(hash: "one", at: start) == .used)
        #expect(try store.certificateCount() == 1)
    }

    private func makeStore() throws -> ConfigurationStore {
        try ConfigurationStore(path: ":memory:") { ManualClock().now }
    }

    private func key(_ name: String) -> ObjectKey {
        ObjectKey(kind: .virtualService, namespace: "shop", name: name)
    }
}
