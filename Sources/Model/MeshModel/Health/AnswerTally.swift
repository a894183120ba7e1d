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
    package private(set) var entries = Entries()
    /// Answers that nobody speaks of one by one: they count in the whole only.
    package private(set) var ordinary = AmountByProtocol()
    /// How many requests, for people.
    package private(set) var requests = AmountByProtocol()

    /// A list whose first member needs no memory of its own: of most traffic there is none or one.
    package struct Entries: Hashable, Sendable, RandomAccessCollection, MutableCollection {
        private var first = Entry(key: Key(protocol: .http, code: nil), amount: 0)
        private var others: [Entry] = []
        package private(set) var count = 0

        package var startIndex: Int { 0 }
        package var endIndex: Int { count }

        package subscript(index: Int) -> Entry {
            _read { if index == 0 { yield first } else { yield others[index - 1] } }
            _modify { if index == 0 { yield &first } else { yield &others[index - 1] } }
        }

        mutating func append(_ entry: Entry) {
            if count == 0 { first = entry } else { others.append(entry) }
            count += 1
        }
    }

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
        requests[`protocol`] += number
    }

    package mutating func add(_ other: AnswerTally) {
        for entry in other.entries { add(entry.amount, entry.key.code, of: entry.key.protocol) }
        ordinary.add(other.ordinary)
        requests.add(other.requests)
    }

    /// The answers that went over an edge.
    ///
    /// - Parameters:
    ///   - samples: the requests of the window, of which ``ResponseCodeRate`` tells the rates.
    ///   - keepsOrdinary: whether codes that ``isOrdinary(_:)`` says nothing is wrong with are kept one by one.
    mutating func add(
        _ codes: [ResponseCodeRate], rate: Double, samples: Double, abandoned: Ratio?, of protocol: TrafficProtocol,
        keepsOrdinary: Bool
    ) {
        guard rate > 0, `protocol` != .tcp else { return }
        requests[`protocol`] += samples
        let gone = (abandoned?.value ?? 0) * rate
        if gone > 0 { add(gone, nil, of: `protocol`) }
        for code in codes {
            // Rates come from counts by division; what is left of them must not be taken for an answer.
            let amount = code.code == "-" ? code.rate.value - gone : code.rate.value
            guard amount > 1e-9 * rate else { continue }
            if !keepsOrdinary, Self.isOrdinary(code.code) {
                ordinary[`protocol`] += amount
            } else {
                add(amount, code.code, of: `protocol`)
            }
        }
    }

    /// Whether a code is one of ``ordinaryCodes``: success or a redirection, gRPC's `0` too.
    static func isOrdinary(_ code: String) -> Bool {
        let bytes = code.utf8
        switch (bytes.count, bytes.first) {
        case (1, UInt8(ascii: "0")): return true
        case (3, UInt8(ascii: "2")), (3, UInt8(ascii: "3")):
            return bytes.dropFirst().allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        default: return false
        }
    }

    /// All codes that nearly every answer has, and that nearly no tolerance is about.
    static let ordinaryCodes = ["0"] + (200..<400).map(String.init)

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
        for `protocol` in TrafficProtocol.allCases {
            result.ordinary[`protocol`] = max(ordinary[`protocol`], other.ordinary[`protocol`])
            result.requests[`protocol`] = max(requests[`protocol`], other.requests[`protocol`])
        }
        return result
    }

    func total(of protocol: TrafficProtocol) -> Double {
        entries.reduce(ordinary[`protocol`]) { $1.key.protocol == `protocol` ? $0 + $1.amount : $0 }
    }

    var total: Double { entries.reduce(ordinary.sum) { $0 + $1.amount } }
}

/// A number for each protocol, without a dictionary: there is one of these for every node and edge in every tick.
package struct AmountByProtocol: Hashable, Sendable {
    private var http = 0.0
    private var grpc = 0.0
    private var tcp = 0.0

    package init() {}

    package subscript(protocol: TrafficProtocol) -> Double {
        get {
            switch `protocol` {
            case .http: http
            case .grpc: grpc
            case .tcp: tcp
            }
        }
        set {
            switch `protocol` {
            case .http: http = newValue
            case .grpc: grpc = newValue
            case .tcp: tcp = newValue
            }
        }
    }

    var sum: Double { http + grpc + tcp }

    mutating func add(_ other: AmountByProtocol) {
        http += other.http
        grpc += other.grpc
        tcp += other.tcp
    }
}
