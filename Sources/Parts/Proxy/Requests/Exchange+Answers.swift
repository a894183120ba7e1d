import HTTPTransport
import HTTPWire
import TrafficPolicy

/// What the proxy answers by itself, instead of an upstream.
extension Exchange {
    func reply(_ answer: LocalReply) {
        let body = UnsafeRawBufferPointer(start: answer.body.utf8Start, count: answer.body.utf8CodeUnitCount)
        var head = ResponseHead(status: answer.status)
        if answer.flag == .upstreamOverflow { head.add("x-envoy-overloaded", literal: "true") }
        send(head, body, flag: answer.flag)
    }

    func replyDirect(_ status: Int, _ body: [UInt8]) {
        service = worker.blackHole
        body.withUnsafeBytes { send(ResponseHead(status: status), $0, flag: .none) }
    }

    func replyRedirect(_ redirect: RouteAction.Redirect, _ rule: RulePlan) {
        var head = ResponseHead(status: redirect.status)
        head.add("location", Redirection.location(for: self.head, redirect, rule.path, isTLS: downstream.isTLS))
        send(head, UnsafeRawBufferPointer(start: nil, count: 0), flag: .none)
    }

    private func send(_ head: ResponseHead, _ body: UnsafeRawBufferPointer, flag: ResponseFlag) {
        var head = head
        status = head.status
        responseBytes = UInt64(body.count)
        head.add("content-length", decimal: body.count)
        if !body.isEmpty { head.add("content-type", literal: "text/plain") }
        downstream.sendHead(head, endOfStream: body.isEmpty)
        if !body.isEmpty {
            _ = downstream.sendBody(body)
            downstream.sendEnd()
        }
        finish(flag: flag)
    }
}
