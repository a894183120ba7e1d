import ControlPlane
import Glibc
import SystemIO
import Testing

@Suite struct `The configuration folder` {
    @Test func `is read by name, without an editor's files`() throws {
        try withScratchFolder { folder in
            for name in ["b.yaml", "a.yml", "c.json", ".a.yaml.swp", ".hidden.yaml", "readme.md"] {
                try Files.writeAtomically(folder + "/" + name, Array(name.utf8))
            }
            try Files.makeDirectory(folder + "/more.yaml")

            let (files, unreadable) = try ConfigurationDirectory(path: folder + "/").read()

            #expect(files.map(\.path) == ["a.yml", "b.yaml", "c.json"])
            #expect(files.map(\.displayPath).first == folder + "/a.yml")
            #expect(unreadable == [])
        }
    }

    @Test func `shows a change of content by the fingerprint`() throws {
        try withScratchFolder { folder in
            let directory = ConfigurationDirectory(path: folder)
            try Files.writeAtomically(folder + "/a.yaml", Array("one".utf8))
            let first = try directory.read().files
            #expect(try directory.read().files == first)

            try Files.writeAtomically(folder + "/a.yaml", Array("two".utf8))
            let second = try directory.read().files
            unlink(folder + "/a.yaml")

            #expect(first.map(\.path) == second.map(\.path))
            #expect(first.map(\.fingerprint) != second.map(\.fingerprint))
            #expect(try directory.read().files == [])
        }
    }

    @Test func `that is gone is an error`() throws {
        let directory = ConfigurationDirectory(path: "/dev/null/meshtop")

        #expect(throws: SystemError.self) { try directory.read() }
    }
}
