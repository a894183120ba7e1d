internal import Quantities

/// How many answers of each kind there were, in one direction.
package struct AnswerTally: Hashable, Sendable {
    package struct Key: Hashable, Sendable {
        package var `protocol`: TrafficProtocol
        /// Nothing where nobody is to blame: the client had gone before an answer came. It counts in the whole only.
        package var code: String?
    }

    package struct Entry: Hashable, Sendable {
        package var key: Key
        /// Requests a second, or requests: only shares are taken of it.
        package var amount: Double
    }

    /// Each key once. There are few, so that looking through them is faster than hashing.
    package private(set) var entries: [Entry] = []
    /// How many requests, for people.
    package private(set) var requests: [TrafficProtocol: Double] = [:]

    package init() {}

    package mutating func add(_ amount: Double, _ code: String?, of protocol: TrafficProtocol) {
        guard amount > 0 else { return }
        let key = Key(protocol: `protocol`, code: code)
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].amount += amount
        } else {
            entries.append(Entry(key: key, amount: amount))
        }
    }

    package mutating func add(requests number: Double, of protocol: TrafficProtocol) {
        requests[`protocol`, default: 0] += number
    }

    mutating func add(_ other: AnswerTally) {
        for entry in other.entries { add(entry.amount, entry.key.code, of: entry.key.protocol) }
        for (name, number) in other.requests { add(requests: number, of: name) }
    }

    /// The answers that went over an edge.
    mutating func add(_ edge: MeshEdge) {
        let traffic = edge.traffic
        guard traffic.rate.value > 0, edge.protocol != .tcp else { return }
        requests[edge.protocol, default: 0] += traffic.samples
        let gone = (traffic.abandoned?.value ?? 0) * traffic.rate.value
        add(gone, nil, of: edge.protocol)
        for code in traffic.codes {
            // Rates come from counts by division; what is left of them must not be taken for an answer.
            let amount = code.code == "-" ? code.rate.value - gone : code.rate.value
            if amount > 1e-9 * traffic.rate.value { add(amount, code.code, of: edge.protocol) }
        }
    }

    /// Two reporters' accounts of the same requests: of each kind the larger number. An answer that only one of them knows
    /// is in it, and none is counted twice. An edge keeps one reporter's numbers already, so this is for whoever has both.
    package func consolidated(with other: AnswerTally) -> AnswerTally {
        var result = self
        for entry in other.entries {
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                result.entries[index].amount = max(entries[index].amount, entry.amount)
            } else {
                result.entries.append(entry)
            }
        }
        result.requests.merge(other.requests) { max($0, $1) }
        return result
    }

    var total: Double { entries.reduce(0) { $0 + $1.amount } }
}
