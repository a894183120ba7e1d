import Foundation
import JSONWire
import SystemIO
import Testing

/// One of the two processes that are compared.
struct ComparedProxy: Sendable {
    var name: String
    /// Where all its listeners are.
    var address: String
    var process: Companion

    /// Both, started on the same resources but for the address of their listeners.
    static func start(_ rows: [PlacedCase], in directory: String) throws -> (envoy: ComparedProxy, ours: ComparedProxy)
    {
        let envoy = try start("envoy", "127.0.7.1", rows, directory) { file in
            [
                Peer.envoy, "-c", file, "--concurrency", "1", "--use-dynamic-base-id", "--log-level", "warning",
                "--disable-hot-restart",
            ]
        }
        do {
            let program = try RunningMesh.path(of: "meshtop-proxy")
            let ours = try start("meshtop", "127.0.7.2", rows, directory) { file in
                [program, "--config", file, "--concurrency", "1"]
            }
            do {
                for proxy in [envoy, ours] { try proxy.waitUntilReady(rows) }
            } catch {
                ours.process.end()
                throw error
            }
            return (envoy, ours)
        } catch {
            envoy.process.end()
            throw error
        }
    }

    private static func start(
        _ name: String, _ address: String, _ rows: [PlacedCase], _ directory: String, _ words: (String) -> [String]
    ) throws -> ComparedProxy {
        let file = "\(directory)/\(name).json"
        try ComparisonResources.bootstrap(rows, listeningOn: address).text
            .write(toFile: file, atomically: true, encoding: .utf8)
        return ComparedProxy(
            name: name, address: address, process: try Companion(words(file), log: "\(directory)/\(name).log"))
    }

    /// Waits until every port takes connections.
    private func waitUntilReady(_ rows: [PlacedCase]) throws {
        for port in Set(rows.map(\.port)).sorted() {
            var isUp = false
            let deadline = Clock.now + 20_000_000_000
            while !isUp {
                guard process.process.isRunning, Clock.now < deadline else {
                    throw MeshTestFailure("\(name) does not listen on \(address):\(port): \(process.said)")
                }
                isUp = try fetch("http://\(address):\(port)/", seconds: 1).isConnected
                if !isUp { Clock.pause(milliseconds: 20) }
            }
        }
    }
}

extension CommandResult {
    /// curl's 7 is a refused connection.
    fileprivate var isConnected: Bool { status != 7 }
}
