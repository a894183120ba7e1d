import Glibc
import SystemIO

@main
enum Program {
    static func main() {
        Allocator.returnLargeBlocks()
        exit(run(Array(CommandLine.arguments.dropFirst())).value)
    }

    private static func run(_ words: [String]) -> ExitCode {
        do {
            let invocation = try Invocation(words: words, commands: Command.all)
            if invocation.has("--version") {
                print(Help.version)
                return .success
            }
            if invocation.has("--help") {
                let isOverview = invocation.command.name.isEmpty
                print(isOverview ? Help.overview(of: Command.all) : Help.page(for: invocation.command))
                return .success
            }
            return try invocation.command.run(invocation)
        } catch let error as UsageError {
            complain("meshtop: \(error.message) (try meshtop --help)")
            if let detail = error.detail { complain(detail) }
            return .usage
        } catch let failure as CommandFailure {
            complain("meshtop: \(failure.message)")
            return .failure
        } catch {
            complain("meshtop: \(error)")
            return .failure
        }
    }
}

extension Command {
    /// Everything `meshtop` can do, in the order of the help.
    static let all: [Command] = [
        console, demo, graph, check, doctor, edges, services, workloads, weights, traces, trace, tail, record, replay,
        completion, manual,
    ]
}
