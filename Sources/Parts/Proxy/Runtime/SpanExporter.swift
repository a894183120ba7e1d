import HTTPTransport
import HTTPWire
import Quantities
import SystemIO
import TraceModel

/// Sends spans to an OTLP/HTTP receiver in batches, one at a time. A receiver that is slow or away costs spans, which
/// are counted, and never a request: the queue is bounded and nobody waits for it.
final class SpanExporter {
    static let queueLimit = 8_192
    static let batchSize = 512

    private(set) var dropped: UInt64 = 0
    private(set) var exported: UInt64 = 0

    private let loop: EventLoop
    private let client: HTTPClient
    private let address: SocketAddress
    private let local: WorkloadLabels
    private let log = Log(subsystem: "spans")
    private var queue: [SpanRecord] = []
    private var isSending = false
    private var isFailing = false
    private var backoff = Backoff()
    private var random = RandomSource()

    init(loop: EventLoop, address: SocketAddress, local: WorkloadLabels) {
        self.loop = loop
        self.address = address
        self.local = local
        client = HTTPClient(loop: loop)
    }

    /// Takes spans into the queue, as many as fit.
    func add(_ records: [SpanRecord]) {
        let room = max(0, Self.queueLimit - queue.count)
        queue += records.prefix(room)
        dropped &+= UInt64(records.count - min(room, records.count))
        send()
    }

    /// True when nothing is queued or on its way.
    var isIdle: Bool { queue.isEmpty && !isSending }

    private func send() {
        guard !isSending, !queue.isEmpty else { return }
        isSending = true
        let batch = Array(queue.prefix(Self.batchSize))
        queue.removeFirst(batch.count)
        let service = "\(local.app).\(local.namespace)"
        let body = OTLPEncoding.exportRequest(
            batch.map { $0.span(service: service, local: local) }, scope: "meshtop-proxy")
        var request = HTTPRequest("POST", "/v1/traces", body: body)
        request.headers.add("content-type", "application/x-protobuf")
        client.send(request, to: address, deadline: .seconds(5), maximumBody: 64 * 1024) { [weak self] result in
            self?.sent(batch.count, result)
        }
    }

    private func sent(_ count: Int, _ result: Result<HTTPResponse, HTTPClientError>) {
        let reason: String
        switch result {
        case .success(let response) where (200..<300).contains(response.status):
            exported &+= UInt64(count)
            isFailing = false
            backoff.succeeded()
            isSending = false
            return send()
        case .success(let response): reason = "status \(response.status)"
        case .failure(let error): reason = "\(error)"
        }
        dropped &+= UInt64(count)
        if !isFailing {
            isFailing = true
            log.warning("spans are dropped: the receiver does not take them", ["address": address, "reason": reason])
        }
        loop.schedule(after: backoff.failed(draw: random.next())) { [weak self] in
            self?.isSending = false
            self?.send()
        }
    }
}
