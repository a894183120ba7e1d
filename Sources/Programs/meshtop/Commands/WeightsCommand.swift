import Glibc
import JSONWire
import MeshConfig
import MeshModel
import Steering
import SystemIO

extension Command {
    static let weights = Command(
        name: "weights", operands: "[SERVICE [SUBSET=N …]]", summary: "show or move the weights of a canary",
        discussion: """
            Without operands, the weights of every service that has a weighted route; with a service, its weights; with
            SUBSET=N, the change is shown and, after a yes, made. Subsets that are not named keep their weight.
            A service is NAME or NAMESPACE/NAME.
            """,
        options: Source.controlOptions + [
            Option(name: "--dry-run", summary: "ask the mesh whether it would accept the change; store nothing"),
            Option(name: "--yes", summary: "make the change without asking"),
            Option(name: "-o", value: "FORMAT", summary: "text or json (default text)"),
        ]
    ) { invocation in
        let format = try invocation.choice("-o", of: ["text", "json"])
        let control = try Source(invocation).requireControl()
        let mesh = MeshAPI(address: control)
        let splits = try splits(of: mesh, control)
        guard let service = invocation.operands.first else {
            print(format == "json" ? GraphJSON.splits(splits).text : MeshTables.splits(splits))
            return .success
        }
        let split = try find(service, in: splits)
        let words = invocation.operands.dropFirst()
        guard !words.isEmpty else {
            print(format == "json" ? GraphJSON.splits([split]).text : MeshTables.splits([split]))
            return .success
        }
        let change = WeightChange(split: split, weights: try weights(words, of: split))
        return try make(change, in: mesh, invocation)
    }

    private static func splits(of mesh: MeshAPI, _ control: SocketAddress) throws(CommandFailure) -> [TrafficSplit] {
        do {
            return try mesh.splits()
        } catch .unreachable(_, let reason) {
            throw Source.nothingFound(control, reason)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    private static func find(_ text: String, in splits: [TrafficSplit]) throws(CommandFailure) -> TrafficSplit {
        let matches = splits.filter { $0.service.name == text || $0.service.description == text }
        if matches.count == 1 { return matches[0] }
        let names = (matches.isEmpty ? splits : matches).map(\.service.description).joined(separator: ", ")
        guard matches.isEmpty else {
            throw CommandFailure("several services are called “\(text)”: \(names). Say which, as namespace/name.")
        }
        throw CommandFailure(
            splits.isEmpty
                ? "no service of this mesh has a weighted route"
                : "“\(text)” has no weighted route; these have one: \(names)")
    }

    private static func weights(_ words: ArraySlice<String>, of split: TrafficSplit) throws -> [String: Int] {
        var weights: [String: Int] = [:]
        for word in words {
            let parts = word.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let weight = Int(parts[1]), weight >= 0 else {
                throw UsageError("“\(word)” is not SUBSET=N with a whole N of 0 or more")
            }
            let subset = String(parts[0])
            guard split.shares.contains(where: { $0.subset == subset }) else {
                let known = split.shares.map(\.subset).joined(separator: ", ")
                throw CommandFailure("\(split.service) has no subset “\(subset)” in its route; it has \(known)")
            }
            weights[subset] = weight
        }
        return weights
    }

    private static func make(_ change: WeightChange, in mesh: MeshAPI, _ invocation: Invocation) throws -> ExitCode {
        let isTrial = invocation.has("--dry-run")
        do {
            let preview = try mesh.preview(change)
            complain(preview.object)
            for line in preview.lines { complain(line.marked) }
            for note in preview.notes { complain("note: \(note)") }
        } catch {
            throw CommandFailure("\(error)")
        }
        if !isTrial, !invocation.has("--yes") { try confirm() }
        switch mesh.apply(change, dryRun: isTrial) {
        case .applied(let version):
            complain("stored as revision \(version)")
            return .success
        case .validated:
            complain("the mesh would accept this; nothing was stored")
            return .success
        case .stale:
            throw CommandFailure("somebody changed the route meanwhile; nothing was stored. Look again, then decide.")
        case .refused(let reason): throw CommandFailure("the mesh refused the change: \(reason)")
        case .unreachable(let reason): throw CommandFailure(reason)
        }
    }

    private static func confirm() throws(CommandFailure) {
        guard isatty(0) == 1, isatty(2) == 1 else {
            throw CommandFailure("a change needs a yes: say --yes, or --dry-run to only try it")
        }
        ask("Apply this change? [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        guard answer == "y" || answer == "yes" else { throw CommandFailure("nothing was changed") }
    }
}
