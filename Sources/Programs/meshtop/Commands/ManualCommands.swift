extension Command {
    static let completion = Command(
        name: "completion", operands: "SHELL", summary: "a script that completes this command line",
        discussion: "For bash, zsh or fish; its first line says where it goes:\n"
            + "meshtop completion bash > ~/.local/share/bash-completion/completions/meshtop"
    ) { invocation in
        let known = Completion.allCases.map(\.rawValue).joined(separator: ", ")
        guard invocation.operands.count == 1, let shell = Completion(rawValue: invocation.operands[0]) else {
            throw UsageError("meshtop completion wants one of \(known)")
        }
        print(shell.script(for: Command.all), terminator: "")
        return .success
    }

    static let manual = Command(
        name: "manual", summary: "the manual page, for man",
        discussion: "meshtop manual > ~/.local/share/man/man1/meshtop.1, or meshtop manual | man -l -"
    ) { _ in
        print(ManPage.text(for: Command.all), terminator: "")
        return .success
    }
}
