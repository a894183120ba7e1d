internal import CLinux
internal import Glibc

/// Programs that have the terminal to themselves while this one waits: an editor, a pager.
package enum ForegroundProgram {
    /// Starts the program on this process's own input and output and waits until it ends. Blocks the calling thread.
    ///
    /// The program stays in the same job. When it stops, as editors do on Ctrl-Z, this process stops, too, so that the
    /// shell has its prompt; `fg` lets both go on. Whoever calls this has given the terminal back before and ignores
    /// the signals of the keyboard meanwhile.
    package static func run(_ command: ChildCommand) throws(SystemError) -> ChildExit {
        let process = try ChildProcess.spawn(command, input: 0, output: 1, error: 2)
        while true {
            var status: CInt = 0
            _ = try require("waitpid", command.executable) { waitpid(process, &status, WUNTRACED) }
            if meshtop_stopped(status) != 0 {
                kill(getpid(), SIGSTOP)
                continue
            }
            return meshtop_exited(status) != 0
                ? .code(Int(meshtop_exit_code(status))) : .signal(Int(meshtop_exit_signal(status)))
        }
    }
}
