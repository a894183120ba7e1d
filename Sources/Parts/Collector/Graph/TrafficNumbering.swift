import MeshModel

/// Gives numbers to the kinds of traffic when their series are first seen, and tells what belongs to what by number.
///
///     flow      who sends what to whom
///      ├─ kind    × facts: reporter, code, flags, identities, operation
///      └─ cell    × reporter × operation: what is counted beside requests – a histogram, bytes, messages
///          └─ bucket
///
/// A class, because everything that counts holds it: as a value it is a dozen references to count at every step.
final class TrafficNumbering {
    /// Where a kind's numbers go, without a text.
    struct Place {
        var flow: Int32
        var cell: Int32
        var reporter: Reporter
        var response: ResponseID
        /// What its failures were counted as before, see ``TrafficSeries/Number/failures``.
        var success: ResponseID
        var result: RequestResult
        var passage: RequestPassage
        var isMutualTLS: Bool?
    }

    struct Cell {
        var flow: Int32
        var reporter: Reporter
        /// Of ``operations``; less than nothing for none.
        var operation: Int32
        /// Upper bounds, ascending, and where their counts are.
        var bounds: [Double] = []
        var buckets: [Int32] = []
    }

    private struct CellKey: Hashable {
        var flow: Int32
        var reporter: Reporter
        var operation: Int32
    }

    /// The identities of a flow's ends.
    struct Principals: Hashable {
        var source: [String] = []
        var target: [String] = []

        var isEmpty: Bool { source.isEmpty && target.isEmpty }
    }

    /// Somebody who makes up operations gets no more nodes than this for one flow.
    static let maximumOperations = 64

    private(set) var flows: [Flow] = []
    private(set) var principals: [Principals] = []
    private(set) var places: [Place] = []
    private(set) var cells: [Cell] = []
    private(set) var operations: [String] = []
    private(set) var bucketCount = 0
    private(set) var responses = ResponseTable()

    private var flowNumbers: [Flow: Int32] = [:]
    private var kinds = TrafficKinds()
    private var cellNumbers: [CellKey: Int32] = [:]
    private var operationNumbers: [String: Int32] = [:]
    private var operationsOfFlow: [Int32: Int] = [:]

    /// Made anew when something has got a number.
    private var sorted: TrafficTables?

    func kind(of traffic: Traffic) -> Int {
        let flow = number(of: traffic.flow)
        let facts = traffic.facts
        let (kind, isNew) = kinds.number(of: facts, in: flow)
        guard isNew else { return kind }
        let host = traffic.flow.service
        let cell = cell(of: flow, facts)
        note(facts, of: flow)
        places.append(
            Place(
                flow: flow, cell: cell, reporter: facts.reporter,
                response: responses.number(
                    of: .init(code: facts.code, flags: facts.flags, host: host, result: facts.result)),
                success: responses.number(
                    of: .init(code: TrafficFacts.codeOfSuccess, flags: "-", host: host, result: .succeeded)),
                result: facts.result, passage: facts.passage, isMutualTLS: facts.isMutualTLS))
        sorted = nil
        return kind
    }

    /// What a kind's series said.
    func traffic(of kind: Int) -> Traffic {
        Traffic(flow: flows[Int(places[kind].flow)], facts: kinds.facts(of: kind))
    }

    /// Where the counts of a kind's bucket go.
    func bucket(of kind: Int, upTo bound: Double) -> Int32 {
        let cell = Int(places[kind].cell)
        let index = cells[cell].bounds.firstIndex { $0 >= bound } ?? cells[cell].bounds.count
        if index < cells[cell].bounds.count, cells[cell].bounds[index] == bound { return cells[cell].buckets[index] }
        cells[cell].bounds.insert(bound, at: index)
        cells[cell].buckets.insert(Int32(clamping: bucketCount), at: index)
        bucketCount += 1
        sorted = nil
        return Int32(clamping: bucketCount - 1)
    }

    /// The upper bound of a bucket of this kind's, in milliseconds.
    func bound(of bucket: Int32, of kind: Int) -> Double? {
        let cell = cells[Int(places[kind].cell)]
        return cell.buckets.firstIndex(of: bucket).map { cell.bounds[$0] }
    }

    /// The number of a flow that has one.
    func number(ofKnown flow: Flow) -> Int? { flowNumbers[flow].map { Int($0) } }

    private func number(of flow: Flow) -> Int32 {
        if let number = flowNumbers[flow] { return number }
        let number = Int32(clamping: flows.count)
        flowNumbers[flow] = number
        flows.append(flow)
        principals.append(Principals())
        return number
    }

    private func cell(of flow: Int32, _ facts: TrafficFacts) -> Int32 {
        // Only a destination's operations are shown: both ends' would be two nodes for one request.
        var operation: Int32 = -1
        if facts.reporter == .destination, let name = facts.operation { operation = numberOfOperation(name, in: flow) }
        let key = CellKey(flow: flow, reporter: facts.reporter, operation: operation)
        if let number = cellNumbers[key] { return number }
        let number = Int32(clamping: cells.count)
        cellNumbers[key] = number
        cells.append(Cell(flow: flow, reporter: facts.reporter, operation: key.operation))
        return number
    }

    private func numberOfOperation(_ name: String, in flow: Int32) -> Int32 {
        if let number = operationNumbers[name],
            cellNumbers[CellKey(flow: flow, reporter: .destination, operation: number)] != nil
        {
            return number
        }
        guard operationsOfFlow[flow, default: 0] < Self.maximumOperations else { return -1 }
        operationsOfFlow[flow, default: 0] += 1
        if let number = operationNumbers[name] { return number }
        let number = Int32(clamping: operations.count)
        operationNumbers[name] = number
        operations.append(name)
        return number
    }

    private func note(_ facts: TrafficFacts, of flow: Int32) {
        let flow = Int(flow)
        if let source = facts.sourcePrincipal { Self.add(source, to: &principals[flow].source) }
        if let target = facts.destinationPrincipal { Self.add(target, to: &principals[flow].target) }
    }

    static func add(_ principal: String, to list: inout [String]) {
        guard isKnown(principal), list.count < MeshEdge.maximumPrincipals, !list.contains(principal) else { return }
        list.insert(principal, at: list.firstIndex { $0 > principal } ?? list.count)
    }

    /// All of it in the order in which a tick asks for it.
    var tables: TrafficTables {
        let tables =
            sorted ?? TrafficTables(places: places, cells: cells, flows: flows.count, principals: principals)
        sorted = tables
        return tables
    }
}
