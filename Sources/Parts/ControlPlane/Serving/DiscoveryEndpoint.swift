import Discovery
import HTTPTransport
import JSONWire
import MeshConfig
import MeshModel
import SystemIO

/// Discovery over HTTP: `POST /v3/discovery:<type>`.
///
/// `Prefer: wait=N` ([RFC 7240 §4.3](https://www.rfc-editor.org/rfc/rfc7240#section-4.3)) holds the answer back until
/// there is something new, for at most N seconds; then, and without it, "nothing new" is 304.
final class DiscoveryEndpoint {
    /// The longest wait, in seconds. A longer one is cut, so that a connection lost in silence is noticed.
    private static let longestWait = 300

    let desk: DiscoveryDesk
    private let configuration: LiveConfiguration
    private let loop: EventLoop

    init(_ desk: DiscoveryDesk, _ configuration: LiveConfiguration, loop: EventLoop) {
        self.desk = desk
        self.configuration = configuration
        self.loop = loop
    }

    /// - Parameter isTrusted: Whether a proxy may ask for any node; otherwise only for the one its certificate is of.
    func answer(_ request: HTTPRequest, _ type: ResourceType, _ responder: HTTPResponder, isTrusted: Bool) {
        let asked: DiscoveryRequest
        do throws(APIFailure) {
            asked = try Self.read(request)
            if !isTrusted { try admit(asked.node, peerURIs: request.peerURIs) }
        } catch {
            return responder.refuse(error)
        }
        let wait = Self.wait(request.headers["prefer"])
        var timer: TimerID?
        let loop = loop
        let waiter = desk.ask(asked, type: type, waits: wait > 0) { outcome in
            if let timer { loop.cancel(timer) }
            responder.onClose = nil
            switch outcome {
            case .unchanged: responder.respond(HTTPResponse(status: 304))
            case .answer(_, let body): responder.respond(.json(body))
            }
        }
        guard let waiter else { return }
        timer = loop.schedule(after: .seconds(wait)) { [desk] in desk.timeOut(waiter) }
        responder.onClose = { [desk] in
            if let timer { loop.cancel(timer) }
            desk.forget(waiter)
        }
    }

    private static func read(_ request: HTTPRequest) throws(APIFailure) -> DiscoveryRequest {
        guard request.method == "POST" else {
            throw APIFailure(.methodNotAllowed, "post a DiscoveryRequest here")
        }
        let asked: DiscoveryRequest
        do {
            asked = try DiscoveryRequest(json: try ObjectPatch.parseJSON(request.body))
        } catch let failure as APIFailure {
            throw failure
        } catch {
            throw APIFailure(.badRequest, "the body is no DiscoveryRequest: \(error)")
        }
        guard !asked.node.id.isEmpty, asked.node.id.utf8.count <= 1_000 else {
            throw APIFailure(.badRequest, "node.id is missing or longer than 1,000 bytes; it says who asks")
        }
        return asked
    }

    /// Lets a proxy ask for its own node only.
    private func admit(_ node: Node, peerURIs: [String]) throws(APIFailure) {
        guard !peerURIs.isEmpty else {
            throw APIFailure(.unauthorized, "connect with the workload's certificate to ask for its configuration")
        }
        guard let identifier = node.identifier,
            let workload = configuration.mesh.workload(namespace: identifier.namespace, name: identifier.name)
        else {
            throw APIFailure(.forbidden, "node \(node.id) is no WorkloadEntry of this mesh")
        }
        guard peerURIs.contains(workload.principal.description) else {
            throw APIFailure(
                .forbidden, "node \(node.id) has the identity \(workload.principal), not \(peerURIs[0])")
        }
    }

    /// The seconds that a `Prefer` header asks to wait; 0 when it does not.
    static func wait(_ prefer: String?) -> Int {
        for preference in (prefer ?? "").split(whereSeparator: { $0 == "," || $0 == ";" }) {
            let sides = preference.filter { $0 != " " && $0 != "\t" && $0 != "\"" }.split(separator: "=")
            guard sides.count == 2, sides[0].lowercased() == "wait", let seconds = Int(sides[1]) else { continue }
            return min(max(seconds, 0), longestWait)
        }
        return 0
    }
}
