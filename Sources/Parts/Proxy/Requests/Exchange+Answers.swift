import HTTPTransport
import HTTPWire
import TrafficPolicy

/// What the proxy answers by itself, instead of an upstream.
extension Exchange {
    func reply(_ answer: LocalReply) {
        details = answer.details.description
        var head = ResponseHead(status: answer.status)
        if answer.flag == .upstreamOverflow || answer.flag == .overloadManager {
            head.add("x-envoy-overloaded", literal: "true")
        }
        answer.text(isRetried: retries > 0).withUnsafeBytes { send(head, $0, flag: answer.flag) }
    }

    func replyDirect(_ status: Int, _ body: [UInt8]) {
        service = worker.blackHole
        details = "direct_response"
        body.withUnsafeBytes { send(ResponseHead(status: status), $0, flag: .none) }
    }

    func replyRedirect(_ redirect: RouteAction.Redirect, _ rule: RulePlan) {
        details = "direct_response"
        var head = ResponseHead(status: redirect.status)
        head.add("location", Redirection.location(for: self.head, redirect, rule.path, isTLS: isForHTTPS))
        send(head, UnsafeRawBufferPointer(start: nil, count: 0), flag: .none)
    }

    /// Answers with a status of gRPC. Who does not speak gRPC gets 200 and the message as a body, as from Envoy.
    func replyGRPC(_ grpcStatus: Int, _ message: String, flag: ResponseFlag, details: String) {
        self.details = details
        Array(message.utf8).withUnsafeBytes {
            send(ResponseHead(status: 200), $0, flag: flag, grpcStatus: grpcStatus)
        }
    }

    /// Ends the request with a response of the proxy's own.
    ///
    /// - Parameter grpcStatus: for callers of gRPC; unsaid, what the HTTP status means there.
    func send(
        _ head: ResponseHead, _ body: UnsafeRawBufferPointer, flag: ResponseFlag, grpcStatus code: Int? = nil
    ) {
        var (head, body) = (head, body)
        // Who asks by gRPC reads nothing else, even where no body came with the request.
        isGRPC = isGRPC || self.head.value(of: "content-type").map { GRPCRules.isContentType($0) } ?? false
        if isGRPC {
            head = grpcAnswer(head, body, code.map { UInt8(clamping: $0) })
            body = UnsafeRawBufferPointer(start: nil, count: 0)
        }
        // The route's changes are for every answer to its requests, a filter's among them.
        if let rule { applyChanges(to: &head, rule, flag: flag) }
        status = head.status
        responseBytes = UInt64(body.count)
        AnswerHeaders.complete(&head, date: worker.date, serverName: listener.plan.serverName)
        // Of an empty one HTTP/1.1 says so itself, and HTTP/2 need not.
        if !head.forbidsBody, grpcStatus == nil, !body.isEmpty { head.add("content-length", decimal: body.count) }
        if !body.isEmpty, !head.contains("content-type") { head.add("content-type", literal: "text/plain") }
        for field in filterReplacements { head.replace(field.name, field.value) }
        for field in filterFields { head.add(field.name, field.value) }
        if !listener.plan.accessLogs.isEmpty { loggedResponse = head }
        downstream.sendHead(head, endOfStream: body.isEmpty)
        if !body.isEmpty {
            _ = downstream.sendBody(body)
            downstream.sendEnd()
        }
        finish(flag: flag)
    }

    /// The same answer for a caller of gRPC, who reads fields and no body: the only form that needs none.
    private func grpcAnswer(
        _ answer: ResponseHead, _ body: UnsafeRawBufferPointer, _ code: UInt8?
    ) -> ResponseHead {
        let status = code ?? GRPCRules.status(ofHTTP: answer.status)
        grpcStatus = status
        var head = ResponseHead(status: 200)
        answer.forEachField { head.add($0, $1) }
        head.replace("content-type" as HeaderName, "application/grpc".utf8)
        head.add("grpc-status", decimal: Int(status))
        if !body.isEmpty { head.add("grpc-message", GRPCRules.message(body)) }
        return head
    }
}
