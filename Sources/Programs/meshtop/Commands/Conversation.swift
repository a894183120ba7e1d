import Console
import Glibc
import MeshModel
import SystemIO

/// `meshtop --linear`: commands come in lines, answers go out in lines.
enum Conversation {
    /// - Parameter look: waits for the newest look at the mesh.
    static func run(
        _ options: ConsoleOptions, _ environment: ConsoleEnvironment, look: () -> MeshSnapshot
    ) -> ExitCode {
        var console = LinearConsole(options: options, environment: environment, now: SystemClock.wall())
        _ = console.look(look(), at: SystemClock.wall())
        say(console.screen + ["commands as after :, keys by their names; an empty line tells what is new, quit leaves"])
        while !console.isFinished, let line = readLine() {
            say(console.look(look(), at: SystemClock.wall()) + console.answer(line))
        }
        return .success
    }

    private static func say(_ lines: [String]) {
        for line in lines { print(line) }
        // The one who listens may be at the other end of a pipe.
        fflush(nil)
    }
}
