internal import Patterns

/// Tolerances with what their patterns said of the codes that were met.
struct ToleranceSheet {
    private struct Place {
        var `protocol`: TrafficProtocol
        var direction: HealthCause.Direction

        /// Below six.
        var number: Int {
            let first =
                switch `protocol` {
                case .http: 0
                case .grpc: 2
                case .tcp: 4
                }
            return direction == .inbound ? first : first + 1
        }
    }

    /// A peer may answer with any code it likes.
    private static let maximumCodes = 2_000
    /// Shares are divisions; 10 of 100 must be 10 %.
    private static let rounding = 1e-9

    /// The first ``maximum`` of those that were given.
    let tolerances: [HealthTolerance]
    /// Which tolerances are for a protocol in a direction, by ``Place/number``; a bit for each.
    private var places: [UInt64?] = Array(repeating: nil, count: 6)
    /// Which tolerances a code belongs to: those that were met first in a list, because a mesh has few, and looking
    /// through them is faster than hashing; others by their hash.
    private var fewCodes: [(key: AnswerTally.Key, mask: UInt64)] = []
    private var codes: [AnswerTally.Key: UInt64] = [:]
    private static let few = 12

    /// One bit each.
    static let maximum = 64

    init(_ tolerances: [HealthTolerance]) {
        self.tolerances = Array(tolerances.prefix(Self.maximum))
        tellsDirections =
            self.tolerances.isEmpty
            || self.tolerances.contains { tolerance in
                !["inbound", "outbound"].allSatisfy { tolerance.directions.isFound(in: $0) }
            }
        judgesOrdinary = self.tolerances.contains { tolerance in
            AnswerTally.ordinaryCodes.contains { tolerance.codes.isFound(in: $0) }
        }
    }

    var isEmpty: Bool { tolerances.isEmpty }

    /// Whether any tolerance is about answers that are well everywhere else.
    let judgesOrdinary: Bool
    /// Whether it matters who answered whom.
    let tellsDirections: Bool

    /// The worst of all tolerances; unknown when there is no traffic that any is for.
    mutating func verdict(_ tally: AnswerTally, _ direction: HealthCause.Direction) -> HealthVerdict {
        var verdict = HealthVerdict()
        for `protocol` in TrafficProtocol.allCases {
            let total = tally.total(of: `protocol`)
            guard total > 0 else { continue }
            let own = self.verdict(tally, total, Place(protocol: `protocol`, direction: direction))
            verdict = verdict.merged(with: own)
        }
        return verdict
    }

    private mutating func verdict(_ tally: AnswerTally, _ total: Double, _ place: Place) -> HealthVerdict {
        let here = tolerances(for: place)
        guard here != 0 else { return HealthVerdict() }
        guard !tally.entries.isEmpty else { return HealthVerdict(health: .healthy) }
        // Not while they are read: each is looked at twice.
        if codes.count >= Self.maximumCodes { codes = [:] }
        // Answers of one code nearly always, so that there is nothing to sum up: no list of sums is made.
        var concerned: UInt64 = 0
        var entriesConcerned = 0
        var lastConcerned = 0
        for index in 0..<tally.entries.count where tally.entries[index].key.protocol == place.protocol {
            let mask = tolerances(of: tally.entries[index].key) & here
            guard mask != 0 else { continue }
            concerned |= mask
            entriesConcerned += 1
            lastConcerned = index
        }
        var worst = Health.healthy
        var culprit = 0
        var share = 0.0
        while concerned != 0 {
            let number = concerned.trailingZeroBitCount
            concerned &= concerned - 1
            let sum =
                entriesConcerned == 1
                ? tally.entries[lastConcerned].amount : sum(of: tally, place.protocol, under: number)
            let health = tolerances[number].health(atPercent: sum / total * 100)
            if health > worst { (worst, culprit, share) = (health, number, sum) }
        }
        guard worst > .healthy else { return HealthVerdict(health: .healthy) }
        let codes =
            entriesConcerned == 1
            ? [tally.entries[lastConcerned].key.code].compactMap(\.self)
            : Self.sorted(
                tally.entries.filter { $0.key.protocol == place.protocol && isUnder(culprit, $0.key) })
        let answers = HealthCause.Answers(
            direction: place.direction, protocol: place.protocol, codes: codes,
            percent: share / total * 100, requests: tally.requests[place.protocol],
            threshold: worst == .failure ? tolerances[culprit].failure : tolerances[culprit].degraded)
        return HealthVerdict(health: worst, cause: HealthCause(health: worst, finding: .answers(answers)))
    }

