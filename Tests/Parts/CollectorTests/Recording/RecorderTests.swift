import Collector
import ExpositionWire
import MeshModel
import MetricStore
import Quantities
import Storage
import SystemIO
import TestSupport
import Testing
import TraceModel

@Suite struct `A recorder` {
    @Test func `leaves one file that can be read where nothing can be written`() throws {
        try withRecordingFile { file in
            var mesh = RecordedMesh(try Recorder(file: file))
            for _ in 0..<3 { try mesh.pass() }

            let status = mesh.recorder.stop()

            let directory = String(file.prefix(upTo: try #require(file.lastIndex(of: "/"))))
            #expect(try Files.list(directory) == ["mesh.rec"])
            let contents = try Recording(file: file).contents()
            #expect(contents.isClosed)
            #expect(contents.targets.map(\.scrapes) == [3, 3, 3])
            #expect(contents.targets.map(\.identity) == RecordedMesh.targets.map(\.identity))
            #expect(contents.targets.reduce(0) { $0 + $1.series } == status.counts.series)
            #expect(contents.events.map(\.kind) == ["listed", "listed", "listed", "up", "up", "up"])
        }
    }

    @Test func `loses at most the last second when its process is killed`() throws {
        try withRecordingFile { file in
            var options = Recorder.Options()
            options.pause = .milliseconds(5)
            var mesh = RecordedMesh(try Recorder(file: file, options))
            for _ in 0..<20 { try mesh.pass() }
            #expect(eventually { mesh.recorder.status.counts.scrapes == 60 })

            // What a process leaves that is killed now: nothing is written while nothing comes in.
            let left = file + ".left"
            for suffix in ["", "-wal"] { try Files.writeAtomically(left + suffix, try Files.read(file + suffix)) }
            _ = mesh.recorder.stop()

            let recording = try Recording(file: left)
            #expect(try !recording.contents().isClosed)
            let replay = try Replay(recording)
            let time = try replay.span().lowerBound.advanced(by: .milliseconds(19_500))
            #expect(
                substance(try replay.snapshot(at: time, window: .seconds(20)))
                    == substance(try #require(mesh.live.last)))
        }
    }

    @Test func `has a view in which the increases of a series add up to what was counted`() throws {
        try withRecordingFile { file in
            var mesh = RecordedMesh(try Recorder(file: file))
            for _ in 0..<60 { try mesh.pass() }
            _ = mesh.recorder.stop()

            let sums = try Database(reading: file).rows(
                """
                SELECT target, json_extract(key, '$.response_code'), CAST(sum(increase) * 100 AS INTEGER) FROM increases
                WHERE json_extract(key, '$.__name__') = 'istio_requests_total'
                    AND json_extract(key, '$.destination_canonical_service') = 'cart'
                GROUP BY 1, 2 ORDER BY 1, 2
                """
            ) { (row) throws(StorageError) in "\(try row.text(0)) \(try row.text(1)) \(try row.integer(2))" }

            // 59 seconds at 7.25 a second, and from the 40th on 3 a second.
            #expect(
                sums == [
                    "pay:15090 200 42775", "pay:15090 503 5700", "web:15090 200 42775", "web:15090 503 5700",
                ])
        }
    }

    @Test func `keeps labels whatever stands in them`() throws {
        try withRecordingFile { file in
            let recorder = try Recorder(file: file)
            let values = [
                "'); DROP TABLE series; --", "\"quoted\" \\ back", "line\nfeed\ttab", "nul\0byte", "\u{1b}[2J",
                "naïve ☃ 👩‍👩‍👧", "{\"__name__\":\"x\"}", String(repeating: "long", count: 200),
            ]
            let key = SeriesKey(
                name: "istio_requests_total",
                labels: values.enumerated().map { Label(name: "l\($0.offset)", value: $0.element) }
                    + [Label(name: "__name__", value: "other"), Label(name: "", value: "nameless")])
            let time = MonotonicTime(nanoseconds: 1_000_000_000_000)
            recorder.record(
                .scraped(
                    ScrapeRecord(
                        target: "'\"\0\n", time: time, previous: nil, newSeries: [.init(number: 0, key: key)],
                        changes: [])),
                at: time)
            #expect(recorder.stop().failure == nil)

            let database = try Database(reading: file)
            for (number, value) in values.enumerated() where !value.contains("\0") {
                let read = try database.rows("SELECT json_extract(key, '$.l\(number)') FROM series") {
                    (row) throws(StorageError) in try row.text(0)
                }
                #expect(read == [value])
            }
            #expect(
                try database.rows("SELECT json_valid(key) FROM series") { (row) throws(StorageError) in
                    try row.integer(0)
                } == [1])
            #expect(try Recording(file: file).contents().targets.map(\.name) == ["'\"\0\n"])
            _ = try Replay(try Recording(file: file)).snapshot(
                at: try Recording(file: file).span().upperBound, window: .seconds(5))
        }
    }

    @Test func `counts what finds no room, and says so in the file`() throws {
        try withRecordingFile { file in
            var options = Recorder.Options()
            // Nothing is written before the end, and a few scrapes fill the queue.
            options.pause = .seconds(3600)
            options.queue = 40_000
            let recorder = try Recorder(file: file, options)
            #expect(eventually { recorder.status.counts.scrapes == 0 })
            let time = MonotonicTime(nanoseconds: 1_000_000_000_000)
            let changes = (0..<1000).map { SeriesChange(series: Int32($0), increase: 1) }
            var given = 0
            // Faster than anybody can write: the queue takes two or three at a time.
            while given < 2000 {
                recorder.record(
                    .scraped(ScrapeRecord(target: "t", time: time, previous: nil, newSeries: [], changes: changes)),
                    at: time)
                given += 1
            }

            let status = recorder.stop()

            #expect(status.failure == nil)
            #expect(status.loss.scrapes > 0)
            #expect(status.counts.scrapes + status.loss.scrapes == given)
            let contents = try Recording(file: file).contents()
            #expect(contents.targets.first?.scrapes == status.counts.scrapes)
            #expect(contents.events.contains { $0.kind == "dropped" && $0.text.hasSuffix("scrapes") })
        }
    }

    @Test func `removes the oldest beyond its limit, and what is left replays`() throws {
        try withRecordingFile { file in
            var options = Recorder.Options()
            options.limit = 300_000
            options.pause = .milliseconds(1)
            var mesh = RecordedMesh(try Recorder(file: file, options))
            for _ in 0..<1500 { try mesh.pass() }

            let status = mesh.recorder.stop()

            #expect(status.failure == nil)
            #expect(status.bytes <= options.limit)
            #expect(status.begin != nil)
            let replay = try Replay(try Recording(file: file))
            let span = try replay.span()
            #expect(span.lowerBound >= (try #require(status.begin)))
            let snapshot = try replay.snapshot(
                at: span.upperBound.advanced(by: .milliseconds(300)), window: .seconds(20))
            #expect(substance(snapshot).filter { $0.contains("15090") }.count == 3)
            #expect(snapshot.edges.map(\.traffic) == mesh.live.last?.edges.map(\.traffic).prefix(6).map(\.self))
        }
    }

    @Test func `removes traces before what was counted`() throws {
        try withRecordingFile { file in
            var options = Recorder.Options()
            options.limit = 300_000
            options.pause = .milliseconds(1)
            var mesh = RecordedMesh(try Recorder(file: file, options))
            for second in 0..<100 {
                try mesh.pass()
                let spans = try (1...10).map { try span(second * 10 + $0) }
                mesh.recorder.record(spans.compactMap { Trace(id: $0.trace, spans: [$0]) }, at: mesh.clock.now)
            }

            let status = mesh.recorder.stop()

            #expect(status.bytes <= options.limit)
            #expect(status.begin == nil)
            let found = try RecordedTraces(try Recording(file: file)).find(TraceQuery(limit: 1000))
            #expect(!found.isEmpty && found.count < 1000)
            let begin = try #require(status.tracesBegin)
            #expect(found.allSatisfy { $0.start >= begin })
        }
    }

    @Test func `keeps traces, and finds them as a collector does`() throws {
        try withRecordingFile { file in
            let recorder = try Recorder(file: file)
            let time = MonotonicTime(nanoseconds: 1_000_000_000_000)
            let spans = try (1...600).map { number in try span(number) }
            let local = LocalTraceSource()
            local.insert(spans)
            recorder.record(local.traces(TraceQuery(limit: 1000)), at: time)
            recorder.record(
                .scraped(ScrapeRecord(target: "t", time: time, previous: nil, newSeries: [], changes: [])), at: time)
            _ = recorder.stop()

            let recorded = try RecordedTraces(try Recording(file: file))
            for query in [
                TraceQuery(limit: 1000), TraceQuery(limit: 7), TraceQuery(service: "cart", limit: 10),
                TraceQuery(minimumDuration: .milliseconds(590)), TraceQuery(errorsOnly: true),
            ] {
                #expect(try recorded.find(query) == local.find(query))
            }
            let fifth = try #require(TraceID(high: 0, low: 5))
            #expect(try recorded.trace(fifth) == local.trace(fifth))
            recorded.show(upTo: WallTime(nanosecondsSinceEpoch: 10_000_000))
            #expect(try recorded.find(TraceQuery(limit: 100)).count == 10)
        }
    }

    private func span(_ number: Int) throws -> Span {
        let trace = try #require(TraceID(high: 0, low: UInt64(number)))
        let id = try #require(SpanID(UInt64(number)))
        let start = WallTime(nanosecondsSinceEpoch: 1_000_000 * Int64(number))
        return Span(
            trace: trace, id: id, name: "GET /", kind: .server, service: number % 2 == 0 ? "cart.shop" : "web.shop",
            start: start, duration: .milliseconds(number), status: number % 100 == 0 ? .error : .unset)
    }
}
