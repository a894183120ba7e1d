import MeshModel
import Quantities

extension Model {
    mutating func togglePause() {
        guard time.isLive else { return goLive() }
        hold()
    }

    /// Goes on living: whatever came while another moment was shown is shown now.
    mutating func goLive() {
        guard !time.isLive else { return }
        time.goLive()
        guard let newest = heldSnapshot else { return }
        heldSnapshot = nil
        show(newest)
        holdRecording()
    }

    /// Of a recording even the newest moment is past.
    private mutating func holdRecording() {
        if isRecording { hold() }
    }

    /// The first snapshot of a recording is its end; the person may want to begin elsewhere.
    mutating func beginRecording(_ effects: inout [Effect]) {
        holdRecording()
        guard let moment = firstMoment else { return }
        firstMoment = nil
        goTo(moment, &effects)
    }

    mutating func step(by duration: Duration, _ effects: inout [Effect]) {
        guard let shown = mesh?.snapshot.time else { return }
        goTo((time.base ?? shown).advanced(by: duration), &effects)
    }

    mutating func goTo(text: String, _ effects: inout [Effect]) {
        guard !text.isEmpty else { return openPrompt(.time, &effects) }
        switch TimeWords.moment(text, now: now, utcOffset: utcOffset) {
        case .live: goLive()
        case .at(let moment): goTo(moment, &effects)
        case nil: say(.warning, "“\(text)” is no time; for example \(TimeWords.examples)")
        }
    }

    /// Shows the mesh as it was at `moment`, or live again when that is not past.
    private mutating func goTo(_ moment: WallTime, _ effects: inout [Effect]) {
        guard let shown = mesh?.snapshot.time else { return say(.info, "no data yet") }
        let newest = heldSnapshot?.time ?? shown
        guard moment < newest else {
            if !time.isLive {
                goLive()
                say(.info, isRecording ? "the recording ends here" : "live again")
            }
            return
        }
        hold()
        time.wanted = moment
        askForPast(&effects)
    }

    /// Leaves the present, which stays at hand until there is a newer one.
    private mutating func hold() {
        guard time.isLive, let mesh else { return }
        time.held = mesh.snapshot.time
        heldSnapshot = mesh.snapshot
    }

    /// Asks for the moment that is wanted, unless a question is open already.
    private mutating func askForPast(_ effects: inout [Effect]) {
        guard time.asked == nil, let wanted = time.wanted else { return }
        time.wanted = nil
        time.asked = wanted
        time.question += 1
        effects.append(.seePast(wanted, question: time.question))
    }

    mutating func takePast(question: Int, _ result: Result<MeshSnapshot, MeshPastFailure>, _ effects: inout [Effect]) {
        guard question == time.question, !time.isLive else { return }
        time.asked = nil
        switch result {
        case .success(let snapshot):
            time.held = snapshot.time
            // On the way to a later wish this is what can be shown already.
            show(snapshot)
        case .failure(let failure):
            time.wanted = time.wanted.flatMap { wanted in failure.earliest.map { wanted > $0 } ?? false ? wanted : nil }
            if let earliest = failure.earliest, let held = time.held {
                say(.warning, "the history begins at \(Field.timeOfDay(earliest, utcOffset))")
                // A window needs two looks; a second later there are some.
                let first = earliest.advanced(by: .seconds(2))
                if time.wanted == nil, held > first.advanced(by: TimeState.step) { time.wanted = first }
            } else {
                say(.warning, failure.description)
            }
        }
        askForPast(&effects)
    }
}
