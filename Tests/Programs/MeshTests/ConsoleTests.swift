import Foundation
import Testing

extension EndToEnd {
    /// The console as a person has it: a real terminal (tmux), real keys, the real mesh behind it.
    @Suite("Console under tmux", .enabled(if: Peer.isUsable("tmux"), "tmux is not installed"))
    struct ConsoleTests {
        @Test func `a person watches the graph, opens a trace, moves the canary and leaves`() throws {
            let mesh = try RunningMesh.running()
            let terminal = try TmuxTerminal(
                columns: 120, rows: 40, running: [try RunningMesh.path(of: "meshtop"), "--theme", "harbor", "--write"],
                log: "\(mesh.stateDirectory)/terminal.log")
            defer { terminal.end() }

            try terminal.await("the graph", #"payment v2"#)
            try terminal.await("rates", #"[1-9][0-9.]*/s"#)

            try terminal.type(":select payment-service", thenKey: "Enter")
            try terminal.await("the selection explained", #"─ . payment-service v1 ─"#)
            try terminal.press("6")
            try terminal.await("its traces", #"graph ▸ traces of payment-service[^▸]*\n.*started"#)
            try terminal.await("a whole trace", #" 11  ingress-gateway"#)
            try terminal.press("Enter")
            try terminal.await("the waterfall", #"critical path"#)
            try terminal.press("Escape")
            try terminal.await("the traces again", #"graph ▸ traces of payment-service[^▸]*\n.*started"#)
            try terminal.press("Escape")
            try terminal.await("the graph again", #"payment v2"#)

            try terminal.press("w")
            try terminal.await("the weights", #"v1 +90 %"#)
            try terminal.press("+")
            try terminal.await("the draft", #"v2 +10 → 15 %"#)
            try terminal.press("Enter")
            try terminal.await("the question", #"(?i)apply.*(y|n)"#)
            try terminal.press("y")
            try eventually("the new weights in the mesh", within: 5) { try mesh.weights() == [85, 15] }
            try terminal.await("the new weights on the screen", #"v2 +15 %"#)
            try terminal.press("u")
            try terminal.await("the question to undo", #"(?i)apply.*(y|n)"#)
            try terminal.press("y")
            try eventually("the old weights again", within: 5) { try mesh.weights() == [90, 10] }
            try terminal.press("Escape")
            // A key at the heels of Escape would be taken for Alt with that key.
            try terminal.await("the graph once more", #"payment v2"#)

            try terminal.press("q")
            try terminal.await("the shell again", #"left with 0"#)
            let modes = try terminal.modes()
            #expect(modes == "alternate 0 cursor 1 mouse 0 keypad 0\n")
        }

        @Test func `a person edits a route in an editor, looks at the difference, applies it and puts it back`() throws
        {
            let mesh = try RunningMesh.running()
            let editor = "\(mesh.stateDirectory)/editor.sh"
            try "#!/bin/sh\nsed -i 's/weight: 90/weight: 75/; s/weight: 10$/weight: 25/' \"$1\"\n"
                .write(toFile: editor, atomically: true, encoding: .utf8)
            let terminal = try TmuxTerminal(
                columns: 120, rows: 40,
                running: [
                    "env", "EDITOR=sh \(editor)", try RunningMesh.path(of: "meshtop"), "--theme", "harbor", "--write",
                ],
                log: "\(mesh.stateDirectory)/terminal.log")
            defer { terminal.end() }

            try terminal.await("the graph", #"payment v2"#)
            try terminal.press("7")
            try terminal.await("the configuration", #"✓ VirtualService +payments"#)
            try terminal.type("/virtualservice payment-service", thenKey: "Enter")
            try terminal.await("one object", #"1 of [0-9]+"#)
            try terminal.press("Enter")
            try terminal.await("its text", #"weight: 90"#)
            try terminal.press("e")
            try terminal.await("the difference", #"- +weight: 90\n \+ +weight: 75"#)
            try terminal.await("the mesh's word", #"the mesh would take this"#)
            try terminal.press("y")
            try eventually("the new weights in the mesh", within: 5) { try mesh.weights() == [75, 25] }
            try terminal.await("the new text", #"14 +weight: 75"#)
            try terminal.press("u")
            try terminal.await("the way back", #"- +weight: 75\n \+ +weight: 90"#)
            try terminal.press("y")
            try eventually("the old weights again", within: 5) { try mesh.weights() == [90, 10] }

            try terminal.press("q")
            try terminal.await("the shell again", #"left with 0"#)
        }

        @Test func `Ctrl-Z goes back to the shell, and fg to where it was`() throws {
            let mesh = try RunningMesh.running()
            let terminal = try TmuxTerminal(
                columns: 100, rows: 30,
                running: ["env", "--default-signal=TSTP", "PS1=shell ", "bash", "--norc", "--noprofile", "-i"],
                log: "\(mesh.stateDirectory)/terminal.log")
            defer { terminal.end() }
            try terminal.await("a shell", #"shell"#)
            try terminal.type("\(try RunningMesh.path(of: "meshtop")) --theme harbor", thenKey: "Enter")
            try terminal.await("the graph", #"payment v2"#)
            try terminal.press("2")
            try terminal.await("the services", #"graph ▸ services"#)

            try terminal.press("C-z")
            try terminal.await("the shell", #"Stopped"#)
            let modes = try terminal.modes()
            #expect(modes == "alternate 0 cursor 1 mouse 0 keypad 0\n")
            try terminal.type("fg", thenKey: "Enter")
            try terminal.await("the services again", #"graph ▸ services"#)
            try terminal.press("q")
            try terminal.await("the shell again", #"fg\n"#)
            try terminal.type("exit", thenKey: "Enter")
        }

        @Test func `eighty columns by twenty-four rows show the graph`() throws {
            let mesh = try RunningMesh.running()
            let terminal = try TmuxTerminal(
                columns: 80, rows: 24, running: [try RunningMesh.path(of: "meshtop")],
                log: "\(mesh.stateDirectory)/terminal.log")
            defer { terminal.end() }

            try terminal.await("the graph", #"web"#)
            try terminal.press("q")
            try terminal.await("the shell again", #"left with 0"#)
        }

        @Test func `without a terminal it says so and draws nothing`() throws {
            _ = try RunningMesh.running()

            let result = try run(RunningMesh.path(of: "meshtop"), [])

            #expect(result.status == 1)
            #expect(!result.output.contains("\u{1B}"))
            #expect(result.errors.contains("terminal"))
        }
    }
}
