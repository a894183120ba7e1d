import HTTPTransport
import JSONWire
import SystemIO

/// An API in the shape of Kubernetes' on the test's loop, and a list of targets beside it.
final class FakeObjects {
    /// By path, the objects by name.
    private var objects: [String: [String: JSONValue]] = [:]
    private var version: Int64 = 1
    private var watches: [(path: String, responder: HTTPResponder)] = []
    private(set) var questions: [String] = []
    /// What ``/v1/targets`` answers.
    var targets = "[]"
    /// The most items of a page.
    var pageSize = 2
    /// Paths that are answered with a status and nothing else.
    var refusals: [String: Int] = [:]
    private var server: HTTPServer?

    init(_ loop: EventLoop) throws {
        server = try HTTPServer(loop: loop, address: .loopback()) { [unowned self] request, responder in
            answer(request, responder)
        }
    }

    var address: SocketAddress { server?.boundAddress ?? .loopback() }
    var openWatches: Int { watches.count }

    /// Creates or replaces an object, and tells its watchers.
    func put(_ path: String, _ namespace: String, _ name: String, labels: JSONValue = [:], spec: JSONValue = [:]) {
        version += 1
        let object: JSONValue = [
            "metadata": [
                "name": .string(name), "namespace": .string(namespace), "labels": labels,
                "resourceVersion": .string("\(version)"),
            ], "spec": spec,
        ]
        let isNew = objects[path, default: [:]].updateValue(object, forKey: name) == nil
        tell(path, isNew ? "ADDED" : "MODIFIED", object)
    }

    func delete(_ path: String, _ name: String) {
        version += 1
        if let object = objects[path]?.removeValue(forKey: name) { tell(path, "DELETED", object) }
    }

    /// Ends all watches as an API does whose history is too short.
    func expire() {
        for watch in watches {
            _ = watch.responder.write(
                Array((#"{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}"# + "\n").utf8))
        }
        watches = []
    }

    /// Breaks all watches off.
    func breakOff() {
        for watch in watches { watch.responder.abort() }
        watches = []
    }

    /// Changes something without telling anybody.
    func forget(_ path: String, _ name: String) {
        version += 1
        objects[path]?[name] = nil
    }

    private func tell(_ path: String, _ type: String, _ object: JSONValue) {
        let event: JSONValue = ["type": .string(type), "object": object]
        for watch in watches where watch.path == path { _ = watch.responder.write(Array((event.text + "\n").utf8)) }
    }

    private func answer(_ request: HTTPRequest, _ responder: HTTPResponder) {
        questions.append(request.target)
        let path = request.path
        if path == "/v1/targets" { return responder.respond(.json(Array(targets.utf8))) }
        if let status = refusals[path] { return responder.respond(HTTPResponse(status: status)) }
        if request.query("watch") == "true" {
            responder.begin(status: 200, headers: ["content-type": "application/json"])
            return watches.append((path, responder))
        }
        let all = (objects[path] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        let start = request.query("continue").flatMap { Int($0) } ?? 0
        let page = all.dropFirst(start).prefix(pageSize)
        var metadata: JSONValue = ["resourceVersion": .string("\(version)")]
        if start + page.count < all.count { metadata["continue"] = .string("\(start + page.count)") }
        let list: JSONValue = ["metadata": metadata, "items": .array(Array(page))]
        responder.respond(.json(Array(list.text.utf8)))
    }
}
