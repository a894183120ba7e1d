import HTTPTransport
import Quantities
import SystemIO

/// Plays the scripts of applications on the event loop: waits, calls and failures.
final class Player {
    /// One request being served, and what its calls carry on.
    struct Scene {
        var application: Application
        var sidecar: SocketAddress?
        /// Trace context and request id of the incoming request: the sidecars can join spans only if the application
        /// hands these on.
        var forwarded: [(String, String)]
    }

    /// Applications must forward these (Istio's list of propagated headers).
    static let forwardedNames = [
        "x-request-id", "traceparent", "tracestate", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid",
        "x-b3-sampled", "x-b3-flags",
    ]
    /// When the caller sent the request, in nanoseconds of the monotonic clock.
    static let startedHeader = "x-shop-started"
    /// Which application and version answered.
    static let servedByHeader = "x-shop-served-by"

    private let loop: EventLoop
    private let client: HTTPClient
    private let ledger: Ledger
    private var chance: Chance
    /// By the sidecar that they go through.
    private var stockClients: [SocketAddress: StockClient] = [:]

    init(loop: EventLoop, client: HTTPClient, ledger: Ledger, seed: UInt64) {
        self.loop = loop
        self.client = client
        self.ledger = ledger
        chance = Chance(seed: seed)
    }

    /// Plays `steps` one after another, then says whether the request succeeded.
    func play(_ steps: ArraySlice<Step>, in scene: Scene, then finish: @escaping (_ succeeded: Bool) -> Void) {
        guard let step = steps.first else { return finish(true) }
        play(step, in: scene) { [self] succeeded in
            succeeded ? play(steps.dropFirst(), in: scene, then: finish) : finish(false)
        }
    }

    private func play(_ step: Step, in scene: Scene, then finish: @escaping (Bool) -> Void) {
        switch step {
        case .work(let median, let spread):
            _ = loop.schedule(after: chance.duration(median: median, spread: spread)) { finish(true) }
        case .fail(let share):
            finish(!chance.happens(share))
        case .sometimes(let share, let inner):
            chance.happens(share) ? play(inner, in: scene, then: finish) : finish(true)
        case .together(let all):
            playTogether(all, in: scene, then: finish)
        case .stock(let command): ask(command, in: scene, then: finish)
        case .call(let call):
            make(call, in: scene) { succeeded in finish(succeeded || !call.isEssential) }
        }
    }

    private func playTogether(_ steps: [Step], in scene: Scene, then finish: @escaping (Bool) -> Void) {
        var waiting = steps.count
        var succeeded = true
        guard waiting > 0 else { return finish(true) }
        for step in steps {
            play(step, in: scene) { success in
                succeeded = succeeded && success
                waiting -= 1
                if waiting == 0 { finish(succeeded) }
            }
        }
    }

    private func ask(_ command: String, in scene: Scene, then finish: @escaping (Bool) -> Void) {
        guard let sidecar = scene.sidecar?.with(port: Catalogue.stockPort) else { return finish(false) }
        let client = stockClients[sidecar] ?? StockClient(loop: loop, address: sidecar)
        stockClients[sidecar] = client
        let caller = "\(scene.application.name)/\(scene.application.version)"
        client.ask(command) { [ledger] succeeded in
            ledger.recordCall(from: caller, to: "stock-db", failed: !succeeded)
            finish(succeeded)
        }
    }

    func close() {
        for client in stockClients.values { client.close() }
    }

    private func make(_ call: Call, in scene: Scene, then finish: @escaping (Bool) -> Void) {
        guard let sidecar = scene.sidecar else { return finish(false) }
        var request = call.isGRPC ? GRPC.request(call.path, message: "order 7") : HTTPRequest("GET", call.path)
        request.headers.add("host", call.host)
        request.headers.add(Self.startedHeader, String(loop.now.nanoseconds))
        for (name, value) in scene.forwarded { request.headers.add(name, value) }
        let caller = "\(scene.application.name)/\(scene.application.version)"
        client.send(request, to: sidecar, http2: call.isGRPC, deadline: .seconds(10), maximumBody: 1 << 20) {
            [ledger] result in
            switch result {
            case .success(let response):
                let callee = response.headers[Self.servedByHeader] ?? call.host
                let failed = response.status >= 500 || (call.isGRPC && !GRPC.isSuccess(response))
                ledger.recordCall(from: caller, to: callee, failed: failed)
                finish(!failed)
            case .failure:
                ledger.recordCall(from: caller, to: call.host, failed: true)
                finish(false)
            }
        }
    }
}
