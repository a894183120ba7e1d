import Discovery
import HTTPTransport
import HTTPWire
import SystemIO

/// Fetches a provider's keys through a cluster of the proxy. One of its worker's thread.
final class TokenKeyFetch: HTTPClientStreamHandler {
    static let maximumBody = 1 << 20

    private let worker: Worker
    private let source: TokenKeySource
    private var waiting: [(_ hasNewKeys: Bool) -> Void]
    private var stream: HTTPClientStream?
    private var timer: TimerID?
    private var body: [UInt8] = []
    private var isGood = false

    private init(_ source: TokenKeySource, worker: Worker, then completion: @escaping (Bool) -> Void) {
        self.worker = worker
        self.source = source
        waiting = [completion]
    }

    /// Fetches the keys, or waits for a fetch that is under way, and calls `completion` once ``TokenKeySource`` knows
    /// what came of it; never from within this call.
    static func start(_ source: TokenKeySource, worker: Worker, then completion: @escaping (Bool) -> Void) {
        let id = ObjectIdentifier(source)
        if let fetch = worker.keyFetches[id] { return fetch.waiting.append(completion) }
        let fetch = TokenKeyFetch(source, worker: worker, then: completion)
        worker.keyFetches[id] = fetch
        fetch.begin()
    }

    private func begin() {
        guard let remote = source.remote,
            let endpoint = worker.cluster(named: remote.cluster)?.pick(
                random: &worker.random, now: worker.loop.now, tried: [])
        else {
            worker.loop.soon { [self] in end(nil) }
            return
        }
        timer = worker.loop.schedule(after: remote.timeout) { [self] in
            timer = nil
            self.stream?.cancel()
            end(nil)
        }
        let place = URLParts(remote.uri)
        var head = RequestHead(method: "GET", target: place.target, authority: place.host)
        head.add("accept", "application/json")
        let stream = endpoint.pool.open(self)
        self.stream = stream
        stream.sendHead(head, endOfStream: true)
    }

    func response(_ stream: HTTPClientStream, head: consuming ResponseHead, hasBody: Bool) {
        isGood = head.status == 200
    }

    func responseBody(_ stream: HTTPClientStream, _ bytes: UnsafeRawBufferPointer) {
        guard body.count + bytes.count <= Self.maximumBody else {
            stream.cancel()
            return end(nil)
        }
        body.append(contentsOf: bytes)
    }

    func responseEnd(_ stream: HTTPClientStream) { end(isGood ? body : nil) }

    func failed(_ stream: HTTPClientStream, _ failure: UpstreamFailure) { end(nil) }

    func requestDrained(_ stream: HTTPClientStream) {}

    private func end(_ text: [UInt8]?) {
        if let timer { worker.loop.cancel(timer) }
        timer = nil
        stream = nil
        worker.keyFetches[ObjectIdentifier(source)] = nil
        let hasNewKeys = source.settle(text, now: SystemClock.monotonic())
        let callers = waiting
        waiting = []
        for completion in callers { completion(hasNewKeys) }
    }
}

/// The parts of an `http` or `https` URI that a request names.
struct URLParts: Hashable {
    /// With its port, when it has one.
    var host: String
    /// The path with its query; `/` when there is none.
    var target: String

    init(_ uri: String) {
        let rest = uri.firstRange(of: "://").map { uri[$0.upperBound...] } ?? uri[...]
        let start = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        host = String(rest[..<start])
        let target = rest[start...].prefix { $0 != "#" }
        self.target = target.hasPrefix("/") ? String(target) : "/\(target)"
    }
}
