import HTTPTransport
import HTTPWire
import Quantities
import SystemIO
import TrafficPolicy

/// One question to an authorization service. It belongs to its worker's thread.
final class AuthorizationCall: HTTPClientStreamHandler {
    struct Answer {
        var head: ResponseHead
        var body: [UInt8]
    }

    /// Bytes of an answer's body; with more it is none.
    static let bodyLimit = 64 * 1024

    private let worker: Worker
    private let cluster: UpstreamCluster
    private var endpoint: UpstreamEndpoint?
    private var stream: HTTPClientStream?
    private var timer: TimerID?
    private var head: ResponseHead?
    private var body: [UInt8] = []
    private var completion: (Answer?) -> Void

    /// - Parameters:
    ///   - limit: for all of it; 0 for none.
    ///   - completion: called once, and not from within this call: with the answer, or nothing when there is none.
    init(
        worker: Worker, cluster: UpstreamCluster, limit: Duration,
        completion: @escaping (Answer?) -> Void
    ) {
        self.worker = worker
        self.cluster = cluster
        self.completion = completion
        if limit > .zero {
            timer = worker.loop.schedule(after: limit) { [self] in
                timer = nil
                stream?.cancel()
                end(nil)
            }
        }
    }

    /// Asks. False when there is nobody to ask; then the completion is not called.
    func send(_ head: RequestHead) -> Bool {
        guard let endpoint = cluster.pick(random: &worker.random, now: worker.loop.now, tried: []) else {
            release()
            return false
        }
        self.endpoint = endpoint
        endpoint.active += 1
        endpoint.total &+= 1
        let stream = endpoint.pool.open(self)
        self.stream = stream
        stream.sendHead(head, endOfStream: true)
        return true
    }

    /// Gives it up; the completion is not called.
    func cancel() {
        stream?.cancel()
        release()
    }

    private func end(_ answer: Answer?) {
        let completion = completion
        release()
        completion(answer)
    }

    private func release() {
        if let timer { worker.loop.cancel(timer) }
        timer = nil
        stream = nil
        endpoint?.active -= 1
        endpoint = nil
        completion = { _ in }
    }

    // MARK: The answer

    func response(_ stream: HTTPClientStream, head: ResponseHead, hasBody: Bool) {
        cluster.note(.response(status: head.status), about: endpoint, in: worker)
        self.head = head
    }

    func responseBody(_ stream: HTTPClientStream, _ bytes: UnsafeRawBufferPointer) {
        guard body.count + bytes.count <= Self.bodyLimit else {
            stream.cancel()
            return end(nil)
        }
        body.append(contentsOf: bytes)
    }

    func responseEnd(_ stream: HTTPClientStream) { end(head.map { Answer(head: $0, body: body) }) }

    func failed(_ stream: HTTPClientStream, _ failure: UpstreamFailure) {
        endpoint?.failed &+= 1
        if failure.isUpstreams { cluster.note(.connectionFailed, about: endpoint, in: worker) }
        end(nil)
    }

    func requestDrained(_ stream: HTTPClientStream) {}
}
