import MeshModel
import Quantities

/// A kind of answers by number, so that a tick compares no texts.
struct ResponseID: Hashable, Comparable, Sendable {
    var value: Int32

    /// What found no room.
    static let other = ResponseID(value: 0)

    static func < (left: ResponseID, right: ResponseID) -> Bool { left.value < right.value }
}

/// All kinds of answers: code × flags × host, numbered.
struct ResponseTable {
    struct Response: Hashable {
        var code: String
        var flags: String
        var host: String
        var result: RequestResult

        func detail(_ rate: RequestsPerSecond) -> ResponseDetail {
            ResponseDetail(code: code, flags: flags, host: host, rate: rate)
        }
    }

    private(set) var all = [
        Response(code: ResponseDetail.other, flags: "-", host: "", result: .succeeded)
    ]
    private var numbers: [Response: ResponseID] = [:]

    /// Without a copy: it is three texts.
    subscript(_ id: ResponseID) -> Response { _read { yield all[Int(id.value)] } }

    mutating func number(of response: Response) -> ResponseID {
        if let number = numbers[response] { return number }
        // A store takes fewer series than an Int32 has numbers.
        let number = ResponseID(value: Int32(clamping: all.count))
        numbers[response] = number
        all.append(response)
        return number
    }
}

/// How many answers of each kind: few, and never more than ``maximum``; the rest are counted together.
struct ResponseCounts {
    struct Entry {
        var response = ResponseID.other
        var requests = 0.0
        var perSecond = 0.0
    }

    static let maximum = 32
    /// Nearly always enough, and without an array of its own.
    private static let few = 3

    private var first: InlineArray<3, Entry> = .init(repeating: Entry())
    /// All of them, once there are more than a few.
    private var many: [Entry]?
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// The ones that there are, ascending by response.
    subscript(index: Int) -> Entry { many?[index] ?? first[index] }

    func contains(_ response: ResponseID) -> Bool { (0..<count).contains { self[$0].response == response } }

    mutating func add(_ requests: Double, perSecond: Double, of response: ResponseID) {
        var index = count
        while index > 0, self[index - 1].response >= response { index -= 1 }
        if index < count, self[index].response == response {
            var entry = self[index]
            entry.requests += requests
            entry.perSecond += perSecond
            if many == nil { first[index] = entry } else { many?[index] = entry }
        } else if count < Self.maximum || response == .other {
            insert(Entry(response: response, requests: requests, perSecond: perSecond), at: index)
        } else {
            add(requests, perSecond: perSecond, of: .other)
        }
    }

    private mutating func insert(_ entry: Entry, at index: Int) {
        if many == nil, count == Self.few { many = (0..<count).map { first[$0] } }
        if many != nil {
            many?.insert(entry, at: index)
        } else {
            var place = count
            while place > index {
                first[place] = first[place - 1]
                place -= 1
            }
            first[index] = entry
        }
        count += 1
    }

    mutating func merge(_ other: ResponseCounts, times factor: Double = 1) {
        if count == 0, factor == 1 {
            self = other
        } else {
            for index in 0..<other.count {
                let entry = other[index]
                add(entry.requests * factor, perSecond: entry.perSecond * factor, of: entry.response)
            }
        }
    }

    /// By code alone, most first.
    func codes(_ table: ResponseTable) -> [ResponseCodeRate] {
        var rates: [ResponseCodeRate] = []
        // What is taken away again may leave a rounding error.
        for index in 0..<count where abs(self[index].perSecond) > 1e-9 {
            let entry = self[index]
            let code = table[entry.response].code
            if let index = rates.firstIndex(where: { $0.code == code }) {
                rates[index].rate = RequestsPerSecond(rates[index].rate.value + entry.perSecond)
            } else {
                rates.append(ResponseCodeRate(code: code, rate: RequestsPerSecond(entry.perSecond)))
            }
        }
        if rates.count > 1 {
            rates.removeAll { $0.rate.value <= 1e-9 }
            rates.sort { ($1.rate.value, $0.code) < ($0.rate.value, $1.code) }
        }
        return rates
    }

    /// Each kind by itself, most first.
    func details(_ table: ResponseTable) -> [ResponseDetail] {
        var details: [ResponseDetail] = []
        details.reserveCapacity(count)
        for index in 0..<count where self[index].perSecond > 1e-9 {
            let entry = self[index]
            details.append(table[entry.response].detail(RequestsPerSecond(entry.perSecond)))
        }
        if details.count == 2, details[0].rate.value != details[1].rate.value {
            // Nearly always: a success and a failure.
            if details[0].rate.value < details[1].rate.value { details.swapAt(0, 1) }
        } else if details.count > 1 {
            details.sort {
                ($1.rate.value, $0.code, $0.flags, $0.host) < ($0.rate.value, $1.code, $1.flags, $1.host)
            }
        }
        return details
    }
}
