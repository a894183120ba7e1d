import ExpositionWire
import MeshModel
import MetricStore
import Quantities
import Storage
import SystemIO
import TestSupport
import Testing

@testable import Collector

@Suite struct `A history` {
    @Test func `keeps a row of ten seconds for every target, in which nothing is lost`() throws {
        try withRecordingFile { file in
            var kept = try KeptMesh(file)
            try kept.pass(quickly: 60)

            let status = kept.history.stop()

            #expect(status.failure == nil)
            // 59 seconds to each of two peers from three targets, but 7.25 a second, and 3 more from the 40th on.
            #expect(try requestsCounted(in: file) == Int64(6 * (59 * 7.25 + 19 * 3) * 100))
            #expect((18...21).contains(try number("SELECT count(*) FROM scrape", in: file)))
            #expect(try number("SELECT count(*) FROM meta WHERE name = 'ended'", in: file) == 1)
        }
    }

    @Test func `shows a moment as it was, to a step`() throws {
        try withRecordingFile { file in
            var kept = try KeptMesh(file)
            try kept.pass(39)
            #expect(kept.writes(12))

            let snapshot = try kept.snapshot(at: 35)

            let live = try #require(kept.mesh.live.last)
            #expect(snapshot.rates == live.rates)
            #expect(snapshot.rates.count == 6)
            #expect(snapshot.time == TurnedClock.begin.advanced(by: .seconds(35)))
            #expect(snapshot.targets.map(\.state) == [.up, .up, .up])
            #expect(snapshot.structureVersion >> 62 == 3)
            _ = kept.history.stop()
        }
    }

