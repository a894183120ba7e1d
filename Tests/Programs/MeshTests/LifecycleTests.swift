import Foundation
import Testing

extension EndToEnd {
    @Suite("Life of the demo")
    struct LifecycleTests {
        @Test(arguments: [SIGTERM, SIGINT, SIGKILL])
        func `no process outlives the demo`(signal: Int32) throws {
            // What other tests have restarted is no child of the demo.
            RunningMesh.end()
            let mesh = try RunningMesh.running()
            let children = try mesh.processIDs()
            #expect(children.count == RunningMesh.proxyCount + 3, "the demo, a control plane, its proxies and a shop")

            kill(mesh.demo.identifier, signal)
            try eventually("the end of all its processes", within: 8) { try mesh.processIDs().isEmpty }
            try eventually("the end of the demo", within: 2) { !mesh.demo.process.isRunning }

            if signal != SIGKILL { #expect(mesh.demo.process.terminationStatus == 0) }
            RunningMesh.end()
        }

        @Test func `a second demo says that the first has its ports`() throws {
            let mesh = try RunningMesh.running()

            let result = try mesh.meshtop(["demo", "--headless"])

            #expect(result.status == 1)
            #expect(result.errors.contains("Does another mesh run on this machine?"), "\(result.errors)")
            #expect(mesh.demo.process.isRunning)
        }
    }

    @Suite("Command lines")
    struct CommandLineTests {
        static let programs = ["meshtop", "meshtop-proxy", "meshtop-control", "meshtop-bench", "shop"]

        @Test(arguments: programs)
        func `--help and --version answer on standard output`(program: String) throws {
            for option in ["--help", "--version"] {
                let result = try run(RunningMesh.path(of: program), [option])

                #expect(result.status == 0)
                #expect(result.errors.isEmpty)
                #expect(result.output.hasSuffix("\n"))
                if option == "--version" { #expect(result.output == "\(program) 0.1.0\n") }
                if option == "--help" { #expect(result.output.contains("usage: \(program)")) }
            }
        }

        @Test(arguments: programs)
        func `an unknown option is a sentence on standard error and ends with 2`(program: String) throws {
            let result = try run(RunningMesh.path(of: program), ["--no-such-option"])

            #expect(result.status == 2)
            #expect(result.output.isEmpty)
            #expect(result.errors.hasPrefix("\(program): "))
            #expect(result.errors.contains("--no-such-option"))
        }

        @Test func `nothing at the control plane's address is said in a sentence`() throws {
            let result = try run(RunningMesh.path(of: "meshtop"), ["edges", "--control", "127.0.0.1:9"])

            #expect(result.status == 1)
            #expect(result.errors.contains("127.0.0.1:9"))
        }
    }
}
