import JSONWire
import JWTWire
import MeshConfig
import Quantities
import SystemIO

/// The keys of token issuers that the configuration only names the place of: fetched, kept, and fetched again, so that
/// proxies need not go outside for them. Belongs to the loop.
///
/// Keys that are there stay until others come: an issuer that is away for an hour takes nobody's identity.
final class IssuerKeys {
    /// How often keys are looked at again; Istio's `PILOT_JWT_PUB_KEY_REFRESH_INTERVAL`.
    static let refreshInterval = Duration.seconds(20 * 60)
    /// The longest wait after a failure; the waits double.
    private static let lastRetry = Duration.seconds(60)
    /// The most places that keys are fetched from.
    static let capacity = 1_000

    private struct Entry {
        var timeout: Duration
        var text: String?
        var failures = 0
        var timer: TimerID?
        /// Which fetch is under way; an answer to another is nobody's.
        var fetch: UInt64?
    }

    /// Fetches the body of a URI: the URI, how long it may take, and whom to tell on the loop.
    typealias Fetch = (String, Duration, @escaping (Result<[UInt8], KeyFetchFailure>) -> Void) -> Void

    private let loop: EventLoop
    private let log: Log
    private let fetch: Fetch
    private let firstRetry: Duration
    /// Called when ``text(at:)`` says something new.
    var onChange: () -> Void = {}
    private var entries: [KeyLocation: Entry] = [:]
    private var lastFetch: UInt64 = 0

    /// - Parameter firstRetry: the wait after the first failure.
    init(loop: EventLoop, log: Log, firstRetry: Duration = .seconds(1), fetch: @escaping Fetch) {
        self.firstRetry = firstRetry
        self.loop = loop
        self.log = log
        self.fetch = fetch
    }

    /// The key set at a place, as text; nothing while it has not come.
    func text(at location: KeyLocation) -> String? { entries[location]?.text }

    /// Takes up what the configuration wants: new places are asked at once, those that nobody wants are forgotten.
    func follow(_ wanted: [KeyLocation: Duration]) {
        for (location, entry) in entries where wanted[location] == nil {
            if let timer = entry.timer { loop.cancel(timer) }
            entries[location] = nil
        }
        for (location, timeout) in wanted.sorted(by: { $0.key < $1.key }) {
            if entries[location] != nil {
                entries[location]?.timeout = timeout
            } else if entries.count < Self.capacity {
                entries[location] = Entry(timeout: timeout)
                start(location)
            }
        }
    }

    /// Stops asking.
    func stop() { follow([:]) }

    private func start(_ location: KeyLocation) {
        guard let timeout = entries[location]?.timeout else { return }
        lastFetch &+= 1
        let number = lastFetch
        entries[location]?.timer = nil
        entries[location]?.fetch = number
        let finish = { [weak self] (result: Result<[UInt8], KeyFetchFailure>) in
            guard let self, entries[location]?.fetch == number else { return }
            take(result, location)
        }
        switch location {
        case .keys(let uri): fetch(uri, timeout, finish)
        case .discovery(let issuer):
            let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
            fetch(base + "/.well-known/openid-configuration", timeout) { [fetch] result in
                switch result.flatMap(Self.keysURI) {
                case .success(let uri): fetch(uri, timeout, finish)
                case .failure(let failure): finish(.failure(failure))
                }
            }
        }
    }

    /// The `jwks_uri` of an issuer's description.
    private static func keysURI(_ description: [UInt8]) -> Result<String, KeyFetchFailure> {
        let limits = JSONLimits(maximumDepth: 32, maximumBytes: JSONWebKeySet.maximumBytes)
        guard let uri = (try? JSONValue.parse(description, limits: limits))?["jwks_uri"]?.string else {
            return .failure(KeyFetchFailure("the issuer's description has no \"jwks_uri\""))
        }
        return .success(uri)
    }

    private func take(_ result: Result<[UInt8], KeyFetchFailure>, _ location: KeyLocation) {
        let checked = result.flatMap { bytes -> Result<String, KeyFetchFailure> in
            do throws(JSONWebKeySet.Failure) {
                _ = try JSONWebKeySet(bytes)
                return .success(String(decoding: bytes, as: UTF8.self))
            } catch {
                return .failure(KeyFetchFailure(error.rawValue))
            }
        }
        entries[location]?.fetch = nil
        switch checked {
        case .success(let text):
            let isNew = entries[location]?.text != text
            entries[location]?.text = text
            entries[location]?.failures = 0
            schedule(location, after: Self.refreshInterval)
            guard isNew else { return }
            log.info("issuer keys fetched", ["place": location])
            onChange()
        case .failure(let failure):
            let failures = entries[location]?.failures ?? 0
            entries[location]?.failures = failures + 1
            log.warning("issuer keys not fetched", ["place": location, "reason": failure.description])
            schedule(location, after: min(firstRetry * (1 << min(failures, 10)), Self.lastRetry))
        }
    }

    private func schedule(_ location: KeyLocation, after delay: Duration) {
        entries[location]?.timer = loop.schedule(after: delay) { [weak self] in self?.start(location) }
    }
}
