import JSONWire
import MeshModel
import Quantities
import SystemIO

extension Command {
    static let doctor = Command(
        name: "doctor", operands: "[NAME [TARGET]]", summary: "why a node or an edge is missing, and what to do",
        discussion: """
            Looks at the mesh for the length of the window and says what keeps parts of it out of the graph: targets that
            are down or not read, labels that are absent, ends that nobody scrapes, clocks, time-outs.
            Name a service, app or workload to ask about that alone, or two to ask about the calls from the first to the
            second. Exit code 0: nothing is missing. 1: something is. 2: the command line is wrong.
            """,
        options: Observation.options + [Option(name: "-o", value: "FORMAT", summary: "text or json (default text)")]
    ) { invocation in
        let format = try invocation.choice("-o", of: ["text", "json"])
        let window = try Observation.window(invocation)
        let names = invocation.operands
        guard names.count <= 2 else { throw UsageError("meshtop doctor takes a name, or two that call each other") }
        let question: Diagnosis.Question =
            switch names.count {
            case 0: .mesh
            case 1: .node(names[0])
            default: .edge(source: names[0], target: names[1])
            }
        let snapshot = try patientSnapshot(invocation, window: window)
        let diagnosis = Diagnosis(snapshot, about: question, wanted: window)
        print(
            format == "json"
                ? DoctorOutput.json(diagnosis, snapshot).text
                : DoctorOutput.text(diagnosis, snapshot, showsTargets: question == .mesh))
        return diagnosis.hasProblems ? .failure : .success
    }

    /// The last snapshot of the window: unlike other commands it is content with a mesh of which nothing answers.
    private static func patientSnapshot(_ invocation: Invocation, window: Duration) throws -> MeshSnapshot {
        var result: MeshSnapshot?
        let began = SystemClock.monotonic()
        try Observation.watch(invocation, window: window, showsIdle: true, toleratesSilence: true) { snapshot in
            result = snapshot
            let isFull = snapshot.window >= window - .milliseconds(50)
            return !isFull && began.duration(to: SystemClock.monotonic()) < window + .seconds(3)
        }
        guard let result else { throw CommandFailure("the mesh was not seen for \(window.inSeconds) s") }
        return result
    }
}
