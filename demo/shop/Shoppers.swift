import HTTPTransport
import Quantities
import SystemIO

/// The people in front of the shop: they arrive on their own, whether or not the shop keeps up (an open model), with
/// a slow wave in how many come.
final class Shoppers {
    /// At most this many requests under way; who comes then is turned away and counted, so that a stuck mesh is not
    /// buried under its own load.
    static let maximumInside = 2_000
    private static let wavePeriod = 60.0
    private static let waveHeight = 0.4

    private let loop: EventLoop
    private let client: HTTPClient
    private let ledger: Ledger
    private let gateway: SocketAddress
    private let rate: Double
    private var chance: Chance
    private var inside = 0
    private let opened: MonotonicTime
    private var nextArrival: MonotonicTime
    private(set) var isClosed = false

    init(loop: EventLoop, client: HTTPClient, ledger: Ledger, gateway: SocketAddress, rate: Double, seed: UInt64) {
        self.loop = loop
        self.client = client
        self.ledger = ledger
        self.gateway = gateway
        self.rate = rate
        chance = Chance(seed: seed)
        opened = SystemClock.monotonic()
        nextArrival = opened
    }

    func open() {
        let now = SystemClock.monotonic()
        // Arrivals are computed from the clock of arrivals, not from when the timer fired: a late timer lets the
        // missed ones in at once, and the rate holds.
        while nextArrival <= now, !isClosed {
            arrive()
            let elapsed = opened.duration(to: nextArrival).inSeconds
            let wave = 1 + Self.waveHeight * sine(of: elapsed / Self.wavePeriod * 2 * .pi)
            nextArrival = nextArrival.advanced(by: chance.gap(rate: rate * wave))
        }
        guard !isClosed else { return }
        _ = loop.schedule(after: max(now.duration(to: nextArrival), .milliseconds(1))) { [self] in open() }
    }

    func close() {
        isClosed = true
    }

    private func arrive() {
        guard inside < Self.maximumInside else { return ledger.recordTurnedAway() }
        inside += 1
        var request = HTTPRequest("GET", pickJourney())
        request.headers.add("host", Catalogue.gatewayHost)
        request.headers.add("user-agent", "shopper")
        client.send(request, to: gateway, deadline: .seconds(15), maximumBody: 1 << 20) { [self] result in
            inside -= 1
            switch result {
            case .success(let response): ledger.recordShopper(failed: response.status >= 500)
            case .failure: ledger.recordShopper(failed: true)
            }
        }
    }

    private func pickJourney() -> String {
        var draw = Double.random(in: 0..<1, using: &chance)
        for journey in Catalogue.journeys {
            draw -= journey.share
            if draw < 0 { return journey.path }
        }
        return "/"
    }
}
