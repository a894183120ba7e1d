import HTTPTransport
import HTTPWire
import Quantities
import SystemIO
import TrafficPolicy

/// The copy of one request on its way to a mirror. Whatever becomes of it, the request does not notice.
///
/// It takes what the request's body brings as it comes and never slows it down: a mirror that does not keep up is given
/// up once ``backlogLimit`` bytes wait for it. Its answer is read and forgotten. It belongs to its worker's thread.
final class MirrorStream: HTTPClientStreamHandler {
    /// Bytes that may wait for a slow mirror: Envoy's limit for a connection's buffer.
    static let backlogLimit = 1 << 20
    /// For the answer after the whole copy was sent, where the route has no limit of its own. Nobody waits for it; it
    /// only holds a connection.
    static let answerLimit: Duration = .seconds(60)

    private let worker: Worker
    private let cluster: UpstreamCluster
    private let limit: Duration?
    private var endpoint: UpstreamEndpoint?
    private var stream: HTTPClientStream?
    private var hold = BreakerHold()
    private var timer: TimerID?
    private var backlog = 0
    private var isBacklogged = false

    /// Sends the copy's head. Nothing when there is nowhere to send it.
    ///
    /// - Parameter limit: for the whole copy; the route's.
    init?(worker: Worker, cluster: UpstreamCluster, head: RequestHead, hasBody: Bool, limit: Duration?) {
        self.worker = worker
        self.cluster = cluster
        self.limit = limit
        worker.metrics.events.mirroredRequests &+= 1
        guard let endpoint = cluster.pick(random: &worker.random, now: worker.loop.now, tried: []),
            cluster.plan.breakers.map({ hold.take(.requests, of: $0) }) ?? true
        else {
            worker.metrics.events.droppedMirrors &+= 1
            return nil
        }
        self.endpoint = endpoint
        endpoint.active += 1
        endpoint.total &+= 1
        stream = endpoint.pool.open(self, http2: cluster.usesHTTP2(for: head.version))
        stream?.sendHead(head, endOfStream: !hasBody)
        if let limit {
            timer = worker.loop.schedule(after: limit) { [self] in giveUp() }
        } else if !hasBody {
            awaitAnswer()
        }
    }

    func send(_ bytes: UnsafeRawBufferPointer) {
        guard let stream else { return }
        if isBacklogged {
            backlog += bytes.count
            guard backlog <= Self.backlogLimit else { return giveUp() }
        }
        if !stream.sendBody(bytes) { isBacklogged = true }
    }

    func sendEnd() {
        guard let stream else { return }
        stream.sendEnd()
        if limit == nil { awaitAnswer() }
    }

    /// The request itself ended before its body did, so that the rest of the copy will not come.
    func cancel() {
        guard stream != nil else { return }
        giveUp()
    }

    private func awaitAnswer() {
        timer = worker.loop.schedule(after: Self.answerLimit) { [self] in giveUp() }
    }

    private func giveUp() {
        guard let stream else { return }
        worker.metrics.events.droppedMirrors &+= 1
        stream.cancel()
        release()
    }

    private func release() {
        if let timer { worker.loop.cancel(timer) }
        timer = nil
        stream = nil
        endpoint?.active -= 1
        endpoint = nil
        if let breakers = cluster.plan.breakers { hold.release(.requests, of: breakers) }
    }

    // MARK: The answer

    func response(_ stream: HTTPClientStream, head: ResponseHead, hasBody: Bool) {
        cluster.note(.response(status: head.status), about: endpoint, in: worker)
    }

    func responseBody(_ stream: HTTPClientStream, _ bytes: UnsafeRawBufferPointer) {}

    func responseEnd(_ stream: HTTPClientStream) { release() }

    func failed(_ stream: HTTPClientStream, _ failure: UpstreamFailure) {
        guard self.stream != nil else { return }
        worker.metrics.events.droppedMirrors &+= 1
        endpoint?.failed &+= 1
        if failure.isUpstreams { cluster.note(.connectionFailed, about: endpoint, in: worker) }
        release()
    }

    func requestDrained(_ stream: HTTPClientStream) {
        isBacklogged = false
        backlog = 0
    }
}
