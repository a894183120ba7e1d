import MeshModel

/// The kinds of traffic by number.
///
/// Kept are numbers of texts, and each text once: the codes and identities of most kinds are the same few, and spelled out
/// they would take more memory than all that is counted.
struct TrafficKinds {
    private struct Kind: Hashable {
        var flow: Int32
        var code: Int32
        var flags: Int32
        /// Less than nothing where there is none; so for the two that follow.
        var sourcePrincipal: Int32
        var destinationPrincipal: Int32
        var operation: Int32
        var reporter: Reporter
        var result: RequestResult
        var passage: RequestPassage
        var isMutualTLS: Bool?
    }

    private var kinds: [Kind] = []
    private var numbers: [Kind: Int32] = [:]
    private var texts: [String] = []
    private var numberOfText: [String: Int32] = [:]

    /// The number of a kind, and whether it was given just now.
    mutating func number(of facts: TrafficFacts, in flow: Int32) -> (number: Int, isNew: Bool) {
        let kind = Kind(
            flow: flow, code: number(of: facts.code), flags: number(of: facts.flags),
            sourcePrincipal: number(of: facts.sourcePrincipal),
            destinationPrincipal: number(of: facts.destinationPrincipal), operation: number(of: facts.operation),
            reporter: facts.reporter, result: facts.result, passage: facts.passage, isMutualTLS: facts.isMutualTLS)
        if let number = numbers[kind] { return (Int(number), false) }
        numbers[kind] = Int32(clamping: kinds.count)
        kinds.append(kind)
        return (kinds.count - 1, true)
    }

    /// What a kind's series said beside their flow.
    func facts(of number: Int) -> TrafficFacts {
        let kind = kinds[number]
        return TrafficFacts(
            reporter: kind.reporter, code: texts[Int(kind.code)], result: kind.result, passage: kind.passage,
            isMutualTLS: kind.isMutualTLS, flags: texts[Int(kind.flags)], sourcePrincipal: text(kind.sourcePrincipal),
            destinationPrincipal: text(kind.destinationPrincipal), operation: text(kind.operation))
    }

    private func text(_ number: Int32) -> String? { number < 0 ? nil : texts[Int(number)] }

    private mutating func number(of text: String?) -> Int32 {
        guard let text else { return -1 }
        if let number = numberOfText[text] { return number }
        let number = Int32(clamping: texts.count)
        numberOfText[text] = number
        texts.append(text)
        return number
    }
}
