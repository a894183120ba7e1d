internal import Quantities

/// Says how well the nodes and edges of a graph are.
///
/// Belongs to one thread. What patterns say of a code, a protocol or an entity is worked out once and remembered, so that
/// a tick compares no patterns.
package struct HealthJudge {
    package let rules: HealthRules
    /// Tolerances that objects carry themselves, before all rules.
    package var annotations: [HealthEntity: [HealthTolerance]] = [:] {
        didSet { makeSheets() }
    }

    /// Which tolerances are for an entity: to be asked once and used as long as the judge stays the same.
    package struct SheetNumber: Hashable, Sendable {
        fileprivate var value: Int
    }

    /// Everything beyond is looked up anew each time: names that somebody makes up must not fill the memory.
    private static let maximumBooks = 20_000
    private var books: [MeshNode.ID: SheetNumber] = [:]
    private var sheets: [ToleranceSheet]
    /// Whether any tolerance is about answers that are well everywhere else; see ``AnswerTally/isOrdinary(_:)``.
    private var judgesOrdinary = false

    package init(_ rules: HealthRules = .standard) {
        self.rules = rules
        sheets = []
        makeSheets()
    }

    /// The sheets of the rules first, in their order, then those that objects carry.
    private mutating func makeSheets() {
        sheets = rules.rates.map { ToleranceSheet($0.tolerances) }
        if sheets.isEmpty { sheets = [ToleranceSheet([])] }
        for own in annotations.values where !own.isEmpty && !sheets.contains(where: { $0.tolerances == own }) {
            sheets.append(ToleranceSheet(own))
        }
        books = [:]
        judgesOrdinary = false
        for index in sheets.indices where sheets[index].judgesOrdinary { judgesOrdinary = true }
    }

    /// Sets the health of all nodes, edges and boxes, with its causes, and how the objectives stand.
    package mutating func judge(_ snapshot: inout MeshSnapshot) {
        var numbers: [MeshNode.ID: Int] = [:]
        numbers.reserveCapacity(snapshot.nodes.count)
        for (number, node) in snapshot.nodes.enumerated() { numbers[node.id] = number }
        let ownSheets = snapshot.nodes.map { sheet(for: $0) }
        var inbound = [AnswerTally](repeating: AnswerTally(), count: snapshot.nodes.count)
        var outbound = rules.judgesCallers ? inbound : []
        for index in snapshot.edges.indices {
            let tally = tally(of: snapshot.edges[index].traffic, snapshot.edges[index].protocol)
            let source = numbers[snapshot.edges[index].source]
            let target = numbers[snapshot.edges[index].target]
            if let target { inbound[target].add(tally) }
            if rules.judgesCallers, let source { outbound[source].add(tally) }
            let verdict = self.verdict(of: tally, from: source.map { ownSheets[$0] }, to: target.map { ownSheets[$0] })
            snapshot.edges[index].health = verdict.health
            snapshot.edges[index].healthCause = verdict.cause
        }
        for index in snapshot.nodes.indices {
            let verdict = self.verdict(
                by: ownSheets[index], inbound: inbound[index],
                outbound: rules.judgesCallers ? outbound[index] : AnswerTally())
            snapshot.nodes[index].health = verdict.health
            snapshot.nodes[index].healthCause = verdict.cause
        }
        joinWholes(into: &snapshot)
    }

    /// Sets what follows from the health of all nodes together: how the objectives stand, what they make of nodes, and
    /// the health of boxes.
    package func joinWholes(into snapshot: inout MeshSnapshot) {
        if !rules.objectives.isEmpty {
            snapshot.objectives = rules.objectives.flatMap { $0.standing(in: snapshot) }
            for objective in rules.objectives { objective.join(into: &snapshot) }
        }
        guard !snapshot.boxes.isEmpty else { return }
        let health = Dictionary(snapshot.nodes.lazy.map { ($0.id, $0.health) }, uniquingKeysWith: { first, _ in first })
        for index in snapshot.boxes.indices {
            snapshot.boxes[index].health = snapshot.boxes[index].members.compactMap { health[$0] }.max() ?? .unknown
        }
    }

    /// The answers of some traffic, as they are judged.
    package func tally(of traffic: TrafficSummary, _ protocol: TrafficProtocol) -> AnswerTally {
        var tally = AnswerTally()
        tally.add(
            traffic.codes, rate: traffic.rate.value, samples: traffic.samples, abandoned: traffic.abandoned,
            of: `protocol`, keepsOrdinary: judgesOrdinary)
        return tally
    }

    /// An entity by the answers it gives and those it gets; unknown without any that a tolerance is for.
    package mutating func verdict(of node: MeshNode, inbound: AnswerTally, outbound: AnswerTally) -> HealthVerdict {
        verdict(by: sheet(for: node), inbound: inbound, outbound: outbound)
    }

    package mutating func verdict(
        by sheet: SheetNumber, inbound: AnswerTally, outbound: AnswerTally
    ) -> HealthVerdict {
        guard !sheets[sheet.value].isEmpty else { return ToleranceSheet.withoutTolerances(inbound, outbound) }
        return sheets[sheet.value].verdict(inbound, .inbound)
            .merged(with: sheets[sheet.value].verdict(outbound, .outbound))
    }

    /// An edge: the worse of what its source tolerates of the answers it gets and what its target tolerates of those it
    /// gives. Traffic that no tolerance is for is healthy.
    package mutating func verdict(of tally: AnswerTally, from source: MeshNode?, to target: MeshNode?) -> HealthVerdict
    {
        verdict(of: tally, from: source.map { sheet(for: $0) }, to: target.map { sheet(for: $0) })
    }

    package mutating func verdict(
        of tally: AnswerTally, from source: SheetNumber?, to target: SheetNumber?
    ) -> HealthVerdict {
        guard tally.total > 0 else { return HealthVerdict() }
        var verdict = HealthVerdict(health: .healthy)
        guard !tally.entries.isEmpty else { return verdict }
        if let target, source == target, !sheets[target.value].tellsDirections {
            return verdict.merged(with: sheets[target.value].verdict(tally, .inbound))
        }
        if let source { verdict = verdict.merged(with: self.verdict(by: source, of: tally, .outbound)) }
        if let target { verdict = verdict.merged(with: self.verdict(by: target, of: tally, .inbound)) }
        return verdict
    }

    private mutating func verdict(
        by sheet: SheetNumber, of tally: AnswerTally, _ direction: HealthCause.Direction
    ) -> HealthVerdict {
        let own =
            sheets[sheet.value].isEmpty
            ? ToleranceSheet.withoutTolerances(tally, AnswerTally()) : sheets[sheet.value].verdict(tally, direction)
        // Of an edge the direction says nothing: the words are the target's.
        return own.turned(to: .inbound)
    }

    /// Which tolerances are for a node.
    package mutating func sheet(for node: MeshNode) -> SheetNumber {
        if let known = books[node.id] { return known }
        let entities = HealthEntity.all(of: node)
        let own = entities.compactMap { annotations[$0] }.first { !$0.isEmpty }
        let carried = own.flatMap { own in sheets.firstIndex { $0.tolerances == own } }
        let ruled = rules.rates.firstIndex { rate in entities.contains(where: rate.matches) }
        let number = SheetNumber(value: carried ?? ruled ?? max(0, rules.rates.count - 1))
        if books.count >= Self.maximumBooks { books = [:] }
        books[node.id] = number
        return number
    }
}

/// How well something is, and why when it is not.
package struct HealthVerdict: Hashable, Sendable {
    package var health: Health
    package var cause: HealthCause?

    package init(health: Health = .unknown, cause: HealthCause? = nil) {
        self.health = health
        self.cause = cause
    }

    /// The worse of two; the first when they are equal.
    package func merged(with other: HealthVerdict) -> HealthVerdict { other.health > health ? other : self }

    fileprivate func turned(to direction: HealthCause.Direction) -> HealthVerdict {
        guard var cause, case .answers(var answers) = cause.finding else { return self }
        answers.direction = direction
        cause.finding = .answers(answers)
        return HealthVerdict(health: health, cause: cause)
    }
}
