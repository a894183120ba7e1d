import Quantities

/// What one service does when it is asked for something: a script of steps, played once per request.
indirect enum Step: Sendable {
    /// Time the service spends by itself, log-normal around `median`.
    case work(median: Duration, spread: Double)
    /// A request to another service through the own sidecar.
    case call(Call)
    /// A command to the stock database, through the own sidecar; a failure fails the request.
    case stock(String)
    /// Several at once; the slowest decides.
    case together([Step])
    /// The step is taken in this share of requests.
    case sometimes(Ratio, Step)
    /// The request fails with a 500 in this share of requests, and the rest of the script is not played.
    case fail(Ratio)
}

/// A request that one service makes of another.
struct Call: Hashable, Sendable {
    /// The name as a person would write it in a URL: `inventory-service`, `payment-service.payments`.
    var host: String
    var path: String
    /// Whether it is a call of gRPC, of the method that `path` names.
    var isGRPC: Bool
    /// A failure of this call fails the caller's own request, as a payment does; a missing recommendation does not.
    var isEssential: Bool

    init(_ host: String, _ path: String, isGRPC: Bool = false, isEssential: Bool = true) {
        self.host = host
        self.isGRPC = isGRPC
        self.path = path
        self.isEssential = isEssential
    }
}

/// One application of the shop.
struct Application: Sendable {
    var name: String
    var version: String
    /// Where each instance listens, and which sidecar it calls through (`nil`: it calls nobody).
    var instances: [Instance]
    /// The script for a path; the first whose prefix matches is played.
    var scripts: [(prefix: String, steps: [Step])]
    var responseBytes: Int

    struct Instance: Sendable {
        /// `127.0.2.5:8080`.
        var listens: String
        /// `127.0.1.5:15001`.
        var sidecar: String?
    }

    func steps(for path: String) -> [Step] {
        scripts.first { path.hasPrefix($0.prefix) }?.steps ?? []
    }
}
