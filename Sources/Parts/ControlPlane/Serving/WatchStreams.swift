import HTTPTransport
import JSONWire
import Quantities
import SystemIO

/// The watches that are open: each a response that goes on, one event a line, as long as its client reads.
final class WatchStreams {
    /// The most streams at once; beyond, a watch is refused and its client tries again later.
    private static let maximumStreams = 10_000
    /// How often a stream without changes tells how far it has come.
    private static let bookmarkInterval = Duration.seconds(60)

    private struct Stream {
        let watch: Watch
        let responder: HTTPResponder
        let end: TimerID
        /// What the client has been told about.
        var sent: Revision
        /// Whether the client reads slower than things change. It then gets nothing until it has caught up, and the
        /// rest from the history: a slow reader costs no memory.
        var isFull = false
    }

    private let configuration: LiveConfiguration
    private let loop: EventLoop
    private var streams: [UInt64: Stream] = [:]
    private var nextStream: UInt64 = 0

    init(_ configuration: LiveConfiguration, loop: EventLoop) {
        self.configuration = configuration
        self.loop = loop
        configuration.observe { [unowned self] changes in
            for number in Array(streams.keys) { advance(number, with: changes) }
        }
        scheduleBookmarks()
    }

    var count: Int { streams.count }

    func open(_ watch: Watch, _ responder: HTTPResponder) {
        guard streams.count < Self.maximumStreams else {
            return responder.refuse(APIFailure(.tooManyRequests, "too many watches are open; try again later"))
        }
        let events: [JSONValue]
        do throws(APIFailure) {
            events = try watch.begin(configuration.store)
        } catch {
            return responder.refuse(error)
        }
        nextStream &+= 1
        let number = nextStream
        let end = loop.schedule(after: watch.timeout) { [weak self] in self?.close(number) }
        streams[number] = Stream(
            watch: watch, responder: responder, end: end, sent: configuration.store.revision)
        responder.onClose = { [weak self] in self?.forget(number) }
        responder.onDrained = { [weak self] in
            self?.streams[number]?.isFull = false
            self?.advance(number, with: [])
        }
        responder.begin(status: 200, headers: ["content-type": "application/json"])
        send(events, to: number)
    }

    /// Ends every stream in good order; clients watch again from where they are.
    func closeAll() {
        for number in Array(streams.keys) { close(number) }
    }

    /// Tells a stream what it does not know yet: the changes at hand, or what the history has when it fell behind.
    private func advance(_ number: UInt64, with changes: [Change]) {
        guard let stream = streams[number], !stream.isFull else { return }
        let revision = configuration.store.revision
        guard stream.sent < revision else { return }
        var news = changes
        if changes.first?.revision != stream.sent.next {
            guard let missed = try? configuration.store.changes(after: stream.sent) else {
                // Too far behind: the client sees the stream break, asks again, and is told to list.
                forget(number)
                return stream.responder.abort()
            }
            news = missed
        }
        streams[number]?.sent = revision
        send(stream.watch.events(for: news), to: number)
    }

    private func send(_ events: [JSONValue], to number: UInt64) {
        guard !events.isEmpty, let stream = streams[number] else { return }
        var bytes: [UInt8] = []
        for event in events {
            event.write(to: &bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        if !stream.responder.write(bytes) { streams[number]?.isFull = true }
    }

    private func close(_ number: UInt64) {
        guard let stream = streams[number] else { return }
        if stream.watch.allowsBookmarks { send([stream.watch.bookmark(stream.sent)], to: number) }
        forget(number)
        stream.responder.onClose = nil
        stream.responder.end()
    }

    private func forget(_ number: UInt64) {
        guard let stream = streams.removeValue(forKey: number) else { return }
        loop.cancel(stream.end)
    }

    private func scheduleBookmarks() {
        _ = loop.schedule(after: Self.bookmarkInterval) { [weak self] in
            guard let self else { return }
            for (number, stream) in streams where stream.watch.allowsBookmarks && !stream.isFull {
                send([stream.watch.bookmark(stream.sent)], to: number)
            }
            scheduleBookmarks()
        }
    }
}
