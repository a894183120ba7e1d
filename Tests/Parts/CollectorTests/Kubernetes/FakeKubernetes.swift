import JSONWire
import SystemIO
import TestSupport

@testable import Collector

/// An API server that serves pods by pages and watches by hand, byte by byte where the test wants it.
final class FakeKubernetes {
    private(set) var requests: [String] = []
    /// Beside the request's first line.
    private(set) var heads: [String] = []
    /// What the list has, as JSON texts of pods.
    var pods: [String] = []
    var pageSize = 2
    /// Instead of a list: a status line with a body.
    var refusal: (status: String, body: String)?
    /// Instead of a watch.
    var watchRefusal: (status: String, body: String)?
    private var listener: RawListener?
    private var watchers: [RawPeer] = []
    private var handled: [ObjectIdentifier: Int] = [:]

    init(_ loop: EventLoop) throws {
        let listener = try RawListener(loop)
        self.listener = listener
        listener.onAccept = { [weak self] peer in self?.look(at: peer, loop) }
    }

    var address: SocketAddress { listener?.address ?? .loopback() }
    var watches: Int { watchers.count { !$0.hasEnded && !$0.isBroken } }

    func cluster(namespaces: [String] = []) -> KubernetesCluster {
        KubernetesCluster(
            name: "test", server: TargetURL(scheme: .http, host: .address(address)),
            access: TargetAccess(credentials: .bearer(.text("abc"))), namespaces: namespaces)
    }

    /// Sends bytes on every watch.
    func say(_ text: String) {
        for peer in watchers { peer.send("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }
    }

    func event(_ type: String, _ object: String) { say("{\"type\":\"\(type)\",\"object\":\(object)}\n") }

    func endWatches() {
        for peer in watchers { peer.send("0\r\n\r\n") }
        watchers = []
    }

    func cutWatches() {
        for peer in watchers { peer.reset() }
        watchers = []
    }

    private func look(at peer: RawPeer, _ loop: EventLoop) {
        guard !peer.hasEnded, !peer.isBroken else { return }
        let text = peer.text
        if let end = text.range(ofEnd: "\r\n\r\n") {
            peer.forget()
            answer(String(text[..<end]), peer)
        }
        loop.schedule(after: .milliseconds(1)) { [weak self] in self?.look(at: peer, loop) }
    }

    private func answer(_ head: String, _ peer: RawPeer) {
        let target = String(head.split(separator: " ").dropFirst().first ?? "")
        // Of all other kinds it has none, as a cluster without Istio.
        guard target.contains("/pods?") else { return respond(peer, "404 Not Found", "{}") }
        requests.append(target)
        heads.append(head)
        if target.contains("watch=true") {
            if let watchRefusal { return respond(peer, watchRefusal.status, watchRefusal.body) }
            peer.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
            watchers.append(peer)
            return
        }
        if let refusal { return respond(peer, refusal.status, refusal.body) }
        let start = target.split(separator: "continue=").dropFirst().first.flatMap { Int($0.prefix { $0 != "&" }) } ?? 0
        let page = pods.dropFirst(start).prefix(pageSize)
        let next = start + page.count < pods.count ? "\(start + page.count)" : ""
        respond(
            peer, "200 OK",
            """
            {"kind":"PodList","metadata":{"resourceVersion":"100","continue":"\(next)"},"items":[\(page.joined(separator: ","))]}
            """)
    }

    private func respond(_ peer: RawPeer, _ status: String, _ body: String) {
        peer.send(
            "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// A pod whose proxy is asked at a port of this machine.
    static func pod(_ name: String, port: UInt16, workload: String? = nil, phase: String = "Running") -> String {
        """
        {"metadata":{"namespace":"shop","name":"\(name)-1","resourceVersion":"7","labels":{"app":"\(name)",
        "version":"v1"},"annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"\(port)"},
        "ownerReferences":[{"kind":"StatefulSet","name":"\(workload ?? name)"}]},"spec":{"containers":[]},
        "status":{"phase":"\(phase)","podIP":"127.0.0.1"}}
        """.replacingLineBreaks
    }
}

extension String {
    fileprivate var replacingLineBreaks: String { String(map { $0 == "\n" ? " " : $0 }) }

    fileprivate func range(ofEnd text: String) -> String.Index? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return index(start, offsetBy: text.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
