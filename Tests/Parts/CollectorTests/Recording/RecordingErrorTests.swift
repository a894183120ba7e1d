import Collector
import Storage
import SystemIO
import Testing

@Suite struct `What is no recording` {
    private func message(_ file: String) -> String {
        do throws(RecordingError) {
            _ = try Replay(try Recording(file: file)).span()
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func `a file that is not there, no database, somebody else's, and none at all`() throws {
        try withRecordingFile { file in
            #expect(message(file) == "there is no file \(file)")
            try Files.writeAtomically(file, [])
            #expect(message(file) == "\(file) is not a recording; meshtop record makes one")
            try Files.writeAtomically(file, Array("hello, this is no database at all".utf8))
            #expect(message(file) == "\(file) is not a recording; meshtop record makes one")
            let other = file + ".other"
            try Database(path: other).execute("CREATE TABLE t (a)")
            #expect(message(other) == "\(other) is not a recording; meshtop record makes one")
            try Files.makeDirectory(file + ".d")
            #expect(message(file + ".d") == "\(file).d is not a recording; meshtop record makes one")
        }
    }

    @Test func `one that was cut off, and one in which nothing is`() throws {
        try withRecordingFile { file in
            var mesh = RecordedMesh(try Recorder(file: file))
            for _ in 0..<50 { try mesh.pass() }
            _ = mesh.recorder.stop()
            let bytes = try Files.read(file)
            let cut = file + ".cut"
            try Files.writeAtomically(cut, Array(bytes.prefix(bytes.count / 2)))
            #expect(
                message(cut)
                    == "\(cut) is cut off or damaged (database disk image is malformed); sqlite3 \(cut) .recover may "
                    + "save a part of it")

            let empty = file + ".empty"
            _ = try Recorder(file: empty).stop()
            #expect(message(empty) == "\(empty) holds nothing yet: no scrape was recorded")
        }
    }

    @Test func `one of a newer release`() throws {
        try withRecordingFile { file in
            _ = try Recorder(file: file).stop()
            try Database(path: file).execute("PRAGMA user_version = 9")
            #expect(
                message(file)
                    == "\(file) was recorded by a newer meshtop: its layout has version 9, and this one knows 1")
        }
    }

    @Test func `a recorder does not write over a file`() throws {
        try withRecordingFile { file in
            try Files.writeAtomically(file, [1])
            let error = #expect(throws: RecordingError.self) { try Recorder(file: file) }
            #expect(error == .exists(file: file))
            #expect(try Files.read(file) == [1])
        }
    }
}