    @Test func `goes on where an earlier process ended, with the same series and no word on the time between`() throws {
        try withRecordingFile { file in
            var first = try KeptMesh(file)
            try first.pass(35)
            #expect(first.history.stop().failure == nil)
            let series = try number("SELECT count(*) FROM series", in: file)
            let counted = try requestsCounted(in: file)

            // The proxies have counted on for ten minutes.
            var second = try KeptMesh(file, from: 600)
            try second.pass(30)
            #expect(second.writes(9))

            #expect(try number("SELECT count(*) FROM series", in: file) == series)
            #expect(try number("SELECT count(*) FROM target", in: file) == 3)
            // To pay there were no requests any more; of the others, 29 seconds of both codes, at 10.25 a second.
            #expect(try requestsCounted(in: file) - counted == Int64(4 * 29 * 10.25 * 100))
            #expect(try second.snapshot(at: 30).rates == first.mesh.live[30].rates)
            #expect(try second.snapshot(at: 625).rates == second.mesh.live[25].rates)
            #expect(try second.snapshot(at: 605).window < .seconds(10), "no window reaches over the pause")
            #expect(
                second.failure(at: 300)?.description
                    == "nobody looked from 2026-11-20T00:00:34Z on until 2026-11-20T00:10:00Z")
            #expect(second.failure(at: 300)?.earliest == nil)
            #expect(second.failure(at: -5)?.earliest == TurnedClock.begin.advanced(by: .seconds(9)))
            #expect(second.failure(at: 900)?.description.hasPrefix("nobody looked from") == true)
            _ = second.history.stop()
        }
    }

    @Test func `does not know for ever what an earlier process has counted`() throws {
        try withRecordingFile { file in
            var first = try KeptMesh(file)
            try first.pass(quickly: 35)
            _ = first.history.stop()

            // Of three targets one is there again, and shows fewer series.
            let clock = TurnedClock()
            clock.turn(to: 600)
            let second = try MeshHistory(file: file, HistoryOptions(), time: clock.now)
            let time = MonotonicTime(nanoseconds: 10_600_000_000_000)
            second.recorder?.list("web:15090", RecordedMesh.targets[0].identity, at: time)
            let key = try #require(try keys(of: 1, in: file).first)
            second.recorder?.record(
                .scraped(
                    ScrapeRecord(
                        target: "web:15090", time: time, previous: nil, newSeries: [.init(number: 0, key: key)],
                        changes: [])), at: time)
            clock.turn(to: 1_000)
            _ = second.stop()

            #expect(try number("SELECT count(*) FROM target WHERE until IS NOT NULL", in: file) == 2)
            #expect(try number("SELECT count(*) FROM series WHERE target = 1 AND until IS NULL", in: file) == 1)
            #expect(try number("SELECT count(*) FROM event WHERE kind = 'gone'", in: file) == 3)
        }
    }

    private func keys(of target: Int64, in file: String) throws -> [SeriesKey] {
        try Database(reading: file).rows("SELECT key FROM series WHERE target = ?", [.integer(target)]) {
            (row) throws(StorageError) in RecordedJSON.key(try row.text(0))
        }.compactMap(\.self)
    }

    @Test func `is whole after a crash, but for what was counted last`() throws {
        try withRecordingFile { file in
            var kept = try KeptMesh(file)
            try kept.pass(quickly: 35)
            #expect(eventually { kept.history.status.counts.scrapes == 9 })
            // What a process leaves that is killed now.
            let left = file + ".left"
            for suffix in ["", "-wal"] { try Files.writeAtomically(left + suffix, try Files.read(file + suffix)) }
            _ = kept.history.stop()

            var next = try KeptMesh(left, from: 100)
            try next.pass(30)
            #expect(next.writes(9))

            #expect(try next.snapshot(at: 28).rates.count == 6)
            #expect(try next.snapshot(at: 125).rates == next.mesh.live[25].rates)
            #expect(next.failure(at: 60) == nil, "a minute and a half may pass between rows")
            #expect(next.history.stop().failure == nil)
            #expect(
                try Database(reading: left).rows("PRAGMA integrity_check") { (row) throws(StorageError) in
                    try row.text(0)
                } == ["ok"])
        }
    }

    @Test func `joins what is old to minutes, and counts the same`() throws {
        try withRecordingFile { file in
            var kept = try KeptMesh(file) { $0.fineAge = .seconds(300) }
            try kept.pass(quickly: 230)
            #expect(kept.writes(69))
            let fine = try number("SELECT count(*) FROM scrape", in: file)
            let counted = try requestsCounted(in: file)
            #expect(fine == 69)
            _ = kept.history.stop()

            // Time passes; whoever opens it next does what is to be done.
            let next = try KeptMesh(file, from: 900) { $0.fineAge = .seconds(300) }
            next.history.recorder?.list("new:15090", nil, at: MonotonicTime(nanoseconds: 10_900_000_000_000))
            _ = next.history.stop()

            #expect(try number("SELECT count(*) FROM scrape", in: file) < fine / 4)
            #expect(try requestsCounted(in: file) == counted)
            #expect(try number("SELECT max(time - previous) / 1000000000 FROM scrape", in: file) <= 61)
        }
    }

    @Test func `removes what is too old, and makes the file smaller`() throws {
        try withRecordingFile { file in
            var kept = try KeptMesh(file) {
                $0.age = .seconds(3_000)
                $0.fineAge = .seconds(7_200)
                $0.step = .seconds(1)
            }
            try kept.pass(quickly: 5_000)
            let status = kept.history.stop()
            #expect(status.removed > 1_000)
            #expect((status.begin.map { TurnedClock.begin.duration(to: $0) } ?? .zero) > .seconds(1_500))
            #expect(
                try number("SELECT min(time) FROM scrape", in: file) > (status.begin?.nanosecondsSinceEpoch ?? 0) - 1)
            let (pages, free) = (
                try number("PRAGMA page_count", in: file), try number("PRAGMA freelist_count", in: file)
            )

            // A day later nothing of it is wanted any more.
            let next = try KeptMesh(file, from: 90_000) { $0.age = .seconds(600) }
            next.history.recorder?.list("new:15090", nil, at: MonotonicTime(nanoseconds: 100_000_000_000_000))
            _ = next.history.stop()

            #expect(free * 20 <= pages || free <= 4)
            #expect(try number("SELECT count(*) FROM scrape", in: file) == 0)
            #expect(try number("PRAGMA page_count", in: file) < pages / 2)
        }
    }

    @Test func `stays below its size, and shows what is left`() throws {
        try withRecordingFile { file in
            var kept = try KeptMesh(file) {
                $0.size = 1_000_000
                $0.step = .seconds(1)
            }
            for _ in 0..<12 {
                try kept.pass(quickly: 500)
                // Written as it goes, not in one heap at the end.
                let time = kept.mesh.clock.seconds
                #expect(eventually { kept.history.status.counts.scrapes > Int(time) * 3 - 30 })
                #expect((try Files.read(file)).count <= 1_100_000)
            }
            let end = kept.mesh.clock.seconds
            let snapshot = try kept.snapshot(at: end - 2)
            #expect(snapshot.targets.count == 3)
            let status = kept.history.stop()

            #expect(status.failure == nil)
            #expect(status.removed > 0)
            #expect(try number("SELECT count(*) FROM series", in: file) > 0)
        }
    }

    @Test func `tells that it cannot be written, and loses nothing when it can be again`() throws {
        try withRecordingFile { file in
            var kept = try KeptMesh(file)
            try kept.pass(quickly: 20)
            #expect(eventually { kept.history.status.counts.scrapes >= 3 })
            let other = try Database(path: file, isChecked: false)
            try other.execute("BEGIN IMMEDIATE")

            try kept.pass(quickly: 20)
            #expect(eventually { kept.history.status.trouble != nil })
            #expect(kept.history.notices.first?.hasPrefix("the history cannot be written now: \(file): ") == true)
            try kept.pass(quickly: 20)
            try other.execute("COMMIT")
            try kept.pass(quickly: 10)
            #expect(eventually { kept.history.status.trouble == nil })

            #expect(kept.history.stop().failure == nil)
            #expect(kept.history.notices == [])
            #expect(try requestsCounted(in: file) == Int64((6 * (69 * 7.25 + 29 * 3) - 2 * 9 * 7.25) * 100))
        }
    }

    @Test func `goes on without a disk that is full, and says so`() throws {
        try withRecordingFile { file in
            var kept = try KeptMesh(file) {
                $0.step = .seconds(1)
                $0.maximumPages = 40
            }
            // Faster than it is written, so that it takes a few rounds.
            for _ in 0..<100 where kept.history.status.trouble == nil { try kept.pass(quickly: 100) }
            #expect(eventually { kept.history.status.trouble != nil })

            let notice = try #require(kept.history.notices.first)
            #expect(notice.hasPrefix("the history cannot be written now: \(file): "))
            #expect(notice.hasSuffix("database or disk is full; free some space"))
            let rows = try number("SELECT count(*) FROM scrape", in: file)
            try kept.pass(quickly: 10)
            _ = kept.history.stop()
            #expect(try number("SELECT count(*) FROM scrape", in: file) == rows)

            // With room it goes on.
            var next = try KeptMesh(file, from: 20_000)
            try next.pass(quickly: 30)
            #expect(next.history.stop().failure == nil)
            let late = TurnedClock.begin.advanced(by: .seconds(20_000)).nanosecondsSinceEpoch
            #expect(try number("SELECT count(*) FROM scrape WHERE time > \(late)", in: file) == 9)
        }
    }

    @Test func `begins anew when the clock was a day ahead`() throws {
        try withRecordingFile { file in
            var ahead = try KeptMesh(file, from: 86_400)
            try ahead.pass(quickly: 30)
            _ = ahead.history.stop()

            var kept = try KeptMesh(file)
            try kept.pass(quickly: 30)
            _ = kept.history.stop()

            #expect(try number("SELECT count(*) FROM scrape", in: file) < 12)
            #expect(
                try number("SELECT max(time) FROM scrape", in: file)
                    < TurnedClock.begin.advanced(by: .seconds(60)).nanosecondsSinceEpoch)
            #expect(try requestsCounted(in: file) == Int64(6 * 29 * 7.25 * 100))
        }
    }
}

