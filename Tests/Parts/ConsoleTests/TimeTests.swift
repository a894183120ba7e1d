import MeshModel
import Quantities
import TerminalUI
import Testing

@testable import Console

@Suite struct `A person who looks back` {
    private func shown(_ person: Driver) -> Int {
        person.model.mesh.map { Int(SampleMesh.start.duration(to: $0.snapshot.time).inSeconds) } ?? -1
    }

    private func hourOld(width: Int = 120, height: Int = 40) -> Driver {
        var person = Driver(width: width, height: height)
        person.wait(seconds: 3_600)
        return person
    }

    @Test(arguments: [("[", 3_595), ("{", 3_540)])
    func `goes back by one key and forward to live by the other`(key: String, time: Int) {
        var person = hourOld()
        person.press(key)
        #expect(shown(person) == time)
        #expect(person.sees("paused"))
        person.wait(seconds: 4)
        #expect(shown(person) == time, "news waits")

        person.press(key == "[" ? "]" : "}")
        #expect(shown(person) == 3_600)
        person.press("]")
        #expect(person.model.time.isLive)
        #expect(shown(person) == 3_604)
    }

    @Test(arguments: ["1", "2", "3", "4"]) func `sees the same time on every screen`(key: String) {
        var person = hourOld()
        person.press("{", key)

        #expect(shown(person) == 3_540)
        let screen = person.screen
        #expect(screen.contains("-1:00"))
        #expect(screen.contains(Field.timeOfDay(SampleMesh.start.advanced(by: .seconds(3_540)), .zero)))
        person.press("L")
        let live = person.screen
        #expect(live.contains("live"))
        #expect(!live.contains("-1:00"))
    }

    @Test(arguments: [
        ("5m", 3_300), ("90s", 3_510), ("-1m30s", 3_510), ("30m ago", 1_800), ("11:50", 2_600), ("12:00:05", 3_205),
    ])
    func `goes to a time that is typed`(text: String, time: Int) {
        var person = hourOld()
        person.press("t")
        person.type(text)
        person.press("enter")

        #expect(shown(person) == time)
    }

    @Test(arguments: ["", "x", "5", "5x", "25:00", "1m1m", "14:03:20:1", "::", "99999999999999999999h"])
    func `is not taken somewhere by a time that is none`(text: String) {
        #expect(TimeWords.moment(text, now: SampleMesh.start, utcOffset: .zero) == nil)
    }

    @Test func `means yesterday by a time that is still to come`() {
        // The sample starts at 11:06:40.
        let moment = TimeWords.moment("23:00", now: SampleMesh.start, utcOffset: .zero)

        #expect(moment == .at(SampleMesh.start.advanced(by: .seconds(-(12 * 3_600 + 6 * 60 + 40)))))
    }

    @Test func `is told where the history begins and taken there`() {
        var person = hourOld()
        person.memoryBegins = SampleMesh.start.advanced(by: .seconds(3_000))
        person.run("time 30m")

        #expect(person.sees("the history begins at 11:56:40"))
        #expect(shown(person) == 3_002)
    }

    @Test func `leans on a key, and only the last wish is asked for`() {
        var person = hourOld()
        person.holdsPast = true
        for _ in 0..<20 { person.press("[") }
        #expect(person.openQuestions.count == 1)

        person.letPastAnswer()
        #expect(shown(person) == 3_500)
        #expect(person.effects.filter { if case .seePast = $0 { true } else { false } }.count == 2)
    }

    @Test func `goes live while an answer is under way, and stays there`() {
        var person = hourOld()
        person.holdsPast = true
        person.press("[", "L")
        person.letPastAnswer()

        #expect(person.model.time.isLive)
        #expect(shown(person) == 3_600)
    }

    @Test func `changes weights only in the present`() {
        var person = hourOld()
        person.press("[", "w", "+", "enter", "y")

        #expect(person.weights == (85, 15))
        #expect(person.model.time.isLive)
    }

    @Test(arguments: GoldenFrameTests.sizes) func `reads which time is shown`(width: Int, height: Int) throws {
        var driver = hourOld(width: width, height: height)
        driver.run("time 12m5s")
        driver.press("2")

        try expectGolden(driver.frame, "past-\(width)x\(height)", theme: driver.theme)
    }
}

@Suite struct RecordingTests {
    private static func snapshot(at seconds: Double) -> MeshSnapshot {
        MeshSnapshot(time: WallTime(secondsSinceEpoch: seconds), window: .seconds(60))
    }

    private static func model(moment: Double? = nil) -> Model {
        Model(
            source: "incident.meshrec", size: Size(width: 120, height: 40), now: WallTime(secondsSinceEpoch: 5_000),
            isRecording: true, moment: moment.map { WallTime(secondsSinceEpoch: $0) })
    }

    @Test func `a recording is never live`() {
        var model = Self.model()

        let effects = update(&model, .snapshot(Self.snapshot(at: 1_000)))

        #expect(effects.isEmpty && model.isPaused && !model.isStale)
        #expect(model.time.held == WallTime(secondsSinceEpoch: 1_000))
        model.goLive()
        #expect(model.isPaused)
    }

    @Test func `it begins at the moment that was asked for`() throws {
        var model = Self.model(moment: 900)

        let effects = update(&model, .snapshot(Self.snapshot(at: 1_000)))

        guard case .seePast(let moment, let question)? = effects.first else {
            Issue.record("nobody was asked: \(effects)")
            return
        }
        #expect(moment == WallTime(secondsSinceEpoch: 900))
        _ = update(&model, .pastSeen(question: question, .success(Self.snapshot(at: 900))))
        #expect(model.time.held == WallTime(secondsSinceEpoch: 900))
        // Its end is as far as one can go.
        model.goLive()
        #expect(model.mesh?.snapshot.time == WallTime(secondsSinceEpoch: 1_000) && model.isPaused)
    }
}
