import JSONWire
import MeshModel
import Testing

@testable import Collector

@Suite struct InventoryReadingTests {
    private func read(_ kind: InventoryKind, _ text: String) throws -> InventoryObject? {
        InventoryObject(try JSONValue(parsing: text), kind: kind)
    }

    @Test(arguments: [
        // spec labels over the object's own; canonical names before the usual; the name last.
        (#"{"metadata":{"name":"web-1","namespace":"shop"}}"#, "shop web-1 web-1 latest", Bool?.none),
        (
            #"{"metadata":{"name":"w","namespace":"n","labels":{"app":"a","version":"v1"}},"spec":{"labels":{"version":"v2"}}}"#,
            "n w a v2", nil
        ),
        (
            #"{"metadata":{"name":"w","namespace":"n"},"spec":{"labels":{"app":"a","service.istio.io/canonical-name":"c","service.istio.io/canonical-revision":"r","version":"v","service.istio.io/workload-name":"wl"}}}"#,
            "n wl c r", nil
        ),
        (
            #"{"metadata":{"name":"w"},"spec":{"labels":{"security.istio.io/tlsMode":"disabled"}}}"#,
            "default w w latest", false
        ),
        (
            #"{"metadata":{"name":"w"},"spec":{"labels":{"security.istio.io/tlsMode":"istio"}}}"#,
            "default w w latest", true
        ),
        (#"{"metadata":{"name":"w"},"spec":{"labels":[1,2],"address":7}}"#, "default w w latest", nil),
    ])
    func `a workload entry is named as its proxy names itself`(
        _ text: String, _ words: String, _ hasProxy: Bool?
    ) throws {
        guard case .workload(let workload)? = try read(.workloadEntry, text) else {
            Issue.record("no workload")
            return
        }

        let identity = workload.identity
        #expect(
            "\(identity.namespace) \(identity.workload) \(identity.app) \(identity.version)" == words)
        #expect(workload.hasProxy == hasProxy)
    }

    @Test func `entries, services and gateways are read for what the graph needs`() throws {
        let entry = try read(
            .serviceEntry,
            #"{"metadata":{"name":"bank","namespace":"pay"},"spec":{"hosts":["bank.example",3],"exportTo":["."],"new":1}}"#
        )
        #expect(
            entry
                == .serviceEntry(.init(namespace: "pay", name: "bank", hosts: ["bank.example"], exportTo: ["."])))
        #expect(
            try read(.service, #"{"metadata":{"name":"cart","namespace":"shop"},"spec":null}"#)
                == .service(ServiceName(namespace: "shop", name: "cart")))
        #expect(
            try read(
                .gateway,
                #"{"metadata":{"name":"g","namespace":"shop"},"spec":{"selector":{"istio":"in"},"servers":[{"hosts":["a.b"]},{"hosts":["*"]}]}}"#
            )
                == .gateway(.init(namespace: "shop", name: "g", selector: ["istio": "in"], hosts: ["a.b", "*"])))
    }

    @Test(arguments: ["{}", "[]", "7", #"{"metadata":{"name":""}}"#, #"{"metadata":{"name":{}}}"#])
    func `what has no name is no object`(_ text: String) throws {
        for kind in InventoryKind.allCases { #expect(try read(kind, text) == nil) }
    }

    // MARK: Lists and watches

    private func service(_ name: String, version: Int = 1) -> String {
        #"{"metadata":{"name":"\#(name)","namespace":"shop","resourceVersion":"\#(version)"}}"#
    }

    private func names(_ list: ObjectList<InventoryObject>) -> [String] { list.objects.keys.sorted().map(\.name) }

    @Test func `pages make one list, from whose version a watch goes on`() throws {
        var list = ObjectList { InventoryObject($0, kind: .service) }

        let next = try list.add(
            page: Array(#"{"metadata":{"resourceVersion":"7","continue":"abc"},"items":[\#(service("a"))]}"#.utf8))
        let end = try list.add(page: Array(#"{"metadata":{"resourceVersion":"8"},"items":[\#(service("b"))]}"#.utf8))

        #expect(next == "abc" && end == nil)
        #expect(names(list) == ["a", "b"])
        #expect(list.version == "8")
    }

    @Test func `events change the list, and tell whether they did`() throws {
        var list = ObjectList { InventoryObject($0, kind: .service) }
        func take(_ type: String, _ object: String) throws -> Bool {
            try list.take(event: Array(#"{"type":"\#(type)","object":\#(object)}"#.utf8))
        }

        #expect(try take("ADDED", service("a", version: 3)))
        // Nothing that the graph needs has changed.
        #expect(try !take("MODIFIED", service("a", version: 4)))
        #expect(try take("ADDED", service("b", version: 5)))
        #expect(try take("DELETED", service("a", version: 6)))
        #expect(try !take("DELETED", service("a", version: 6)))
        #expect(try !take("BOOKMARK", #"{"metadata":{"resourceVersion":"9"}}"#))
        #expect(try !take("SOMETHING", "{}"))
        #expect(names(list) == ["b"])
        #expect(list.version == "9")
        #expect(throws: ObjectListFailure.ended("too old")) { try take("ERROR", #"{"message":"too old","code":410}"#) }
    }

    @Test(arguments: ["", "{", "[]", "{}", #"{"type":"ADDED"}"#, "\u{0}"])
    func `what is no event is refused`(_ text: String) {
        var list = ObjectList { InventoryObject($0, kind: .service) }
        #expect(throws: ObjectListFailure.self) { try list.take(event: Array(text.utf8)) }
        #expect(throws: ObjectListFailure.self) { _ = try list.add(page: Array(text.utf8)) }
    }

    @Test func `lines are the same however the bytes are cut`() throws {
        let bytes = Array("one\n\ntwo three\nfour\nrest".utf8)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                var buffer = LineBuffer()
                var lines: [[UInt8]] = []
                for part in [bytes[..<first], bytes[first..<second], bytes[second...]] {
                    let whole = buffer.add(Array(part))
                    lines += whole ?? []
                    #expect(whole != nil)
                }
                #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "two three", "four"])
            }
        }
    }

    @Test func `a line without an end is given up`() {
        var buffer = LineBuffer()
        let piece = [UInt8](repeating: 0x61, count: 1 << 20)
        let taken = (0..<5).map { _ in buffer.add(piece) != nil }
        #expect(taken == [true, true, true, true, false])
    }
}