@Suite struct `The file of a history` {
    private func message(_ file: String) -> String {
        do throws(RecordingError) {
            _ = try MeshHistory(file: file).stop()
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func `belongs to one process; the others may read it`() throws {
        try withRecordingFile { file in
            var kept = try KeptMesh(file)
            try kept.pass(quickly: 30)

            #expect(
                message(file)
                    == "\(file) is written by another meshtop; two cannot keep one history, so name another file or end "
                    + "the other")
            #expect(throws: RecordingError.held(file: file)) { try HistoryPlace(file: file).open(source: "shop") }
            let reader = try HistoryPlace(file: file, isRequired: false).open(source: "shop")
            #expect(reader.recorder == nil)
            #expect(reader.notices.count == 1)
            #expect(kept.history.stop().failure == nil)
            #expect(message(file) == "none")
        }
    }

    @Test func `is nobody else's`() throws {
        try withRecordingFile { file in
            let sentence = "is not a history of meshtop; name a file that is not there yet, and it will be made"
            let text = Array("hello, this is no database at all".utf8)
            try Files.writeAtomically(file, text)
            #expect(message(file) == "\(file) \(sentence)")
            #expect(try Files.read(file) == text)

            let other = file + ".other"
            try Database(path: other).execute("CREATE TABLE t (a)")
            let bytes = try Files.read(other)
            #expect(message(other) == "\(other) \(sentence)")
            #expect(try Files.read(other) == bytes, "not a byte of it is changed")

            try Files.makeDirectory(file + ".d")
            #expect(message(file + ".d") == "\(file).d \(sentence)")
            #expect(message(file + ".none/x") == "\(file).none/x: cannot open: no such file or directory")
        }
    }

    @Test func `is no recording, though it can be replayed as one`() throws {
        try withRecordingFile { file in
            var mesh = RecordedMesh(try Recorder(file: file))
            try mesh.pass()
            _ = mesh.recorder.stop()
            #expect(
                message(file) == "\(file) is a recording; a history removes what is old, so give it a file of its own")

            let own = file + ".history"
            var kept = try KeptMesh(own)
            try kept.pass(39)
            _ = kept.history.stop()
            let replay = try Replay(try Recording(file: own))
            #expect(try replay.snapshot(at: try replay.span().upperBound, window: .seconds(20)).rates.count == 6)
        }
    }

    @Test func `is of this release or an older one`() throws {
        try withRecordingFile { file in
            _ = try MeshHistory(file: file).stop()
            try Database(path: file).execute("PRAGMA user_version = 9")
            #expect(message(file).contains("newer meshtop"))
        }
    }

    @Test func `may be empty, or no further than SQLite's first page`() throws {
        try withRecordingFile { file in
            try Files.writeAtomically(file, [])
            #expect(message(file) == "none")
            #expect(try number("PRAGMA auto_vacuum", in: file) == 2)
            let begun = file + ".begun"
            _ = try Database(path: begun, fresh: ["page_size=16384", "auto_vacuum=INCREMENTAL"])
            #expect(message(begun) == "none")
        }
    }
}