    /// Kiali's rule where nobody configured anything: 4xx and 5xx together, in whatever protocol and direction.
    static func withoutTolerances(_ inbound: AnswerTally, _ outbound: AnswerTally) -> HealthVerdict {
        let total = inbound.total + outbound.total
        guard total > 0 else { return HealthVerdict() }
        let matching = (Array(inbound.entries) + outbound.entries)
            .filter { $0.key.code?.first == "4" || $0.key.code?.first == "5" }
        let percent = matching.reduce(0) { $0 + $1.amount } / total * 100
        let health: Health = percent >= 10 - rounding ? .failure : percent >= 0.1 - rounding ? .degraded : .healthy
        guard health > .healthy else { return HealthVerdict(health: .healthy) }
        let cause = HealthCause(
            health: health,
            finding: .answers(
                HealthCause.Answers(
                    direction: .inbound, protocol: .http, codes: sorted(matching), percent: percent,
                    requests: inbound.requests.sum + outbound.requests.sum,
                    threshold: health == .failure ? 10 : 0.1)))
        return HealthVerdict(health: health, cause: cause)
    }

    private static func sorted(_ answers: [AnswerTally.Entry]) -> [String] {
        if answers.count == 1 { return answers.compactMap(\.key.code) }
        var codes: [String] = []
        for answer in answers.sorted(by: { ($1.amount, $0.key.code ?? "") < ($0.amount, $1.key.code ?? "") }) {
            if let code = answer.key.code, !codes.contains(code) { codes.append(code) }
        }
        return codes
    }

    private mutating func tolerances(for place: Place) -> UInt64 {
        if let known = places[place.number] { return known }
        let found = mask { tolerance in
            tolerance.protocols.isFound(in: place.protocol.rawValue)
                && tolerance.directions.isFound(in: place.direction.rawValue)
        }
        places[place.number] = found
        return found
    }

    private mutating func tolerances(of key: AnswerTally.Key) -> UInt64 {
        if let known = fewCodes.first(where: { $0.key == key }) { return known.mask }
        if let known = codes[key] { return known }
        let found = mask { $0.isFor(key) }
        if fewCodes.count < Self.few { fewCodes.append((key, found)) } else { codes[key] = found }
        return found
    }

    private func sum(of tally: AnswerTally, _ protocol: TrafficProtocol, under tolerance: Int) -> Double {
        tally.entries.reduce(0.0) { sum, entry in
            entry.key.protocol == `protocol` && isUnder(tolerance, entry.key) ? sum + entry.amount : sum
        }
    }

    private func isUnder(_ tolerance: Int, _ key: AnswerTally.Key) -> Bool { known(key) & 1 << UInt64(tolerance) != 0 }

    /// What ``tolerances(of:)`` has found before.
    private func known(_ key: AnswerTally.Key) -> UInt64 {
        fewCodes.first { $0.key == key }?.mask ?? codes[key] ?? 0
    }

    private func mask(_ isIn: (HealthTolerance) -> Bool) -> UInt64 {
        tolerances.indices.reduce(0) { isIn(tolerances[$1]) ? $0 | 1 << UInt64($1) : $0 }
    }
}

extension HealthTolerance {
    /// Nothing of it is healthy, whatever the numbers say; failure is looked at before degraded.
    func health(atPercent percent: Double) -> Health {
        // Rates are divisions; 10 of 100 must be 10 %.
        let percent = percent + 1e-9
        if percent <= 1e-9 { return .healthy }
        if percent >= failure { return .failure }
        return percent >= degraded ? .degraded : .healthy
    }

    fileprivate func isFor(_ key: AnswerTally.Key) -> Bool {
        guard let code = key.code else { return false }
        if codes.isFound(in: code) { return true }
        guard let other = Self.standIn(for: code, of: key.protocol) else { return false }
        return codes.isFound(in: other)
    }

    /// A code by which another is judged as well, where what is known is not a code in full.
    ///
    ///     5xx    500    meshes that count by class only
    ///     error  500    meshes that tell only whether a request succeeded; in gRPC 2, an unknown failure
    ///     503    14     gRPC calls that failed under HTTP: what their clients make of it,
    ///                   <https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md>
    private static func standIn(for code: String, of protocol: TrafficProtocol) -> String? {
        let isGRPC = `protocol` == .grpc
        if code == "error" { return isGRPC ? "2" : "500" }
        guard code.utf8.count == 3, let digit = code.first, digit.isASCII, digit.isNumber else { return nil }
        let isClass = code.hasSuffix("xx")
        guard isGRPC, digit == "4" || digit == "5" else { return isClass ? "\(digit)00" : nil }
        switch code {
        case "400": return "13"
        case "401": return "16"
        case "403": return "7"
        case "404": return "12"
        case "429", "502", "503", "504": return "14"
        default: return "2"
        }
    }
}
