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
    }

    private(set) var all = [
        Response(code: ResponseDetail.other, flags: "-", host: "", result: .succeeded)
    ]
    private var numbers: [Response: ResponseID] = [:]

    subscript(_ id: ResponseID) -> Response { all[Int(id.value)] }

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
        var response: ResponseID
        var requests: Double
        var perSecond: Double
    }

    static let maximum = 32

    /// Ascending by response.
    private(set) var entries: [Entry] = []

    func contains(_ response: ResponseID) -> Bool { entries.contains { $0.response == response } }

    mutating func add(_ requests: Double, perSecond: Double, of response: ResponseID) {
        var index = entries.count
        while index > 0, entries[index - 1].response >= response { index -= 1 }
        if index < entries.count, entries[index].response == response {
            entries[index].requests += requests
            entries[index].perSecond += perSecond
        } else if entries.count < Self.maximum || response == .other {
            entries.insert(Entry(response: response, requests: requests, perSecond: perSecond), at: index)
        } else {
            add(requests, perSecond: perSecond, of: .other)
        }
    }

    mutating func merge(_ other: ResponseCounts, times factor: Double = 1) {
        if entries.isEmpty, factor == 1 {
            self = other
        } else {
            for entry in other.entries {
                add(entry.requests * factor, perSecond: entry.perSecond * factor, of: entry.response)
            }
        }
    }

    /// By code alone, most first.
    func codes(_ table: ResponseTable) -> [ResponseCodeRate] {
        var rates: [ResponseCodeRate] = []
        // What is taken away again may leave a rounding error.
        for entry in entries where abs(entry.perSecond) > 1e-9 {
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
        details.reserveCapacity(entries.count)
        for entry in entries where entry.perSecond > 1e-9 {
            let response = table[entry.response]
            details.append(
                ResponseDetail(
                    code: response.code, flags: response.flags, host: response.host,
                    rate: RequestsPerSecond(entry.perSecond)))
        }
        guard details.count > 1 else { return details }
        return details.sorted {
            ($1.rate.value, $0.code, $0.flags, $0.host) < ($0.rate.value, $1.code, $1.flags, $1.host)
        }
    }
}
