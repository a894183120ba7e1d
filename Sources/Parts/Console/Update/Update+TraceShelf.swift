import TraceModel

extension Model {
    /// Fetches the traces of the list whole, unless they are here: for groups, flame graphs and statistics.
    mutating func fetchListed(_ effects: inout [Effect]) {
        let ids = (traces?.summaries ?? []).map(\.id)
        shelfQuestions += 1
        guard shelf.want(ids, question: shelfQuestions) else { return }
        effects.append(.loadTraces(shelf.wanted, question: shelfQuestions))
    }

    mutating func takeShelf(question: Int, _ result: Result<[Trace], ConsoleFailure>) {
        shelf.take(question: question, result)
        refreshShapes()
    }
}
