import ControlPlane
import JSONWire
import MeshModel
import Quantities
import Steering
import Synchronization
import SystemIO
import TestSupport
import Testing

/// The real control plane with its real sockets, on a thread of its own, over the canary in files.
final class RunningControlPlane: Sendable {
    private struct State {
        var address: SocketAddress?
        var failure: String?
        var handle: EventLoopHandle?
    }

    let folder: String
    private let state: Shared
    private let thread: ThreadHandle

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    init() throws {
        let folder = try Files.makeTemporaryDirectory(prefix: "steering")
        self.folder = folder
        try Files.makeDirectory(folder + "/mesh")
        for (index, object) in Self.objects.enumerated() {
            try Files.writeAtomically(folder + "/mesh/\(index).json", object.serialized())
        }
        let shared = Shared()
        state = shared
        thread = try Threads.spawn(name: "control") {
            do {
                let loop = try EventLoop()
                guard
                    case .run(let options) = ControlOptions.parse([
                        "--config-dir", folder + "/mesh", "--state-dir", folder + "/state",
                    ])
                else { return }
                let service = try ControlPlaneService(
                    options, ports: .any, loop: loop, log: Log(subsystem: "control", minimum: .error))
                service.start()
                shared.state.withLock { $0 = State(address: service.plainAddress, handle: loop.handle) }
                loop.run()
                service.stop()
                loop.run()
            } catch {
                shared.state.withLock { $0.failure = "\(error)" }
            }
        }
        let isReady = eventually { shared.state.withLock { $0.address != nil || $0.failure != nil } }
        let failure = shared.state.withLock { $0.failure }
        try #require(isReady && failure == nil, "\(failure ?? "it did not start")")
    }

    /// Ends it and removes what it wrote.
    func stop() {
        state.state.withLock { $0.handle }?.stop()
        thread.join()
        try? Files.remove(folder)
    }

    var api: MeshAPI {
        get throws {
            let address = state.state.withLock { $0.address }
            return MeshAPI(address: try #require(address))
        }
    }

    private static let objects: [JSONValue] = [
        [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": "payment", "namespace": "payments"],
            "spec": ["selector": ["app": "payment"], "ports": [["name": "http", "port": 80, "targetPort": 8080]]],
        ],
        workload("v1", "127.0.1.9"), workload("v2", "127.0.1.10"),
        [
            "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
            "metadata": ["name": "payment", "namespace": "payments"],
            "spec": [
                "host": "payment",
                "subsets": [
                    ["name": "v1", "labels": ["version": "v1"]], ["name": "v2", "labels": ["version": "v2"]],
                ],
            ],
        ],
        [
            "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
            "metadata": ["name": "payment", "namespace": "payments"],
            "spec": [
                "hosts": ["payment"],
                "http": [
                    [
                        "route": [
                            ["destination": ["host": "payment", "subset": "v1"], "weight": 90],
                            ["destination": ["host": "payment", "subset": "v2"], "weight": 10],
                        ]
                    ]
                ],
            ],
        ],
    ]

    private static func workload(_ version: String, _ address: String) -> JSONValue {
        [
            "apiVersion": "networking.istio.io/v1", "kind": "WorkloadEntry",
            "metadata": ["name": .string("payment-\(version)"), "namespace": "payments"],
            "spec": [
                "address": .string(address), "ports": ["http": 8080],
                "labels": ["app": "payment", "version": .string(version)],
            ],
        ]
    }
}
