import Console
import GraphLayout
import JSONWire
import MeshModel
import SystemIO
import Testing

@testable import meshtop

@Suite struct StateFileTests {
    private static func sample() -> KeptConsole {
        var kept = KeptConsole()
        kept.commands = ["services", "select “payment”\n"]
        kept.filters = ["p95 > 100"]
        kept.times = ["5m"]
        for kind in TableKind.allCases {
            kept.tables[kind] = .init(sort: "p95", isDescending: true, filter: "pay", hidden: ["bytes"])
        }
        kept.graphType = .workload
        kept.edgeLabel = .mtls
        kept.find = "cart"
        kept.hide = "idle"
        kept.isAnimated = false
        kept.showsPane = false
        kept.showsMinimap = false
        let (a, b) = (MeshNode.ID("app/shop/a"), MeshNode.ID("app/shop/b"))
        let input = LayoutInput(
            nodes: [a, b].map { .init(id: $0, width: 12, height: 3) }, edges: [.init(source: a, target: b)])
        kept.picture = .init(style: 3, places: Layout(input).places)
        return kept
    }

    private func withFile(_ body: (String) throws -> Void) throws {
        let directory = try Files.makeTemporaryDirectory(prefix: "state")
        defer { try? Files.remove(directory) }
        try body(directory + "/a/b/state.json")
    }

    @Test func `everything comes back`() throws {
        try withFile { path in
            StateFile.keep(Self.sample(), of: "demo", in: path)

            let file = StateFile.read(path)

            #expect(file.meshes.map(\.source) == ["demo"])
            #expect(file.meshes.first?.console == Self.sample())
        }
    }

    @Test func `each mesh has its own, sixteen at most, the last first`() throws {
        try withFile { path in
            for number in 0..<20 {
                var kept = KeptConsole()
                kept.find = "number \(number)"
                StateFile.keep(kept, of: "mesh \(number)", in: path)
            }
            StateFile.keep(Self.sample(), of: "mesh 10", in: path)

            let meshes = StateFile.read(path).meshes

            #expect(meshes.count == 16)
            #expect(meshes.prefix(3).map(\.source) == ["mesh 10", "mesh 19", "mesh 18"])
            #expect(meshes[1].console.find == "number 19")
        }
    }

    @Test(arguments: [
        "", "{", "[]", #"{"version":1}"#, #"{"version":1,"meshes":[1,{"mesh":2},{"mesh":"x"}]}"#,
        #"{"version":1,"meshes":[{"mesh":"x","graph":{"type":"karma","picture":{"style":1,"boxes":[{"id":"a","column":-1}]}}}]}"#,
    ])
    func `what cannot be read is as good as nothing`(text: String) throws {
        try withFile { path in
            StateFile.keep(KeptConsole(), of: "other", in: path)
            try Files.writeAtomically(path, Array(text.utf8))

            let file = StateFile.read(path)

            #expect(file.meshes.allSatisfy { $0.console.picture?.places.places.isEmpty ?? true })
            StateFile.keep(Self.sample(), of: "demo", in: path)
            #expect(StateFile.read(path).meshes.first?.console == Self.sample())
        }
    }

    @Test func `a newer meshtop's file is left alone`() throws {
        try withFile { path in
            StateFile.keep(KeptConsole(), of: "other", in: path)
            let newer = #"{"version":2,"all":"different"}"#
            try Files.writeAtomically(path, Array(newer.utf8))

            StateFile.keep(Self.sample(), of: "demo", in: path)

            #expect(StateFile.read(path).meshes.isEmpty)
            #expect(try Files.read(path) == Array(newer.utf8))
        }
    }
}
