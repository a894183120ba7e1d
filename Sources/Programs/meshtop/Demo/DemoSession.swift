import Glibc
import Quantities
import SystemIO

/// A demo mesh that runs on a thread of its own while another thread waits for it or draws it.
final class DemoSession {
    private let handle: EventLoopHandle
    private let thread: ThreadHandle
    private let places: DemoPlaces
    /// The parts of the loop's thread, reachable from it only.
    private final class Confined: @unchecked Sendable {
        // Sendable because it is touched by work on the loop's thread alone.
        let loop: EventLoop
        let mesh: DemoMesh

        init(loop: EventLoop, mesh: DemoMesh) {
            self.loop = loop
            self.mesh = mesh
        }
    }
    private let confined: Confined

    /// Starts the mesh and waits until it is ready, saying how far it has come on standard error.
    init(places: DemoPlaces, rate: Double) throws {
        self.places = places
        let plan = try DemoPlan(directory: places.mesh)
        let settings = DemoMesh.Settings(
            programs: places.programs, meshDirectory: places.mesh, stateDirectory: places.state, rate: rate)
        let events = try Mailbox<DemoMesh.Event>()
        let loop = try EventLoop()
        let mesh = DemoMesh(settings, plan: plan, loop: loop) { events.put($0) }
        let confined = Confined(loop: loop, mesh: mesh)
        self.confined = confined
        handle = loop.handle
        // The children live as long as this thread does, and it as long as the process.
        thread = try Threads.spawn(name: "demo") {
            confined.mesh.start()
            confined.loop.run()
        }
        try Self.awaitReady(events)
    }

    /// Ends every process of the demo and waits for the last.
    func stop() {
        let confined = confined
        handle.submit { confined.mesh.stop { confined.loop.stop() } }
        thread.join()
        places.removeTemporaryState()
    }

    private static func awaitReady(_ events: Mailbox<DemoMesh.Event>) throws {
        let isTerminal = isatty(2) == 1
        while true {
            switch events.take() {
            case .progress(let words):
                // On a terminal one line is written over and over; elsewhere each step is a line.
                ask(isTerminal ? "\r\u{1B}[Kstarting the demo mesh: \(words) …" : "starting: \(words)\n")
            case .ready:
                if isTerminal { ask("\r\u{1B}[K") }
                return
            case .failed(let reason):
                if isTerminal { ask("\r\u{1B}[K") }
                throw CommandFailure(reason)
            }
        }
    }
}
