import MeshModel

/// What was counted in a window, by the numbers of ``TrafficNumbering``: arrays, and nothing but adding.
struct TrafficNumbers {
    struct Kind: Equatable {
        var requests = 0.0
        var requestsPerSecond = 0.0
        var failures = 0.0
        var failuresPerSecond = 0.0
        /// Whether it was counted within the longer time for which idle traffic stays.
        var isAlive = false
    }

    /// A second, but for the security's amounts.
    struct Cell: Equatable {
        var bytesSent = 0.0
        var bytesReceived = 0.0
        var bytesEither = 0.0
        var messagesSent = 0.0
        var messagesReceived = 0.0
        /// Attempts beyond the requests, in the window; nothing where nobody tells.
        var retries: Double?
        var retriesPerSecond = 0.0
        /// Requests – bytes, for TCP – that came over mutual TLS, of those for which anybody said how they came.
        var mutualTLS = 0.0
        var ofKnownSecurity = 0.0
    }

    private(set) var kinds: [Kind]
    private(set) var cells: [Cell]
    private(set) var buckets: [Double]
    /// Ends that are known to be alive beside what the kinds say, by flow; empty when there are none.
    private(set) var aliveEnds: [AliveEnds]

    struct AliveEnds: Equatable {
        var destination = false
        var source = false
    }

    /// Of somebody who has counted nothing.
    static let none = TrafficNumbers(TrafficNumbering())

    init(_ numbering: TrafficNumbering) {
        kinds = Array(repeating: Kind(), count: numbering.places.count)
        cells = Array(repeating: Cell(), count: numbering.cells.count)
        buckets = Array(repeating: 0, count: numbering.bucketCount)
        aliveEnds = []
    }

    /// Makes room for what has got numbers since.
    mutating func grow(to numbering: TrafficNumbering) {
        // Adding nothing would still copy what somebody else has too.
        let missing = (numbering.places.count - kinds.count, numbering.cells.count - cells.count)
        if missing.0 > 0 { kinds += Array(repeating: Kind(), count: missing.0) }
        if missing.1 > 0 { cells += Array(repeating: Cell(), count: missing.1) }
        let buckets = numbering.bucketCount - buckets.count
        if buckets > 0 { self.buckets += Array(repeating: 0, count: buckets) }
    }

    mutating func markAlive(_ reporter: Reporter, of flow: Int) {
        while aliveEnds.count <= flow { aliveEnds.append(AliveEnds()) }
        switch reporter {
        case .destination: aliveEnds[flow].destination = true
        case .source: aliveEnds[flow].source = true
        }
    }

    func isAlive(_ reporter: Reporter, of flow: Int) -> Bool {
        guard flow < aliveEnds.count else { return false }
        return reporter == .destination ? aliveEnds[flow].destination : aliveEnds[flow].source
    }

    /// Which flows counted anything, at either end, within the longer time for which idle traffic stays.
    func aliveFlows(_ numbering: TrafficNumbering) -> [Bool] {
        var isAlive = [Bool](repeating: false, count: numbering.flows.count)
        let places = numbering.places
        for (kind, number) in kinds.enumerated() where number.isAlive { isAlive[Int(places[kind].flow)] = true }
        for (flow, ends) in aliveEnds.enumerated() where ends.destination || ends.source { isAlive[flow] = true }
        return isAlive
    }

    /// Which flows have other numbers than in `last`.
    func changedFlows(since last: TrafficNumbers, _ tables: TrafficTables, flows: Int) -> [Bool] {
        var isChanged = [Bool](repeating: false, count: flows)
        for (kind, place) in tables.places.enumerated()
        where kind >= last.kinds.count || kinds[kind] != last.kinds[kind] {
            isChanged[Int(place.flow)] = true
        }
        for (number, cell) in tables.cells.enumerated() where !isChanged[Int(cell.flow)] {
            let own = Int(cell.firstBucket)..<Int(cell.firstBucket + cell.bucketCount)
            if number >= last.cells.count || cells[number] != last.cells[number]
                || own.contains(where: {
                    let bucket = Int(tables.buckets[$0])
                    return bucket >= last.buckets.count || buckets[bucket] != last.buckets[bucket]
                })
            {
                isChanged[Int(cell.flow)] = true
            }
        }
        guard aliveEnds != last.aliveEnds else { return isChanged }
        for flow in 0..<flows
        where isAlive(.destination, of: flow) != last.isAlive(.destination, of: flow)
            || isAlive(.source, of: flow) != last.isAlive(.source, of: flow)
        {
            isChanged[flow] = true
        }
        return isChanged
    }

    /// Takes over all that another has counted of such flows as `isTaken` names. Both have room for all numbers.
    mutating func take(_ other: TrafficNumbers, _ isTaken: [Bool], _ numbering: TrafficNumbering) {
        for (kind, place) in numbering.places.enumerated() where isTaken[Int(place.flow)] {
            kinds[kind] = other.kinds[kind]
        }
        for (cell, place) in numbering.cells.enumerated() where isTaken[Int(place.flow)] {
            cells[cell] = other.cells[cell]
            for bucket in place.buckets { buckets[Int(bucket)] = other.buckets[Int(bucket)] }
        }
        for (flow, ends) in other.aliveEnds.enumerated() where isTaken[flow] {
            if ends.destination { markAlive(.destination, of: flow) }
            if ends.source { markAlive(.source, of: flow) }
        }
    }

    mutating func markAlive(_ kind: Int) { kinds[kind].isAlive = true }

    mutating func add(
        _ increase: Double, perSecond: Double, as meaning: GraphBuilder.Meaning, _ places: [TrafficNumbering.Place]
    ) {
        let kind = meaning.kind
        let cell = Int(places[kind].cell)
        // That nothing was tried again is worth knowing; of all else nothing is nothing.
        if increase <= 0, meaning.quantity == .retries, cells[cell].retries == nil { cells[cell].retries = 0 }
        guard increase > 0 else { return }
        switch meaning.quantity {
        case .requests:
            kinds[kind].requests += increase
            kinds[kind].requestsPerSecond += perSecond
            addSecurity(increase, places[kind])
        case .failures:
            kinds[kind].failures += increase
            kinds[kind].failuresPerSecond += perSecond
        case .retries:
            cells[cell].retries = (cells[cell].retries ?? 0) + increase
            cells[cell].retriesPerSecond += perSecond
        case .latencyBucket: buckets[Int(meaning.bucket)] += increase
        case .bodyBytes: cells[cell].bytesEither += perSecond
        case .requestBytes: cells[cell].bytesSent += perSecond
        case .responseBytes: cells[cell].bytesReceived += perSecond
        case .streamBytes:
            cells[cell].bytesEither += perSecond
            addSecurity(increase, places[kind])
        case .streamBytesSent:
            cells[cell].bytesSent += perSecond
            addSecurity(increase, places[kind])
        case .streamBytesReceived:
            cells[cell].bytesReceived += perSecond
            addSecurity(increase, places[kind])
        case .requestMessages: cells[cell].messagesSent += perSecond
        case .responseMessages: cells[cell].messagesReceived += perSecond
        }
    }

    private mutating func addSecurity(_ amount: Double, _ place: TrafficNumbering.Place) {
        guard let isMutualTLS = place.isMutualTLS else { return }
        cells[Int(place.cell)].ofKnownSecurity += amount
        if isMutualTLS { cells[Int(place.cell)].mutualTLS += amount }
    }
}
