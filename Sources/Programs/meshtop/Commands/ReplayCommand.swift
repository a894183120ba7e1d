import Collector
import JSONWire
import Quantities

extension Command {
    static let replay = Command(
        name: "replay", operands: "FILE", summary: "what is inside a recording",
        discussion: """
            To look at a moment in it: meshtop graph, edges, services or workloads with --replay FILE --at TIME, and
            meshtop traces --replay FILE. The file is SQLite's: sqlite3 FILE .schema tells how it is laid out.
            """,
        options: [Option(name: "-o", value: "FORMAT", summary: "text or json (default text)")]
    ) { invocation in
        let format = try invocation.choice("-o", of: ["text", "json"])
        guard invocation.operands.count == 1, let file = invocation.operands.first else {
            throw UsageError("meshtop replay wants one recording")
        }
        let contents = try Recording(file: file).contents()
        print(format == "json" ? RecordingReport.json(contents).text : RecordingReport.text(contents))
        return .success
    }
}
